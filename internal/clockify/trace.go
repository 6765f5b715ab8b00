package clockify

import (
	"context"
	"sync/atomic"
)

// Trace counts the calls made under a context, further attempts included.
type Trace struct{ reads, writes, status atomic.Int64 }

type traceKey struct{}

// WithTrace returns a context under which calls are counted.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// Reads is the number of calls that only read.
func (t *Trace) Reads() int { return int(t.reads.Load()) }

// Writes is the number of calls that write.
func (t *Trace) Writes() int { return int(t.writes.Load()) }

// Status is the HTTP status of the last answer; 0 where there was none.
func (t *Trace) Status() int { return int(t.status.Load()) }

func (t *Trace) sent(read bool) {
	if read {
		t.reads.Add(1)
	} else {
		t.writes.Add(1)
	}
}

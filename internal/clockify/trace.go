package clockify

import (
	"context"
	"sync/atomic"
)

// Trace counts the calls made under a context, further attempts included.
type Trace struct {
	reads, writes, status atomic.Int64
	begin                 func() error
}

type traceKey struct{}

// WithTrace returns a context under which calls are counted. begin is called before each attempt of a write, when it has
// its turn and nothing is left but to send it; where it returns an error nothing is sent. It may be nil.
func WithTrace(ctx context.Context, begin func() error) (context.Context, *Trace) {
	t := &Trace{begin: begin}
	return context.WithValue(ctx, traceKey{}, t), t
}

// traceOf is the trace of a context; nil: there is none.
func traceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// mayWrite asks whoever began the trace.
func (t *Trace) mayWrite() error {
	if t == nil || t.begin == nil {
		return nil
	}
	return t.begin()
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

package sandbox

import (
	"net/http"
	"time"
)

// limits are the rate limits of #free-workspace: a second's allowance per key, an hour's per free workspace.
type limits struct {
	keys   map[string]*bucket
	budget map[string]*hour
}

type bucket struct {
	tokens float64
	at     time.Time
}

type hour struct {
	since time.Time
	used  int
}

// allow takes one call from the allowances. A refused call costs nothing.
func (l *limits) allow(now time.Time, r *http.Request, perSecond float64, ws string, perHour int, free bool) bool {
	if l.keys == nil {
		l.keys, l.budget = map[string]*bucket{}, map[string]*hour{}
	}
	if perSecond > 0 {
		key := r.Header.Get("X-Api-Key") + r.Header.Get("X-Addon-Token")
		most := max(1, perSecond)
		b := l.keys[key]
		if b == nil {
			b = &bucket{most, now}
			l.keys[key] = b
		}
		b.tokens = min(most, b.tokens+now.Sub(b.at).Seconds()*perSecond)
		b.at = now
		if b.tokens < 1 {
			return false
		}
		b.tokens--
	}
	if perHour > 0 && free {
		h := l.budget[ws]
		if h == nil || now.Sub(h.since) >= time.Hour {
			h = &hour{since: now}
			l.budget[ws] = h
		}
		if h.used >= perHour {
			return false
		}
		h.used++
	}
	return true
}

package githubtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// Fault is an answer that comes instead of the right one.
type Fault struct {
	Method  string // "" any
	Path    string // a part of it; "" any
	Status  int
	Message string
	Header  map[string]string
	Times   int  // how often; 0 is once, -1 always
	Done    bool // the request is carried out all the same; only its answer is lost
	Hang    bool // the connection breaks; Status does not matter
}

// Inject plays a fault on the next requests it fits, after those injected
// before it.
func (g *GitHub) Inject(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	g.set(func() { g.faults = append(g.faults, &f) })
}

// SecondaryRateLimit is the refusal of too many writes at once.
func SecondaryRateLimit(status int, retryAfter string) Fault {
	f := Fault{Status: status, Message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
	if retryAfter != "" {
		f.Header = map[string]string{"Retry-After": retryAfter}
	}
	return f
}

func (g *GitHub) fault(r *http.Request) *Fault {
	for i, f := range g.faults {
		if f.Method != "" && f.Method != r.Method || !strings.Contains(r.URL.Path, f.Path) {
			continue
		}
		if f.Times--; f.Times == 0 {
			g.faults = append(g.faults[:i:i], g.faults[i+1:]...)
		}
		return f
	}
	return nil
}

func (f *Fault) play(w http.ResponseWriter, r *http.Request, real http.Handler) {
	if f.Done {
		real.ServeHTTP(httptest.NewRecorder(), r)
	}
	if f.Hang {
		panic(http.ErrAbortHandler)
	}
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	refuse(w, f.Status, f.Message)
}

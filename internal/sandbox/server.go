package sandbox

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are what a Server starts with.
type Options struct {
	State   State
	Now     func() time.Time // time.Now when nil
	Faults  Faults
	Latency time.Duration // added to every call

	// RatePerSecond answers 429 above it, per key; 0 is off (#rate-limit).
	RatePerSecond float64
	// RatePerHour is the budget of each workspace on the FREE plan; 0 is off (#free-workspace).
	RatePerHour int
	// Locale of the messages for everybody: "es", or "" for the language of the key's owner (#errors).
	Locale string
	// SettleDelay is how long a role on a new group fails (#new-group).
	SettleDelay time.Duration
}

// Server is the in-memory Clockify, an http.Handler safe for concurrent use. The core API is under /api/v1 and /v1, the
// reports under /report/v1 and /v1, and its own controls, which need no key, under /sandbox.
type Server struct {
	opts Options
	now  func() time.Time

	mu      sync.RWMutex
	db      *db
	stale   *db // as it was before a recent write, while stale reads are on
	staleAt time.Time
	watch   func(State)
	zones   sync.Map // time zones by name

	traffic sync.Mutex // guards what follows
	faults  *injector
	config  Faults
	counts  map[string]*Count
	limits  limits
}

// Count is how often one route was called.
type Count struct {
	Method string `json:"method"`
	Route  string `json:"route"` // such as "GET /v1/workspaces/{ws}/users"
	N      int    `json:"n"`
	Writes bool   `json:"writes"`
}

// New makes a server of a copy of the state. It panics on a state with an id that is there twice or points nowhere.
func New(opts Options) *Server {
	s := &Server{opts: opts, now: opts.Now, db: load(opts.State), faults: newInjector(opts.Faults), config: opts.Faults, counts: map[string]*Count{}}
	if s.now == nil {
		s.now = time.Now
	}
	s.opts.State = State{}
	return s
}

// State is a copy of all that is held now.
func (s *Server) State() State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.db.state()
}

// SetState replaces all that is held. It panics as New does.
func (s *Server) SetState(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db, s.stale = load(state), nil
}

// OnWrite has f called after every call that changed something, with the state as it then was. f may not call the server.
func (s *Server) OnWrite(f func(State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = f
}

// SetFaults replaces the faults; what was counted for the old ones is forgotten.
func (s *Server) SetFaults(f Faults) {
	s.traffic.Lock()
	s.faults, s.config = newInjector(f), f
	s.traffic.Unlock()
	s.mu.Lock()
	s.stale = nil
	s.mu.Unlock()
}

// Calls are the calls received, faulted and refused ones included, by route and method. Controls are not counted.
func (s *Server) Calls() []Count {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	out := make([]Count, 0, len(s.counts))
	for _, c := range s.counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int { return strings.Compare(a.Route, b.Route) })
	return out
}

// Total is the number of calls received.
func (s *Server) Total() int {
	n := 0
	for _, c := range s.Calls() {
		n += c.N
	}
	return n
}

// WriteCount is the number of calls received that were not reads; a POST that only reads is a read (#capacity-totals).
func (s *Server) WriteCount() int {
	n := 0
	for _, c := range s.Calls() {
		if c.Writes {
			n += c.N
		}
	}
	return n
}

// ResetCalls starts counting anew.
func (s *Server) ResetCalls() {
	s.traffic.Lock()
	defer s.traffic.Unlock()
	s.counts = map[string]*Count{}
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/sandbox/"); ok {
		s.control(w, r, path)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<20))
	if err != nil {
		fail(http.StatusRequestEntityTooLarge, 413, "the body cannot be read: "+err.Error()).write(w)
		return
	}
	path := r.URL.Path
	for _, prefix := range []string{"/api/v1/", "/report/v1/"} {
		if strings.HasPrefix(path, prefix) {
			path = "/v1/" + path[len(prefix):]
		}
	}
	rt, params, allow := match(r.Method, path)
	hit, limited := s.admit(r, rt, params["ws"])
	if s.opts.Latency > 0 && !pause(r, s.opts.Latency) {
		return
	}
	if limited != nil {
		limited.write(w)
		return
	}
	if s.before(w, r, hit) {
		return
	}
	c := &call{s: s, r: r, path: path, rt: rt, p: params, q: r.URL.Query(), raw: body, now: s.now(), fault: hit}
	rep := s.perform(c, allow)
	s.after(w, hit, rep)
}

// admit counts the call, draws its fault and applies the rate limits.
func (s *Server) admit(r *http.Request, rt *route, ws string) (fault, *reply) {
	pattern, write, list := r.Method+" (no such route)", r.Method != http.MethodGet, false
	if rt != nil {
		pattern, write, list = rt.method+" "+rt.pattern, rt.writes(), rt.list
	}
	free := false
	if s.opts.RatePerHour > 0 && ws != "" {
		s.mu.RLock()
		sp := s.db.spaces.get(ws)
		free = sp != nil && sp.meta.FeatureSubscriptionType == "FREE"
		s.mu.RUnlock()
	}
	s.traffic.Lock()
	defer s.traffic.Unlock()
	n := s.counts[pattern]
	if n == nil {
		n = &Count{Method: r.Method, Route: pattern, Writes: write}
		s.counts[pattern] = n
	}
	n.N++
	if !s.limits.allow(s.now(), r, s.opts.RatePerSecond, ws, s.opts.RatePerHour, free) {
		rep := fail(429, 429, "Too Many Requests")
		return fault{}, &rep
	}
	return s.faults.draw(r, pattern, write, list), nil
}

// perform does what was asked, under the lock.
func (s *Server) perform(c *call, allow []string) reply {
	if c.rt == nil || c.rt.writes() {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.d = s.db
		if c.rt != nil {
			s.keepStale(c.now)
		}
		rep := c.answer(allow)
		if s.watch != nil && c.changed {
			s.watch(s.db.state())
		}
		return rep
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.d = s.db
	if c.fault.kind == "stale_reads" && s.stale != nil && c.now.Sub(s.staleAt) < c.fault.rule.span(c.fault.rule.Stale, 3*time.Second) {
		c.d = s.stale
	}
	return c.answer(allow)
}

// keepStale keeps the state of before a write for stale reads, at most one copy for each stale span.
func (s *Server) keepStale(now time.Time) {
	s.traffic.Lock()
	span, wants := s.faults.staleSpan()
	s.traffic.Unlock()
	if wants && (s.stale == nil || now.Sub(s.staleAt) >= span) {
		s.stale, s.staleAt = s.db.snapshot(), now
	}
}

// pause waits, and says false when the caller has gone.
func pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

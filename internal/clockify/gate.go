package clockify

import (
	"context"
	"sync"
)

// Gate bounds how many calls are in flight at once: to each host and in all. Share one between all clients of a process,
// so that neither sockets nor a server are used up however many keys there are.
type Gate struct {
	perHost int
	all     chan struct{}

	mu    sync.Mutex
	hosts map[string]chan struct{}
}

// NewGate returns a gate of perHost calls to a host and all calls together.
func NewGate(perHost, all int) *Gate {
	return &Gate{perHost: perHost, all: make(chan struct{}, all), hosts: map[string]chan struct{}{}}
}

// enter waits until a call to host may go out. The returned func ends it.
func (g *Gate) enter(ctx context.Context, host string) (leave func(), err error) {
	g.mu.Lock()
	slots := g.hosts[host]
	if slots == nil {
		slots = make(chan struct{}, g.perHost)
		g.hosts[host] = slots
	}
	g.mu.Unlock()
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case g.all <- struct{}{}:
		return func() { <-g.all; <-slots }, nil
	case <-ctx.Done():
		<-slots
		return nil, ctx.Err()
	}
}

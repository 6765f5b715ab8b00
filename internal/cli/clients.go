package cli

import (
	"cmp"
	"fmt"
	"io"
	"net/url"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
)

// So many calls are in flight at once: enough for 50 a second at a second's latency, and few enough for 256 open files.
const (
	callsPerHost = 64
	callsInAll   = 96
)

// clients are those of a run, one a key and workspace and one that can write beside it. All clients of a key share one
// limiter, for Clockify counts by key and host; all of a workspace one budget; and all of them their connections.
type clients struct {
	core, reports string
	budgets       *budgets
	traffic       *traffic
	gate          *clockify.Gate
	limiters      map[string]*clockify.Limiter
	byName        map[string]*clockify.Client
}

func (c *command) newClients(maxCalls int) *clients {
	transport := c.HTTP
	if transport == nil {
		transport = clockify.NewTransport(callsPerHost)
	}
	return &clients{budgets: newBudgets(maxCalls), traffic: newTraffic(transport, c.Now, c.callLog()), gate: clockify.NewGate(callsPerHost, callsInAll), limiters: map[string]*clockify.Limiter{}, byName: map[string]*clockify.Client{}}
}

// callLog is where each call is told of, with --verbose.
func (c *command) callLog() io.Writer {
	if c.verbose {
		return c.Stderr
	}
	return nil
}

// client returns the client for a workspace ("" for none) through a token, for reading alone or for writing too.
func (r *run) client(token, workspace string, writes bool) (*clockify.Client, error) {
	secret := r.tokens[token].Reveal()
	name := fmt.Sprint(secret, " ", workspace, " ", writes)
	if c := r.byName[name]; c != nil {
		return c, nil
	}
	api := r.loaded.Settings.API
	host := secret
	if u, err := url.Parse(r.core); err == nil {
		host += " " + u.Host
	}
	if r.limiters[host] == nil {
		perSecond := api.RequestsPerSecond
		if r.Unpaced {
			perSecond = 0
		}
		r.limiters[host] = clockify.NewLimiter(perSecond)
	}
	retries := api.MaxRetries
	if retries == 0 {
		retries = -1 // the client's word for none
	}
	c, err := clockify.New(clockify.Options{
		CoreURL: r.core, ReportsURL: r.reports,
		Token: secret, Addon: token == mainKey && r.opts.APIKey == "" && r.opts.AddonToken != "",
		ReadOnly: !writes, Limiter: r.limiters[host], Budget: r.budgets.of(workspace), Retries: retries,
		Base: r.traffic, OnSlow: r.tellSlow, Gate: r.gate, Logger: r.logger(), UserAgent: "clockify-sync/" + cmp.Or(r.Version.resolved().Version, "development"),
	})
	if err != nil {
		return nil, err
	}
	r.byName[name] = c
	return c, nil
}

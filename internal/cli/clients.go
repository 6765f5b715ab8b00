package cli

import (
	"cmp"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
)

// clients are those of a run, one a key and one that can write beside it. All clients of a key share one limiter and one
// budget, for Clockify counts by key and host.
type clients struct {
	core, reports string
	budgets       map[string]*clockify.Budget // by key
	hourly        atomic.Bool                 // a budget is what a free workspace allows in an hour
	limiters      map[string]*clockify.Limiter
	byName        map[string]*clockify.Client
}

func newClients() *clients {
	return &clients{budgets: map[string]*clockify.Budget{}, limiters: map[string]*clockify.Limiter{}, byName: map[string]*clockify.Client{}}
}

// client returns the client for a token, for reading alone or for writing too. Clients of one token share one limiter
// and one budget.
func (r *run) client(token string, writes bool) (*clockify.Client, error) {
	secret := r.tokens[token].Reveal()
	name := fmt.Sprint(secret, writes)
	if c := r.byName[name]; c != nil {
		return c, nil
	}
	api := r.loaded.Settings.API
	if r.budgets[secret] == nil {
		r.budgets[secret] = clockify.NewBudget(r.maxCalls())
	}
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
		Token: secret, Addon: token == mainKey && r.env.APIKey == "" && r.env.AddonToken != "",
		ReadOnly: !writes, Limiter: r.limiters[host], Budget: r.budgets[secret], Retries: retries,
		Base: r.HTTP, Logger: r.logger(), UserAgent: "clockify-sync/" + cmp.Or(r.Version.resolved().Version, "development"),
	})
	if err != nil {
		return nil, err
	}
	r.byName[name] = c
	return c, nil
}

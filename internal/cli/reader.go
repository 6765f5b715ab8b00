package cli

import (
	"context"
	"sync"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

// reader is one reading of everything: jobs that read the same workspace with the same key share what they read. The
// reading that verifies is another one.
type reader struct {
	*run
	mu         sync.Mutex
	workspaces map[string]*provider.Workspace
	common     provider.Common
	accounts   map[string]*provider.Account // by token
}

func (r *run) reader() *reader {
	return &reader{run: r, workspaces: map[string]*provider.Workspace{}, accounts: map[string]*provider.Account{}}
}

// workspace returns the workspace as seen with a token.
func (r *reader) workspace(id, token string) (*provider.Workspace, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := id + " " + r.tokens[token].Reveal()
	if w := r.workspaces[name]; w != nil {
		return w, nil
	}
	reader, err := r.client(token, id, false)
	if err != nil {
		return nil, err
	}
	writer, err := r.client(token, id, true)
	if err != nil {
		return nil, err
	}
	key := r.tokens[token].Reveal()
	if r.accounts[key] == nil {
		r.accounts[key] = provider.NewAccount(reader)
	}
	w := provider.New(provider.Options{ID: id, Account: r.accounts[key], Common: &r.common, Reader: reader, Writer: writer, Now: r.Now, Sleep: r.Sleep, Logger: r.logger(), OnFree: r.budgets.onFree(id), OnOpen: func(self, title string) { r.opened.add(opened{id, title, self}) }})
	r.workspaces[name] = w
	return w, nil
}

// make reads and plans jobs side by side.
func (r *reader) make(ctx context.Context, jobs []*job) []result {
	return compute(jobs, func(j *job, m *result) { m.have, m.source, m.err = j.readFor(ctx, r) })
}

// readFor reads what the job needs as part of one reading.
func (j *job) readFor(ctx context.Context, r *reader) (state.State, source, error) {
	from, err := j.open(r)
	if err != nil {
		return state.State{}, source{}, err
	}
	have, err := from.read(ctx)
	return have, from, err
}

// Package action runs the GitHub Action: it decides what an event means, whose word counts for what is gated, and what is
// posted. It does not know how Clockify is read and written, nor the command line: whoever calls it does that work.
package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// Options are what a run needs of the program around it.
type Options struct {
	Log       *github.Log
	Getenv    func(string) string
	Now       func() time.Time
	Transport http.RoundTripper // nil: the network
	Inputs    Inputs
	Load      func() (Loaded, error) // reads users.csv and the config
	Err       error                  // why the settings cannot be used; it is told like every other error
}

// Inputs are what the workflow gave. An empty one was not given.
type Inputs struct {
	Command     string // auto, validate, plan or apply
	Users       string // as given
	Config      string
	Only        string
	Approve     string // an approval digest
	Environment string // the environment that gates the job
	Redact      string // auto, none or full
	WorkspaceID string
	AuditDir    string
	Comment     string // always, changes or never
	Label       string
	DriftIssue  bool
	GitHubToken string
	SigningKey  string // signs the marker of the comment
}

// Files is what users.csv and the config say.
type Files struct {
	Users, Config string   // their names
	Behind        []string // the files they lead to, where they are symbolic links
	Commit        string   // that is checked out; empty: it cannot be told
	Problems      []state.Problem
	InSecrets     []state.Problem // of time syncs that are kept as secrets; validate alone looks at them
	Findings      []state.Finding
	Summary       string   // what was read, in a line, for when there are no problems
	Parts         []string // the syncs there are, as the input only names them
	Rules         Rules
	SigningKey    string // signs the marker where the workflow gave no key for it
}

// Loaded is users.csv and the config, before Clockify is asked anything.
type Loaded interface {
	Files() Files
	// Base reads the same files as they were before the pull request, and holds what these protect less against them: from
	// then on the stricter of both holds. The error says why a config is unsound; the defaults then stand for it.
	Base(files fs.FS) (Base, error)
	// Start begins the syncs. about adds what GitHub knows to what their reports say.
	Start(about func(*report.Context)) Syncs
}

// Syncs is the work of a run that is not GitHub's.
type Syncs interface {
	// Context is what reports say beside the plan.
	Context() report.Context
	// Secrets are all keys of the run so far.
	Secrets() []string
	// Plan reads Clockify and plans every sync.
	Plan(ctx context.Context) Planned
	// WritePlan leaves the plan in the audit folder.
	WritePlan(p Planned) error
	// Advise prints where to read about what stands against a plan.
	Advise(p Planned)
	// Apply runs what of the plan is approved, verifies it and writes the audit files.
	Apply(ctx context.Context, p Planned, w Word) (Applied, error)
}

// Planned is what planning came to.
type Planned struct {
	*plan.Plan
	Any      bool       // something could be planned
	Failures []error    // of the syncs that could not be planned
	Code     int        // the exit code of a plan
	Earlier  [][]string // gated changes that earlier runs in this folder have shown
}

// Applied is how an apply ended.
type Applied struct {
	Outcomes []plan.Outcome
	Verified report.Verify
	Elapsed  time.Duration
	Code     int    // the exit code
	AuditDir string // the folder of its audit files
	Commit   string // whose files were read; empty: it cannot be told
}

// Error is an error that a page of the documentation explains.
type Error struct {
	Topic string // a heading of docs/errors.md
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

func about(topic string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{topic, err}
}

// The topics of this room's errors.
const (
	topicGitHub   = "github"
	topicApproval = "approval"
)

// Run runs as the GitHub Action and returns the exit code: the input command says what to do, or the event does.
func Run(ctx context.Context, o Options) (int, error) {
	event, err := github.ReadEvent(o.Getenv)
	if err != nil {
		return 0, errors.Join(o.Err, err)
	}
	d, err := decide(o.Inputs.Command, event)
	r, clientErr := newReporter(o, event, d)
	code := 0
	if err = cmp.Or(o.Err, err, clientErr); err == nil {
		code, err = r.run(ctx, o.Load)
	}
	if err != nil {
		r.tellError(ctx, err)
	}
	return code, err
}

func (r *reporter) run(ctx context.Context, load func() (Loaded, error)) (int, error) {
	loaded, err := load()
	if err != nil {
		return 0, err
	}
	if err := r.look(ctx, loaded); err != nil {
		return 0, err
	}
	r.syncs = loaded.Start(r.describe)
	r.log.Printf("%s: %s", r.decision.does, r.decision.reason)
	r.annotateFiles()
	switch r.decision.does {
	case validates:
		return r.validate(), nil
	case refreshes:
		return r.refresh(ctx), nil
	case applies:
		if why := r.elsewhere(ctx); why != "" {
			r.warn("checkout", why+": nothing is applied")
			return r.plan(ctx)
		}
		return r.apply(ctx)
	}
	return r.plan(ctx)
}

// defaultBranch is the one branch that is applied. A schedule does not name it, and runs on it.
func (r *reporter) defaultBranch() string {
	return cmp.Or(r.event.DefaultBranch, strings.TrimPrefix(r.event.Ref, "refs/heads/"))
}

// checkedOut is the commit whose files are read. It may be newer than the event: a job waits, and takes the branch's tip.
func (r *reporter) checkedOut() string {
	commit, _, _ := strings.Cut(r.files.Commit, "+") // what the workflow itself has changed since is its own
	return cmp.Or(commit, r.event.SHA)
}

// elsewhere says why the files that are checked out are not the default branch's, whatever the event says; empty: they
// are, or nobody can tell.
func (r *reporter) elsewhere(ctx context.Context) string {
	commit := r.checkedOut()
	if commit == r.event.SHA || r.client == nil {
		return ""
	}
	branch := r.defaultBranch()
	on, err := r.client.OnBranch(ctx, branch, commit)
	switch {
	case err != nil:
		return "whether the commit that is checked out is on " + branch + " could not be read: " + err.Error()
	case !on:
		return fmt.Sprintf("the commit that is checked out, %.7s, is not on %s", commit, branch)
	}
	return ""
}

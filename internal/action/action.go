// Package action runs the GitHub Action: it decides what an event means, whose word counts for what is gated, and what is
// posted. It does not know how Clockify is read and written, nor the command line: whoever calls it does that work.
package action

import (
	"context"
	"fmt"
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
	Load      func() (Files, Start, error) // reads users.csv and the config
}

// Inputs are what the workflow gave. An empty one was not given.
type Inputs struct {
	Command     string // auto, validate, plan or apply
	Only        string
	Approve     string // an approval digest
	Environment string // the environment that gates the job
	Redact      string // auto, none or full
	WorkspaceID string
	AuditDir    string
	NoComment   bool
	DriftIssue  bool
	GitHubToken string
	SigningKey  string // signs the marker of the comment
}

// Files is what users.csv and the config say.
type Files struct {
	Users, Config string // their names
	Problems      []state.Problem
	Findings      []state.Finding
	Summary       string   // what was read, in a line, for when there are no problems
	Parts         []string // the syncs there are, as the input only names them
	Redact        string   // auto, none or full
	Approval      Approval
	SigningKey    string // signs the marker where the workflow gave no key for it
}

// Approval is the approval section of a config.
type Approval struct {
	From        string // pull-request, environment or empty
	Reviewers   []string
	Count       int
	Environment string
}

// Start begins the syncs. about adds what GitHub knows to what their reports say.
type Start func(about func(*report.Context)) Syncs

// Syncs is the work of a run that is not GitHub's.
type Syncs interface {
	// Context is what reports say beside the plan.
	Context() report.Context
	// Plan reads Clockify and plans every sync.
	Plan(ctx context.Context) Planned
	// WritePlan leaves the plan in the audit folder.
	WritePlan(p Planned) error
	// Advise prints where to read about what stands against a plan.
	Advise(p Planned)
	// Apply runs the plan, verifies it and writes the audit files. reason says why an approval leaves changes out.
	Apply(ctx context.Context, p Planned, approval plan.Approval, reason string) (Applied, error)
	// ReadApproval reads the approval section of a config's content.
	ReadApproval(name string, data []byte) Approval
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
		return 0, err
	}
	decision, err := decide(o.Inputs.Command, event)
	if err != nil {
		return 0, err
	}
	files, start, err := o.Load()
	if err != nil {
		return 0, err
	}
	r, err := newReporter(ctx, o, files, event, decision)
	if err != nil {
		return 0, err
	}
	r.syncs = start(r.describe)
	r.log.Printf("%s: %s", decision.Action, decision.Reason)
	r.annotateFiles()
	switch decision.Action {
	case github.Validate:
		return r.validate(), nil
	case github.Apply:
		return r.apply(ctx)
	}
	return r.plan(ctx)
}

// decide says what a run does: what the command says, within what the event allows.
func decide(command string, event github.Event) (github.Decision, error) {
	d := github.Decide(event, command == "plan")
	as := func(a github.Action) github.Decision {
		return github.Decision{Action: a, Reason: "command: " + command}
	}
	switch command {
	case "", "auto":
	case "validate":
		return as(github.Validate), nil
	case "plan":
		if d.Action == github.Apply {
			return as(github.Plan), nil
		}
	case "apply":
		switch {
		case d.Action == github.Validate: // without secrets nothing can be applied, whatever was asked
		case unmerged(event):
			return d, about(topicGitHub, fmt.Errorf("input command: apply on %s would apply what nobody has merged. Run it on push, schedule or workflow_dispatch", event.Name))
		default:
			return as(github.Apply), nil
		}
	default:
		return d, about(topicGitHub, fmt.Errorf("input command: %q is not one of auto, validate, plan, apply", command))
	}
	return d, nil
}

// unmerged reports whether the run's files are those of a pull request that is not merged, or not into the default
// branch. Reviews and other events of a pull request have its ref, too, and a merge queue pushes the branches it tries.
func unmerged(e github.Event) bool {
	switch {
	case e.Name == "merge_group", strings.HasPrefix(e.Ref, "refs/heads/gh-readonly-queue/"):
		return true
	case e.Name == "pull_request":
		return !e.Merged || e.DefaultBranch != "" && e.BaseRef != "" && e.BaseRef != e.DefaultBranch
	}
	return strings.HasPrefix(e.Ref, "refs/pull/")
}

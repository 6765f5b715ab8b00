// Package report puts a plan and its outcomes into words, and writes them: as text at a terminal, as Markdown in a comment
// or summary, as plan.json, and as a page for a browser. All of these write one Document. It does not know where the text
// goes, nor how the plan was made. Everything that came from a CSV or from Clockify is taken for hostile.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Context is what the plan itself does not know. All of it is optional.
type Context struct {
	Commit        string
	RunURL        string // the run's page, with the whole summary
	ArtifactURL   string // where the audit files can be fetched
	RepositoryURL string // https://github.com/owner/name, for links to lines at Commit

	Redact    Redact
	RedactKey []byte // makes the pseudonyms of masked people impossible to check against a guess; nil: they are hashes

	RatePerSecond  float64       // calls a second, to say how long applying takes
	Elapsed        time.Duration // what reading, or applying, took
	MaxBytes       int           // budget of Markdown; 0: 60,000
	Applying       bool          // the plan is about to be applied: what to do next is told afterwards
	HappensOnMerge string        // a sentence; set when the plan is shown on a pull request
	Flags          string        // those that a next command needs too, with a space before each
	PlanFile       string        // the plan.json that lies beside what is written; empty: there is none
	AuditDir       string        // where the CSV files are, for the last line of outcomes
	UsersFile      string        // empty: users.csv

	Headline   string     // the first lines at a terminal: workspaces and keys; empty: the workspaces
	Label      string     // what the operator calls this plan; empty: the workspace's name
	Summary    bool       // the page is the run's summary: links to the whole lead elsewhere
	Errors     []string   // what kept parts of the plan from being made
	Loosened   []Loosened // what the pull request loosens
	Reviews    Reviews    // whose approval counts
	ApproveHow string     // how what is withheld can be approved here, in a sentence; empty: by the command with --approve
	Facts      []string   // of a run: who approved, of which commit the files were, in sentences
}

// Reviews says whose approval of a pull request is asked for, who gave it, and whose will count.
type Reviews struct {
	Needed int
	From   []string   // logins and teams; none: nobody is asked by review
	Given  []string   // whose approval counts already
	Counts []string   // whose will count
	Not    []Reviewer // whose will not
}

// Reviewer is somebody whose approval does not count, and why.
type Reviewer struct{ Login, Why string }

// Redact says whether people are recognisable.
type Redact int

// None shows emails and names in full, Mask replaces them by pseudonyms that stay the same from run to run.
const (
	None Redact = iota
	Mask
)

// Style is how a terminal wants its text.
type Style struct {
	Color bool
	Width int // columns; 0: lines are not broken
}

// defaultMaxBytes is the budget of a comment. GitHub refuses more than 65,536 characters (docs/github.md#comments);
// bytes are never fewer than characters, however they are counted.
const defaultMaxBytes = 60_000

func (ctx Context) maxBytes() int { return max(0, cmp.Or(ctx.MaxBytes, defaultMaxBytes)) }

func (ctx Context) usersFile() string { return cmp.Or(ctx.UsersFile, "users.csv") }

// command is a command to go on with.
func (ctx Context) command(name string) string { return "clockify-sync " + name + ctx.Flags }

// whole says where all of a plan is, of which a page or terminal shows a part.
func (ctx Context) whole() string {
	if ctx.PlanFile == "" {
		return ctx.command("plan") + " --format json prints all of it"
	}
	return "all of it is in " + ctx.PlanFile
}

// merging reports whether the plan is shown on a pull request.
func (ctx Context) merging() bool { return ctx.HappensOnMerge != "" }

// Page is a comment or summary.
type Page struct {
	Body string // Markdown, without the hidden marker line

	// GatedShown tells that every gated change stands in Body. Where it is false nothing gated may be approved by what
	// is said about this page.
	GatedShown bool
	Cut        bool // something that is not gated was left out
}

// Verify is what a second reading found after an apply.
type Verify struct {
	Done    bool
	Left    []plan.Change // what a new plan would still change; announced ones may be among them
	Err     string        // why the reading or the planning did not work
	Skipped string        // why there was none
}

// Unexpected lists what is left beside the changes that are known not to have been done.
func (v Verify) Unexpected(outcomes []plan.Outcome) []plan.Change {
	known := map[string]int{}
	profiles := map[plan.Ref][]plan.Change{}
	for _, o := range outcomes {
		if o.Status == plan.Done {
			continue
		}
		known[changeKey(o.Change)]++
		if o.Change.Ref.Kind == plan.KindProfile {
			profiles[o.Change.Ref] = append(profiles[o.Change.Ref], o.Change)
		}
	}
	var left []plan.Change
	for _, c := range v.Left {
		if key := changeKey(c); known[key] > 0 {
			known[key]--
			continue
		}
		if !slices.ContainsFunc(profiles[c.Ref], func(whole plan.Change) bool { return isPartOf(c, whole) }) {
			left = append(left, c)
		}
	}
	return left
}

// isPartOf reports whether a profile's change is a part of another: of one that was not done because a field could not be
// created, the next plan has the rest.
func isPartOf(c, whole plan.Change) bool {
	return c.Op == whole.Op && !slices.ContainsFunc(c.Fields, func(f plan.Field) bool { return !slices.Contains(whole.Fields, f) })
}

// changeKey is what tells a change in two plans made one after the other. Equal time entries are numbered anew in each: of
// two of which one was made, the other is the first of its kind in the next plan.
func changeKey(c plan.Change) string {
	if c.Ref.Kind != plan.KindEntry {
		return c.ID
	}
	return fmt.Sprint(c.Sync, c.Op, c.Ref.Name, c.Gated, c.Fields)
}

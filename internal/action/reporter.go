package action

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// reporter speaks to GitHub for one run. What it cannot post is a warning: the same text is in the summary, and the run
// ends as it would have. None of its values change once they are set.
type reporter struct {
	log      *github.Log
	now      func() time.Time
	inputs   Inputs
	event    github.Event
	decision decision
	client   *github.Client // nil: there is no token, nothing is posted

	// Set by look, when the files are read.
	files    Files
	rules    Rules           // the stricter of the files' and the base's
	loosened []plan.Loosened // what the files protect less than the base
	baseErr  error           // why the base is not known
	gate     gate
	redact   report.Redact

	syncs Syncs // once they are started
}

// maxComment is the longest comment, hidden marker included, in bytes: product decision, below GitHub's own limit.
const maxComment = 60_000

// maxMarker bounds what the marker may take of it. It lists 1,500 changes and leaves room to show them.
const maxMarker = 30_000

func newReporter(o Options, event github.Event, d decision) (*reporter, error) {
	r := &reporter{log: o.Log, now: o.Now, inputs: o.Inputs, event: event, decision: d}
	if o.Inputs.GitHubToken == "" {
		return r, nil
	}
	client, err := github.NewClient(github.Options{Token: o.Inputs.GitHubToken, Repository: event.Repository, APIURL: event.APIURL, GraphQLURL: event.GraphQLURL, Transport: o.Transport})
	if err != nil {
		return r, about(topicGitHub, fmt.Errorf("github-token: %w", err))
	}
	r.client = client
	return r, nil
}

// look finds out what counts here beside the files: what they were before, how what is gated is approved, who may be shown.
func (r *reporter) look(ctx context.Context, loaded Loaded) error {
	r.files = loaded.Files()
	r.rules = r.files.Rules
	if r.decision.does != validates {
		r.rules, r.loosened, r.baseErr = r.readBase(ctx, loaded)
		r.gate = r.readGate(ctx)
	}
	switch {
	case r.baseErr != nil:
		r.warn("base", "the config as it was before could not be read, so the defaults stand for it and nothing can be approved: "+r.baseErr.Error())
	case r.gate.shut != "":
		r.warn("environment", r.gate.shut)
	}
	if r.decision.comment && r.client == nil && r.inputs.Comment != "never" {
		r.warn("github-token", "there is no github-token: the plan is in the summary and not on the pull request")
	}
	if r.rules.Approval.From == fromPullRequest && r.inputs.Comment == "never" {
		return about(topicGitHub, errors.New("comment: never with approval.from: pull-request: there would be nothing to approve. Write comment: always or changes"))
	}
	return r.decideRedaction(ctx)
}

// warn annotates the run with what a person should know and what does not end it.
func (r *reporter) warn(title, message string) {
	r.log.Warning(github.Annotation{Title: title, Message: message})
}

// onLine is an annotation where something stands in the files.
func onLine(at state.Source, message string) github.Annotation {
	return github.Annotation{File: at.File, Line: at.Line, Col: at.Column, Title: "clockify-sync", Message: message}
}

// masker masks people where the reports do; before it is known who may be shown, everybody.
func (r *reporter) masker(p *plan.Plan) report.Masker {
	if r.syncs == nil {
		return report.NewMasker(p, report.Context{Redact: report.Mask})
	}
	return report.NewMasker(p, r.syncs.Context())
}

// scrub takes the keys of the run out of a text: one may stand in Clockify's own.
func (r *reporter) scrub(s string) string {
	secrets := []string{r.inputs.GitHubToken, r.inputs.SigningKey}
	if r.syncs != nil {
		secrets = append(secrets, r.syncs.Secrets()...)
	}
	return text.NewScrubber(secrets...).Scrub(s)
}

// decideRedaction masks people where anybody may read: always in a public repository, and where that is not known.
func (r *reporter) decideRedaction(ctx context.Context) error {
	switch wish := cmp.Or(r.inputs.Redact, r.rules.Redact); wish {
	case "none":
	case "full":
		r.redact = report.Mask
	case "auto", "":
		seen := r.event.Visibility
		if seen == github.Unknown && r.client != nil {
			var err error
			if seen, _, err = r.client.Repository(ctx); err != nil {
				r.warn("redact", "GitHub does not say whether the repository is public, so people are masked: "+err.Error())
			}
		}
		if seen.Exposed() {
			r.redact = report.Mask
		}
	default:
		return about(topicGitHub, fmt.Errorf("redact: %q is not one of auto, none, full", wish))
	}
	return nil
}

// describe adds what GitHub knows to what reports say.
func (r *reporter) describe(c *report.Context) {
	c.Commit, c.RunURL, c.Redact = r.event.HeadSHA, r.event.RunURL(), r.redact
	if c.RunURL != "" {
		c.ArtifactURL = c.RunURL + "#artifacts"
	}
	c.RepositoryURL = r.event.ServerURL + "/" + r.event.Repository
	if secret := r.secret(); secret != "" {
		c.RedactKey = []byte("clockify-sync redact v1 " + secret)
	}
	c.Label = r.inputs.Label
	if r.decision.does == applies {
		c.ApproveHow = r.gate.how("")
	}
	for _, l := range r.loosened {
		c.Loosened = append(c.Loosened, report.Loosened{Setting: l.Setting, From: l.Base, To: cmp.Or(l.Head, "nothing")})
	}
	if r.event.Name != "pull_request" || r.decision.does != plans {
		return
	}
	c.HappensOnMerge = r.onMerge()
}

// onMerge says what the merge will do with what is gated.
func (r *reporter) onMerge() string {
	const rest = "On merge everything but the gated changes is applied; "
	if nothing := r.appliesNothing(); nothing != "" {
		return fmt.Sprintf("%s: only %s is applied.", text.Upper(nothing), cmp.Or(r.event.DefaultBranch, "the default branch"))
	}
	switch g := r.gate; {
	case g.shut != "":
		return rest + "those cannot be approved here: " + g.shut + "."
	case g.Environment != "":
		return rest + fmt.Sprintf("those wait for the reviewers of the environment %s.", g.Environment)
	case g.From == fromPullRequest:
		return rest + fmt.Sprintf("those too, if %s of %s approved this pull request after they were shown here.",
			text.Count(g.Count, "reviewer", "reviewers"), text.Or(g.Reviewers))
	}
	return rest + "those wait until somebody runs apply with their approval digest."
}

// appliesNothing says so of a pull request into another branch than the default one; empty: it does not go there.
func (r *reporter) appliesNothing() string {
	if branch := r.event.BaseRef; branch != "" && branch != r.event.DefaultBranch {
		return "merging into " + branch + " applies nothing"
	}
	return ""
}

// key names the plan on a pull request, which may carry several: of other files, other parts, other workspaces.
func (r *reporter) key() string {
	return strings.TrimRight(strings.Join([]string{r.files.Users, r.files.Config, r.inputs.Only, r.inputs.WorkspaceID}, " "), " ")
}

// secret signs the marker: nothing in a comment is believed without it.
func (r *reporter) secret() string { return cmp.Or(r.inputs.SigningKey, r.files.SigningKey) }

// hashID makes a change's id opaque: ids are hashes of what a change says, and in a public repository nobody should be
// able to check a guess at it.
func (r *reporter) hashID(id string) string {
	mac := hmac.New(sha256.New, []byte("clockify-sync blind v1 "+r.secret()))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// warnNotPosted tells that something could not be posted and where it is to be read instead.
func (r *reporter) warnNotPosted(err error) string {
	r.warn("comment", "GitHub did not take the comment; the same text is in the run's summary: "+err.Error())
	return ""
}

// summary adds to the step's summary.
func (r *reporter) summary(markdown string) {
	if err := github.Summary(r.event.SummaryPath, markdown); err != nil {
		r.warn("summary", err.Error())
	}
}

// outputs sets the step's outputs.
func (r *reporter) outputs(values map[string]string) {
	if r.event.OutputPath == "" {
		return
	}
	out := github.NewOutputs(r.event.OutputPath)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		errs = append(errs, out.Set(name, values[name]))
	}
	if err := errors.Join(errs...); err != nil {
		r.warn("outputs", err.Error())
	}
}

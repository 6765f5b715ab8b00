package action

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// reporter speaks to GitHub for one run. What it cannot post is a warning: the same text is in the summary, and the run
// ends as it would have.
type reporter struct {
	log      *github.Log
	now      func() time.Time
	inputs   Inputs
	files    Files
	event    github.Event
	decision github.Decision
	client   *github.Client // nil: there is no token, nothing is posted
	redact   report.Redact
	syncs    Syncs
}

// maxComment is the longest comment, hidden marker included, in bytes: product decision, below GitHub's own limit.
const maxComment = 60_000

// maxMarker bounds what the marker may take of it. It lists 1,500 changes and leaves room to show them.
const maxMarker = 30_000

func newReporter(ctx context.Context, o Options, files Files, event github.Event, d github.Decision) (*reporter, error) {
	r := &reporter{log: o.Log, now: o.Now, inputs: o.Inputs, files: files, event: event, decision: d}
	if token := o.Inputs.GitHubToken; token != "" {
		client, err := github.NewClient(github.Options{Token: token, Repository: event.Repository, APIURL: event.APIURL, GraphQLURL: event.GraphQLURL, Transport: o.Transport})
		if err != nil {
			return nil, about(topicGitHub, fmt.Errorf("github-token: %w", err))
		}
		r.client = client
	} else if d.Comment && !r.inputs.NoComment {
		r.warn("github-token", "there is no github-token: the plan is in the summary and not on the pull request")
	}
	return r, r.decideRedaction(ctx)
}

// warn annotates the run with what a person should know and what does not end it.
func (r *reporter) warn(title, message string) {
	r.log.Warning(github.Annotation{Title: title, Message: message})
}

// onLine is an annotation where something stands in the files.
func onLine(at state.Source, message string) github.Annotation {
	return github.Annotation{File: at.File, Line: at.Line, Col: at.Column, Title: "clockify-sync", Message: message}
}

// masker masks people where the reports do.
func (r *reporter) masker(p *plan.Plan) report.Masker { return report.NewMasker(p, r.syncs.Context()) }

// decideRedaction masks people where anybody may read: always in a public repository, and where that is not known.
func (r *reporter) decideRedaction(ctx context.Context) error {
	switch wish := cmp.Or(r.inputs.Redact, r.files.Redact); wish {
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
	c.RepositoryURL = r.event.ServerURL + "/" + r.event.Repository
	if secret := r.secret(); secret != "" {
		c.RedactKey = []byte("clockify-sync redact v1 " + secret)
	}
	if r.event.Name == "pull_request" {
		c.HappensOnMerge = r.onMerge()
	}
}

// onMerge says what the merge will do with what is gated.
func (r *reporter) onMerge() string {
	approval := r.files.Approval
	switch {
	case approval.From == "pull-request":
		return fmt.Sprintf("On merge everything but the gated changes is applied; those too, if %s of %s approved this pull request after they were shown here.",
			plural(approval.Count, "reviewer"), strings.Join(approval.Reviewers, ", "))
	case approval.Environment != "" || r.inputs.Environment != "":
		return "On merge everything but the gated changes is applied; those wait for the reviewers of the environment."
	}
	return "On merge everything but the gated changes is applied; those wait until somebody runs apply with their approval digest."
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
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

// clockSkew dates the first showing of a gated change ahead: posting it takes a moment, and a review submitted in that
// moment has not seen it.
const clockSkew = 2 * time.Second

// commentPlan puts the plan on the pull request, in the one comment that is updated in place, and returns its URL.
func (r *reporter) commentPlan(ctx context.Context, p Planned) string {
	if r.client == nil {
		return ""
	}
	pr := r.event.PullRequest
	found, old, err := r.ownComment(ctx, pr)
	if err != nil {
		return r.warnNotPosted(err)
	}
	by, err := r.client.Login(ctx)
	if err != nil {
		return r.warnNotPosted(err)
	}
	marker := github.Marker{Key: r.key(), Digest: p.Digest(), Approval: p.ApprovalDigest(), Head: r.event.HeadSHA, By: by}
	var ids []string
	for _, c := range p.Gated() {
		ids = append(ids, r.hashID(c.ApprovalID()))
	}
	sign := func(now time.Time, ids []string, body string) github.Marker {
		return r.signer(pr).Sign(github.MergeShown(marker, old, now, ids), body)
	}
	for ahead := clockSkew; ; {
		began := r.now()
		shown, note := ids, ""
		line := len(sign(began.Add(ahead), ids, "").Line())
		if line > maxMarker {
			shown, note = nil, "\n> [!WARNING]\n> "+report.Sentence(fmt.Sprintf(
				"The %d changes that need approval are too many for a review of this pull request to cover. Make the plan smaller, or run apply with the approval digest.", len(ids)))+"\n"
			line = len(sign(began.Add(ahead), nil, "").Line())
		}
		page := r.page(p, maxComment-line-len(note)-1)
		if !page.GatedShown {
			shown = nil // what was not shown cannot be approved
		}
		body := page.Body + note
		posted, err := r.client.UpsertComment(ctx, pr, found, sign(began.Add(ahead), shown, body), body)
		if err != nil {
			return r.warnNotPosted(err)
		}
		took := max(r.now().Sub(began), posted.Edited.Sub(began))
		if len(shown) == 0 || took <= ahead {
			return posted.URL
		}
		ahead = took + clockSkew // GitHub had us wait, or its clock is ahead: the times are too early until they are posted again
		found = posted
	}
}

// signer signs and reads the markers of a pull request.
func (r *reporter) signer(pr int) github.Signer {
	return github.Signer{Secret: r.secret(), Repository: r.event.Repository, PullRequest: pr}
}

// ownComment finds the comment that this run's plan stands in, and what of it is believed. One that somebody else edited
// gives way to a new one: its history would be held against every later plan.
func (r *reporter) ownComment(ctx context.Context, pr int) (github.Comment, github.Marker, error) {
	none := github.Comment{}
	comments, err := r.client.PlanComments(ctx, pr)
	if err != nil {
		return none, github.Marker{}, err
	}
	found, ok, err := r.client.OwnComment(ctx, comments, r.key())
	if err != nil || !ok {
		return none, github.Marker{}, err
	}
	editors, err := r.client.Editors(ctx, found)
	switch {
	case err != nil:
		return found, github.Marker{}, nil // what it showed meanwhile is not known
	case len(editors) > 0:
		_, err := r.client.UpdateComment(ctx, found, report.Sentence("This comment was edited after it was posted. The plan is in a new one."))
		return none, github.Marker{}, err
	}
	old, _ := r.signer(pr).Read(found)
	return found, old, nil
}

// commentOutcome tells on the merged pull requests what was done, and whether it was what they had shown.
func (r *reporter) commentOutcome(ctx context.Context, p Planned, done Applied, pulls []mergedPull, reason string) (first string) {
	if r.client == nil || r.inputs.NoComment {
		return ""
	}
	if p.Empty() && len(p.Problems)+len(p.Refusals)+len(p.Failures) == 0 {
		return ""
	}
	if ctx.Err() != nil { // cancelled: there are seconds left to say so (docs/github.md#cancelling)
		var done context.CancelFunc
		ctx, done = context.WithTimeout(context.WithoutCancel(ctx), 4*time.Second)
		defer done()
	}
	for _, m := range pulls {
		posted, err := r.client.CreateComment(ctx, m.Number, r.outcomePage(p, done, reason, m.compare(p.Plan)))
		if err != nil {
			r.warnNotPosted(err)
			continue
		}
		first = cmp.Or(first, posted.URL)
	}
	return first
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
	for _, name := range sortedKeys(values) {
		errs = append(errs, out.Set(name, values[name]))
	}
	if err := errors.Join(errs...); err != nil {
		r.warn("outputs", err.Error())
	}
}

// sortedKeys are the keys of a map in their order.
func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

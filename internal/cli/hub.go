package cli

import (
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
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// hub is GitHub's side of a run in Actions. What it cannot post is a warning: the same text is in the summary, and the
// run ends as it would have.
type hub struct {
	s        *session
	event    github.Event
	decision github.Decision
	client   *github.Client // nil: there is no token, nothing is posted
	redact   report.Redact
	comments bool // the input comment
}

// maxComment is the longest comment, hidden marker included, in bytes: product decision, below GitHub's own limit.
const maxComment = 60_000

// maxMarker bounds what the marker may take of it. It lists 1,500 changes and leaves room to show them.
const maxMarker = 30_000

func newHub(ctx context.Context, s *session, event github.Event, d github.Decision) (*hub, error) {
	h := &hub{s: s, event: event, decision: d, comments: s.env.Comment == nil || *s.env.Comment}
	if token := s.env.GitHubToken.Reveal(); token != "" {
		client, err := github.NewClient(github.Options{Token: token, Repository: event.Repository, APIURL: event.APIURL, GraphQLURL: event.GraphQLURL, Transport: s.in.HTTP})
		if err != nil {
			return nil, about(aboutGitHub, fmt.Errorf("github-token: %w", err))
		}
		h.client = client
	} else if d.Comment && h.comments {
		s.in.log.Warning(github.Annotation{Title: "github-token", Message: "there is no github-token: the plan is in the summary and not on the pull request"})
	}
	return h, h.decideRedaction(ctx)
}

// decideRedaction masks people where anybody may read: always in a public repository, and where that is not known.
func (h *hub) decideRedaction(ctx context.Context) error {
	wish := h.s.loaded.Settings.Redact
	if h.s.env.Redact != "" {
		wish = h.s.env.Redact
	}
	switch wish {
	case "none":
	case "full":
		h.redact = report.Mask
	case "auto", "":
		seen := h.event.Visibility
		if seen == github.Unknown && h.client != nil {
			var err error
			if seen, err = h.client.Repository(ctx); err != nil {
				h.s.in.log.Warning(github.Annotation{Title: "redact", Message: "GitHub does not say whether the repository is public, so people are masked: " + err.Error()})
			}
		}
		if seen.Exposed() {
			h.redact = report.Mask
		}
	default:
		return about(aboutGitHub, fmt.Errorf("redact: %q is not one of auto, none, full", wish))
	}
	return nil
}

// describe adds what GitHub knows to what reports say.
func (h *hub) describe(c *report.Context) {
	c.Commit, c.RunURL, c.Redact = h.event.HeadSHA, h.event.RunURL(), h.redact
	c.RepositoryURL = h.event.ServerURL + "/" + h.event.Repository
	if secret := h.secret(); secret != "" {
		c.RedactKey = []byte("clockify-sync redact v1 " + secret)
	}
	if h.event.Name == "pull_request" {
		c.HappensOnMerge = h.onMerge()
	}
}

// onMerge says what the merge will do with what is gated.
func (h *hub) onMerge() string {
	approval := h.s.loaded.Settings.Approval
	switch {
	case approval.From == "pull-request":
		return fmt.Sprintf("On merge everything but the gated changes is applied; those too, if %s of %s approved this pull request after they were shown here.",
			plural(approval.Count, "reviewer"), strings.Join(approval.Reviewers, ", "))
	case approval.Environment != "" || h.s.env.Environment != "":
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
func (h *hub) key() string {
	return strings.TrimRight(strings.Join([]string{h.s.file, h.s.loaded.Config, h.s.in.opts.only, h.s.env.WorkspaceID}, " "), " ")
}

// secret signs the marker: nothing in a comment is believed without it.
func (h *hub) secret() string {
	if key := h.s.env.SigningKey.Reveal(); key != "" {
		return key
	}
	if key := h.s.tokens[mainKey].Reveal(); key != "" {
		return key
	}
	for _, name := range sortedKeys(h.s.tokens) {
		if key := h.s.tokens[name].Reveal(); key != "" {
			return key
		}
	}
	return ""
}

// blind makes a change's id opaque: ids are hashes of what a change says, and in a public repository nobody should be
// able to check a guess at it.
func (h *hub) blind(id string) string {
	mac := hmac.New(sha256.New, []byte("clockify-sync blind v1 "+h.secret()))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// shownAfter dates the first showing of a gated change ahead: posting it takes a moment, and a review submitted in that
// moment has not seen it.
const shownAfter = 2 * time.Second

// commentPlan puts the plan on the pull request, in the one comment that is updated in place, and returns its URL.
func (h *hub) commentPlan(ctx context.Context, p *plan.Plan) string {
	if h.client == nil {
		return ""
	}
	pr := h.event.PullRequest
	found, _, err := h.client.FindComment(ctx, pr, h.key())
	if err != nil {
		return h.unposted(err)
	}
	old, _ := github.ReadMarker(found.Body, h.secret(), h.event.Repository, pr)
	if !old.Untouched(found) {
		old = github.Marker{} // what it showed meanwhile is not known
	}
	marker := github.Marker{Key: h.key(), Digest: p.Digest(), Approval: p.ApprovalDigest(), Head: h.event.HeadSHA}
	var ids []string
	for _, c := range p.Gated() {
		ids = append(ids, h.blind(c.ID))
	}
	sign := func(m github.Marker) github.Marker { return github.SignMarker(m, h.secret(), h.event.Repository, pr) }
	for ahead := shownAfter; ; {
		began := h.s.in.Now()
		shown, note := sign(github.MergeShown(marker, old, began.Add(ahead), ids)), ""
		none := sign(github.MergeShown(marker, old, began.Add(ahead), nil))
		if len(shown.Line()) > maxMarker {
			shown, note = none, "\n> [!WARNING]\n> "+report.Sentence(fmt.Sprintf(
				"The %d changes that need approval are too many for a review of this pull request to cover. Make the plan smaller, or run apply with the approval digest.", len(ids)))+"\n"
		}
		page := h.s.page(p, maxComment-len(shown.Line())-len(note)-1)
		if !page.GatedShown {
			shown = none // what was not shown cannot be approved
		}
		again := shown
		if again.Posted = old.Posted; !old.Posted.IsZero() && found.Reads(sign(again), page.Body+note) {
			return found.URL
		}
		posted, _, err := h.client.UpsertComment(ctx, pr, shown, page.Body+note)
		if err != nil {
			return h.unposted(err)
		}
		took := max(h.s.in.Now().Sub(began), posted.Edited.Sub(began))
		if len(shown.Gated) == 0 || took <= ahead {
			return posted.URL
		}
		ahead = took + shownAfter // GitHub had us wait, or its clock is ahead: the times are too early until they are posted again
	}
}

// commentOutcome tells on the merged pull requests what was done, and whether it was what they had shown.
func (h *hub) commentOutcome(ctx context.Context, run *running, pulls []merged, reason string) (first string) {
	if h.client == nil || !h.comments {
		return ""
	}
	if p := run.plan; p.Empty() && len(p.Problems)+len(p.Refusals)+len(run.failures()) == 0 {
		return ""
	}
	if ctx.Err() != nil { // cancelled: there are seconds left to say so (github-actions.md section 5)
		var done context.CancelFunc
		ctx, done = context.WithTimeout(context.WithoutCancel(ctx), 4*time.Second)
		defer done()
	}
	for _, m := range pulls {
		url, err := h.client.CreateComment(ctx, m.Number, run.page(reason, m.compare(run.plan)))
		if err != nil {
			h.unposted(err)
			continue
		}
		if first == "" {
			first = url
		}
	}
	return first
}

// unposted tells that something could not be posted and where it is to be read instead.
func (h *hub) unposted(err error) string {
	h.s.in.log.Warning(github.Annotation{Title: "comment", Message: "GitHub did not take the comment; the same text is in the run's summary: " + err.Error()})
	return ""
}

// summary adds to the step's summary.
func (h *hub) summary(markdown string) {
	if err := github.Summary(h.event.SummaryPath, markdown); err != nil {
		h.s.in.log.Warning(github.Annotation{Title: "summary", Message: err.Error()})
	}
}

// outputs sets the step's outputs.
func (h *hub) outputs(values map[string]string) {
	if h.event.OutputPath == "" {
		return
	}
	out := github.NewOutputs(h.event.OutputPath)
	var errs []error
	for _, name := range sortedKeys(values) {
		errs = append(errs, out.Set(name, values[name]))
	}
	if err := errors.Join(errs...); err != nil {
		h.s.in.log.Warning(github.Annotation{Title: "outputs", Message: err.Error()})
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

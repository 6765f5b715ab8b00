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

	"github.com/clockify-sync/clockify-sync/internal/gha"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// hub is GitHub's side of a run in Actions. What it cannot post is a warning: the same text is in the summary, and the
// run ends as it would have.
type hub struct {
	s        *session
	event    gha.Event
	decision gha.Decision
	client   *gha.Client // nil: there is no token, nothing is posted
	redact   report.Redact
	comments bool // the input comment
}

func newHub(ctx context.Context, s *session, event gha.Event, d gha.Decision) (*hub, error) {
	h := &hub{s: s, event: event, decision: d, comments: s.env.Comment == nil || *s.env.Comment}
	for _, secret := range s.secrets() {
		s.in.log.Mask(secret)
	}
	if token := s.env.GitHubToken.Reveal(); token != "" {
		client, err := gha.NewClient(gha.Options{Token: token, Repository: event.Repository, APIURL: event.APIURL, GraphQLURL: event.GraphQLURL, Transport: s.in.HTTP})
		if err != nil {
			return nil, fmt.Errorf("github-token: %w", err)
		}
		h.client = client
	} else if d.Comment {
		s.in.log.Warning(gha.Annotation{Title: "github-token", Message: "there is no github-token: the plan is in the summary and not on the pull request"})
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
		if seen == gha.Unknown && h.client != nil {
			var err error
			if seen, err = h.client.Repository(ctx); err != nil {
				h.s.in.log.Warning(gha.Annotation{Title: "redact", Message: "GitHub does not say whether the repository is public, so people are masked: " + err.Error()})
			}
		}
		if seen.Exposed() {
			h.redact = report.Mask
		}
	default:
		return fmt.Errorf("redact: %q is not one of auto, none, full", wish)
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

// key names the plan on a pull request, which may carry several: of other files, or of other parts.
func (h *hub) key() string {
	return strings.Join([]string{h.s.file, h.s.loaded.Config, h.s.in.opts.only}, " ")
}

// secret signs the marker: nothing in a comment is believed without it.
func (h *hub) secret() string {
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
	old, _ := gha.ReadMarker(found.Body, h.secret(), h.event.Repository, pr)
	marker := gha.Marker{Key: h.key(), Digest: p.Digest(), Approval: p.ApprovalDigest(), Head: h.event.HeadSHA}
	var ids []string
	for _, c := range p.Gated() {
		ids = append(ids, h.blind(c.ID))
	}
	shown := gha.MergeShown(marker, old, h.s.in.Now(), ids)
	about := h.s.context()
	about.MaxBytes = min(60_000, gha.MaxComment-len(shown.Line())-200)
	page := report.Comment(p, about)
	if page.GatedShown {
		marker = shown
	}
	url, _, err := h.client.UpsertComment(ctx, pr, gha.SignMarker(marker, h.secret(), h.event.Repository, pr), page.Body+h.s.failureNotes())
	if err != nil {
		return h.unposted(err)
	}
	return url
}

// unposted tells that something could not be posted and where it is to be read instead.
func (h *hub) unposted(err error) string {
	h.s.in.log.Warning(gha.Annotation{Title: "comment", Message: "GitHub did not take the comment; the same text is in the run's summary: " + err.Error()})
	return ""
}

// merged is a pull request whose merge is being applied, and what its plan had shown.
type merged struct {
	gha.Pull
	marker gha.Marker // zero where there is none that can be believed
	signed bool
}

// merged finds the pull requests that the push merged.
func (h *hub) merged(ctx context.Context) []merged {
	if h.client == nil || h.event.Name != "push" {
		return nil
	}
	base := strings.TrimPrefix(h.event.Ref, "refs/heads/")
	pulls, err := h.client.MergedPulls(ctx, base, h.event.SHA, h.event.Before, h.event.After)
	if err != nil {
		h.s.in.log.Warning(gha.Annotation{Title: "pull request", Message: "the merged pull request could not be looked up: " + err.Error()})
	}
	var all []merged
	for _, pull := range pulls {
		m := merged{Pull: pull}
		if found, ok, err := h.client.FindComment(ctx, pull.Number, h.key()); err == nil && ok {
			m.marker, m.signed = gha.ReadMarker(found.Body, h.secret(), h.event.Repository, pull.Number)
		}
		all = append(all, m)
	}
	return all
}

// reviewed lists the gated changes that the reviews of the merged pull requests cover, and says why others are not.
func (h *hub) reviewed(ctx context.Context, p *plan.Plan, pulls []merged) (ids []string, reason string) {
	settings := h.s.loaded.Settings.Approval
	covered := map[string]bool{}
	var why []string
	for _, m := range pulls {
		number := fmt.Sprintf("#%d", m.Number)
		switch {
		case !m.signed:
			why = append(why, number+" has no plan comment whose signature holds")
			continue
		case m.marker.Head != m.HeadSHA:
			why = append(why, "the plan shown on "+number+" was of an earlier commit than the one merged")
			continue
		}
		approvals, err := h.client.Approvals(ctx, m.Number, m.HeadSHA, settings.Reviewers, settings.Count)
		if err != nil {
			why = append(why, "the reviews of "+number+" could not be read: "+err.Error())
			continue
		}
		if !approvals.Enough() {
			why = append(why, fmt.Sprintf("%s has %d of %d approvals that count%s", number, len(approvals.Counted), approvals.Needed, ignored(approvals.Ignored)))
		}
		for _, id := range gha.Covered(m.marker, approvals) {
			covered[id] = true
		}
	}
	if len(pulls) == 0 {
		why = append(why, "no merged pull request was found for this push")
	}
	left := 0
	for _, c := range p.Gated() {
		if covered[h.blind(c.ID)] {
			ids = append(ids, c.ID)
		} else {
			left++
		}
	}
	if left == 0 {
		return ids, ""
	}
	if len(why) == 0 {
		why = append(why, "they were not in the plan when the reviewers approved it")
	}
	return ids, fmt.Sprintf("%d of the changes that need approval are not approved: %s", left, strings.Join(why, "; "))
}

func ignored(list []gha.Ignored) string {
	if len(list) == 0 {
		return ""
	}
	var parts []string
	for _, i := range list {
		parts = append(parts, i.Login+": "+i.Reason)
	}
	return " (not counted: " + strings.Join(parts, ", ") + ")"
}

// commentOutcome tells on the merged pull requests what was done, and whether it was what they had shown.
func (h *hub) commentOutcome(ctx context.Context, p *plan.Plan, pulls []merged, text string) (first string) {
	if h.client == nil || !h.comments || p.Empty() && len(p.Problems) == 0 {
		return ""
	}
	for _, m := range pulls {
		compared := ""
		switch {
		case !m.signed:
		case m.marker.Digest == p.Digest():
			compared = "\n\n<sub>This was the plan shown on this pull request.</sub>"
		default:
			compared = "\n\n<sub>The plan changed between the comment on this pull request and the merge: Clockify or the files were not the same any more.</sub>"
		}
		url, err := h.client.CreateComment(ctx, m.Number, text+compared)
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

// unattended reports whether nobody's pull request started the run.
func (h *hub) unattended() bool {
	return h.event.Name == "schedule" || h.event.Name == "workflow_dispatch"
}

// drift tells what was found in nobody's pull request: in an issue that is opened once, updated, and closed when it is gone.
func (h *hub) drift(ctx context.Context, p *plan.Plan, left []plan.Change) {
	if h.client == nil || h.s.env.DriftIssue == nil || !*h.s.env.DriftIssue || len(h.s.failures()) > 0 {
		return
	}
	if len(left) == 0 {
		if _, _, err := h.client.CloseIssue(ctx, h.key(), "Clockify matches the files again."); err != nil {
			h.unposted(err)
		}
		return
	}
	about := h.s.context()
	about.HappensOnMerge = ""
	body := report.Markdown(&plan.Plan{Changes: left, Findings: p.Findings, Subjects: p.Subjects, Names: p.Names, Calls: p.Calls}, about)
	title := fmt.Sprintf("Clockify differs from %s", h.s.file)
	if _, _, err := h.client.EnsureIssue(ctx, h.key(), title, body, nil); err != nil {
		h.unposted(err)
	}
}

// warnUnguarded warns when the environment that is to gate deactivations gates nothing.
func (h *hub) warnUnguarded(ctx context.Context) {
	name := h.s.env.Environment
	if name == "" {
		name = h.s.loaded.Settings.Approval.Environment
	}
	if name == "" || h.client == nil {
		return
	}
	environment, err := h.client.Environment(ctx, name)
	switch {
	case err != nil:
		h.s.in.log.Warning(gha.Annotation{Title: "environment", Message: "whether the environment has required reviewers could not be read: " + err.Error()})
	case !environment.Exists:
		h.s.in.log.Warning(gha.Annotation{Title: "environment", Message: fmt.Sprintf("there is no environment %q: GitHub makes one without protection when a job names it, and nobody would be asked", name)})
	case !environment.RequiredReviewers:
		h.s.in.log.Warning(gha.Annotation{Title: "environment", Message: fmt.Sprintf("the environment %q has no required reviewers: a job that names it waits for nobody. Private repositories need GitHub Enterprise for them; approval: {from: pull-request} works everywhere", name)})
	}
}

// summary adds to the step's summary.
func (h *hub) summary(markdown string) {
	if err := gha.Summary(h.event.SummaryPath, markdown); err != nil {
		h.s.in.log.Warning(gha.Annotation{Title: "summary", Message: err.Error()})
	}
}

// outputs sets the step's outputs.
func (h *hub) outputs(values map[string]string) {
	if h.event.OutputPath == "" {
		return
	}
	out := gha.NewOutputs(h.event.OutputPath)
	var errs []error
	for _, name := range sortedKeys(values) {
		errs = append(errs, out.Set(name, values[name]))
	}
	if err := errors.Join(errs...); err != nil {
		h.s.in.log.Warning(gha.Annotation{Title: "outputs", Message: err.Error()})
	}
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

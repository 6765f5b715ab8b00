package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// mergedPull is a pull request whose merge is being applied, and what its plan had shown.
type mergedPull struct {
	github.Pull
	marker github.Marker
	err    error // why its plan comment is not believed
}

// compare says whether the plan is the one that was shown.
func (m mergedPull) compare(p *plan.Plan) string {
	switch {
	case m.err != nil:
		return ""
	case m.marker.Digest == p.Digest():
		return "\n<sub>This was the plan shown on this pull request.</sub>\n"
	}
	return "\n<sub>The plan changed between the comment on this pull request and the merge: Clockify or the files were not the same any more.</sub>\n"
}

// mergedPulls finds the pull requests whose merge is being applied.
func (r *reporter) mergedPulls(ctx context.Context) []mergedPull {
	if r.client == nil {
		return nil
	}
	var pulls []github.Pull
	var err error
	switch {
	case r.event.Name == "push":
		pulls, err = r.client.MergedPulls(ctx, strings.TrimPrefix(r.event.Ref, "refs/heads/"), r.event.SHA, r.event.Before, r.event.After)
	case r.event.Merged:
		var pull github.Pull
		if pull, err = r.client.Pull(ctx, r.event.PullRequest); err == nil {
			pulls = []github.Pull{pull}
		}
	}
	if err != nil {
		r.warn("pull request", "the merged pull request could not be looked up: "+err.Error())
	}
	var all []mergedPull
	for _, pull := range pulls {
		m := mergedPull{Pull: pull}
		m.marker, m.err = r.shownOn(ctx, pull.Number, pull.HeadSHA)
		all = append(all, m)
	}
	return all
}

// commentOutcome tells on the merged pull requests what was done, and whether it was what they had shown.
func (r *reporter) commentOutcome(ctx context.Context, p Planned, done Applied, pulls []mergedPull, w Word) (first string) {
	if r.client == nil || r.inputs.Comment == "never" {
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
		posted, err := r.client.CreateComment(ctx, m.Number, r.outcomePage(p, done, w, maxComment, m.compare(p.Plan)))
		if err != nil {
			r.warnNotPosted(err)
			continue
		}
		first = cmp.Or(first, posted.URL)
	}
	return first
}

// shownOn reads what the plan comment of a pull request has shown. A token of another account posts one of its own, so
// there may be several that are signed: the newest of this head commit counts, else the newest. The error says why it is
// not believed.
func (r *reporter) shownOn(ctx context.Context, pr int, head string) (github.Marker, error) {
	comments, err := r.client.PlanComments(ctx, pr)
	if err != nil {
		return github.Marker{}, err
	}
	var why error
	var shown github.Marker
	var in github.Comment
	for _, c := range slices.Backward(comments) {
		if github.KeyOf(c) != r.key() {
			continue
		}
		marker, err := r.signer(pr).Read(c)
		if err != nil {
			why = cmp.Or(why, err)
		} else if in.ID == 0 || marker.Head == head && shown.Head != head {
			shown, in = marker, c
		}
	}
	if in.ID == 0 {
		return github.Marker{}, cmp.Or(why, r.noComment(comments))
	}
	editors, err := r.client.Editors(ctx, in)
	switch {
	case err != nil:
		return github.Marker{}, err
	case len(editors) > 0:
		return github.Marker{}, fmt.Errorf("%w. Edited by: %s", github.ErrEdited, strings.Join(editors, ", "))
	}
	return shown, nil
}

// noComment says which plan comments there are instead of this run's.
func (r *reporter) noComment(comments []github.Comment) error {
	if len(comments) == 0 {
		return errors.New("it has no plan comment: none was posted, or it was deleted")
	}
	var others []string
	for _, c := range comments {
		if words := r.otherPlan(github.KeyOf(c)); !slices.Contains(others, words) {
			others = append(others, words)
		}
	}
	return fmt.Errorf("it has no plan comment of this run's, only %s", text.And(others))
}

// workspaceAtEnd is the workspace in a key.
var workspaceAtEnd = regexp.MustCompile(` ([0-9a-f]{24})$`)

// otherPlan says what sets a plan of another key apart.
func (r *reporter) otherPlan(key string) string {
	rest, same := strings.CutPrefix(key, strings.TrimRight(r.files.Users+" "+r.files.Config, " "))
	workspace := ""
	if m := workspaceAtEnd.FindStringSubmatch(rest); m != nil {
		rest, workspace = strings.TrimSuffix(rest, m[0]), m[1]
	}
	only := strings.TrimSpace(rest)
	switch {
	case !same:
		return fmt.Sprintf("one of other files (%q)", text.Clip(key, 100))
	case only != r.inputs.Only:
		return fmt.Sprintf("one with only: %q, and this run has only: %q", text.Clip(only, 100), r.inputs.Only)
	}
	return fmt.Sprintf("one of another workspace (%s, and this run has %s)", cmp.Or(workspace, "the config's"), cmp.Or(r.inputs.WorkspaceID, "the config's"))
}

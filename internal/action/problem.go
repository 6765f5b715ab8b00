package action

import (
	"context"
	"errors"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// docs is where errors are explained.
const docs = "https://github.com/clockify-sync/clockify-sync/blob/main/docs/errors.md#"

// tellError tells an error that ended the run, where people look: as an annotation, in the summary, in the comment and the
// status of the pull request, in the issue of a run that nobody watches.
func (r *reporter) tellError(ctx context.Context, err error) {
	words := r.scrub(r.masker(&plan.Plan{}).Text(err.Error()))
	r.log.Error(github.Annotation{Title: "clockify-sync", Message: words})
	page := "### Clockify: the run could not begin\n\n> [!CAUTION]\n> " + report.Sentence(words) + "\n"
	if e := topicOf(err); e != "" {
		page += "\n[What this means and what to do](" + docs + e + ")\n"
	}
	r.summary(page)
	if r.client == nil {
		return
	}
	r.issue(ctx, "Clockify: the run fails", page)
	if !r.decision.comment {
		return
	}
	r.setStatus(ctx, github.Failure, "there is no plan to approve: the run says why")
	if r.inputs.Comment == "never" {
		return
	}
	found, comments, err := r.anyComment(ctx)
	if err != nil {
		r.warnNotPosted(err)
		return
	}
	marker := github.Marker{Key: r.key(), Head: r.event.HeadSHA, By: found.Author}
	if found.ID != 0 {
		marker.Key = github.KeyOf(found)
	} else if comments > 0 {
		return // of several plans nobody can tell whose this is; the summary has it
	}
	if _, err := r.client.UpsertComment(ctx, r.event.PullRequest, found, r.signer(r.event.PullRequest).Sign(marker, page), page); err != nil {
		r.warnNotPosted(err)
	}
}

// anyComment finds this run's own plan comment, by its key or because it is the only one: which files it is of may not be
// known yet. It says how many there are, too.
func (r *reporter) anyComment(ctx context.Context) (github.Comment, int, error) {
	comments, err := r.client.PlanComments(ctx, r.event.PullRequest)
	if err != nil {
		return github.Comment{}, 0, err
	}
	var own []github.Comment
	for _, key := range keysOf(comments) {
		found, ok, err := r.client.OwnComment(ctx, comments, key)
		if err != nil {
			return github.Comment{}, 0, err
		}
		if ok && key == r.key() {
			return found, 1, nil
		}
		if ok {
			own = append(own, found)
		}
	}
	if len(own) == 1 {
		return own[0], 1, nil
	}
	return github.Comment{}, len(own), nil
}

func keysOf(comments []github.Comment) []string {
	var keys []string
	seen := map[string]bool{}
	for _, c := range comments {
		if key := github.KeyOf(c); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// topicOf is the heading of docs/errors.md that explains an error; empty: none does.
func topicOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Topic
	}
	return ""
}

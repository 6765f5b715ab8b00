package action_test

import (
	"os"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

// TestOtherBase: merging into another branch than the default one applies nothing, and the comment says so.
func TestOtherBase(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.pull(head1, func(pr map[string]any) { pr["base"].(map[string]any)["ref"] = "topic" }))
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "Merging into topic applies nothing: only main is applied.")
	})
}

// TestRetargeted: a review of a pull request into another branch, of which the comment says that it applies nothing, is no
// approval once it goes into the default branch.
func TestRetargeted(t *testing.T) {
	for name, planned := range map[string]bool{"and planned again": true, "and merged at once": false} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.run(r.pull(head1, func(pr map[string]any) { pr["base"].(map[string]any)["ref"] = "topic" })).want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
				all := r.hub.Statuses()
				if got := all[len(all)-1]; got.State != "success" || got.Description != "merging into topic applies nothing" {
					r.t.Errorf("status %+v", got)
				}
				r.approve("rita", head1)
				if planned {
					r.run(r.pull(head1, nil))
				}
				r.merge(head1)
				got := r.run(r.push())
				got.want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
				contains(r.t, "the summary", plainText(got.summary), "it was not in the plan when the reviewers approved it")
			})
		})
	}
}

// TestSelfReview: an environment in which people approve what they started is a gate, and it is said how to close it.
func TestSelfReview(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byEnvironment)
		r.hub.AddEnvironment(githubtest.Environment{Name: "gate", Reviewers: []string{"rita"}})
		got := r.run(r.pull(head1, nil))
		got.says(r.t, `::notice title=environment::the environment "gate" lets people approve what they started: switch on "Prevent self-review"`)
		if got.outputs["approval-digest"] == "" {
			r.t.Error("there is no digest to approve")
		}
	})
}

// TestNoBefore: a push that does not say what was before has nobody who may approve.
func TestNoBefore(t *testing.T) {
	for name, before := range map[string]any{"zeros": strings.Repeat("0", 40), "missing": nil} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				keep := strings.Replace(companyConfig, "guards:\n  max_shrink: 90%\n", "guards:\n  max_shrink: 10%\n", 1)
				r.write("clockify-sync.yaml", strings.Replace(keep, "absent: deactivate", "absent: keep", 1)+byReview)
				r.merge(head1)
				e := r.push()
				e.payload.(map[string]any)["before"] = before
				got := r.run(e)
				got.want(r.t, cli.ExitDone, map[string]string{"approval-digest": ""})
				got.says(r.t, "the event does not say which commit that is")
			})
		})
	}
}

// TestMergedEvent applies a merge that the event pull_request tells, with its reviews.
func TestMergedEvent(t *testing.T) {
	for name, approved := range map[string]bool{"approved": true, "not approved": false} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.run(r.pull(head1, nil))
				if approved {
					r.approve("rita", head1)
				}
				r.merge(head1)
				e := r.pull(head1, func(pr map[string]any) { pr["merged"] = true })
				e.payload.(map[string]any)["action"] = "closed"
				r.run(e).want(r.t, cli.ExitDone, map[string]string{"gated": "4", "withheld": "0"})
				if !r.active("tim.ott") {
					r.t.Fatal("a closed pull request was applied without being asked to")
				}
				r.env["INPUT_COMMAND"] = "apply"
				withheld := map[bool]string{true: "0", false: "4"}[approved]
				r.run(e).want(r.t, cli.ExitDone, map[string]string{"withheld": withheld})
				if r.active("tim.ott") == approved {
					r.t.Errorf("Tim active: %t", !approved)
				}
				if n := len(r.comments()); n != 2 {
					r.t.Errorf("%d comments, want the plan and the result", n)
				}
			})
		})
	}
}

// TestCommentNever leaves the pull request alone: the summary has the plan and the result.
func TestCommentNever(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_COMMENT"] = "never"
		plan := r.run(r.pull(head1, nil))
		contains(r.t, "the summary", plan.summary, "rosa.vega")
		r.merge(head1)
		merged := r.run(r.push())
		contains(r.t, "the summary", merged.summary, "applied")
		if n := len(r.comments()); n != 0 {
			r.t.Errorf("%d comments", n)
		}
	})
}

// TestErrorBesideSeveralPlans: which of several plans an error is of nobody can tell, so none of their comments is changed.
func TestErrorBesideSeveralPlans(t *testing.T) {
	inRunner(t, func(r *runner) {
		for _, only := range []string{"users", ""} {
			r.env["INPUT_ONLY"] = only
			r.run(r.pull(head1, nil))
		}
		before := r.comments()
		r.env["INPUT_ONLY"], r.env["INPUT_REDACT"] = "time", "some"
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitFailed, nil)
		contains(r.t, "the summary", plainText(got.summary), "the run could not begin")
		if after := r.comments(); len(after) != 2 || after[0] != before[0] || after[1] != before[1] {
			r.t.Errorf("comments: %v", after)
		}
	})
}

// TestReviewWithoutReviews: where reviews are not the gate, one changes nothing.
func TestReviewWithoutReviews(t *testing.T) {
	inRunner(t, func(r *runner) {
		e := r.pull(head1, nil)
		e.name = "pull_request_review"
		got := r.run(e)
		got.want(r.t, cli.ExitDone, nil)
		got.says(r.t, "Reviews of a pull request approve nothing here")
		if n := len(r.hub.Statuses()); n != 0 {
			r.t.Errorf("%d statuses", n)
		}
	})
}

// TestReviewersWhoAreNot: somebody whom GitHub does not know can approve nothing, and is named.
func TestReviewersWhoAreNot(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(strings.Replace(byReview, "rita, acme/people-ops", "ritta, acme/no-such-team", 1))
		r.hub.SetPermission("ritta", "")
		r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "needs 1 of ritta and acme/no-such-team", "ritta (is the name of nobody on GitHub)")
		r.approve("rita", head1)
		r.merge(head1)
		got := r.run(r.push())
		got.want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
		contains(r.t, "the summary", plainText(got.summary), "rita: is not a named reviewer, nor in acme/no-such-team as far as this token may see")
	})
}

// TestReviewsUnread: reviews that cannot be read approve nothing, and the status says so.
func TestReviewsUnread(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview)
		r.hub.Inject(githubtest.Fault{Path: "/reviews", Status: 403, Message: "Resource not accessible by integration", Times: -1})
		r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
		all := r.hub.Statuses()
		if got := all[len(all)-1]; got.State != "pending" || got.Description != "4 changes wait; the reviews could not be read" {
			r.t.Errorf("status %+v", got)
		}
	})
}

// TestNowhereToTell: a runner whose own files cannot be written is told in the log, and nothing else is lost.
func TestNowhereToTell(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.start = func(env map[string]string) (int, string) {
			for _, name := range []string{"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"} {
				if err := os.Remove(env[name]); err != nil {
					r.t.Fatal(err)
				}
				if err := os.Mkdir(env[name], 0o755); err != nil {
					r.t.Fatal(err)
				}
			}
			code, log := r.here(env)
			for _, name := range []string{"GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"} {
				if err := os.Remove(env[name]); err != nil {
					r.t.Fatal(err)
				}
				if err := os.WriteFile(env[name], nil, 0o644); err != nil {
					r.t.Fatal(err)
				}
			}
			return code, log
		}
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitDone, nil)
		got.says(r.t, "::warning title=summary::", "::warning title=outputs::")
		if n := len(r.comments()); n != 1 {
			r.t.Errorf("%d comments", n)
		}
	})
}

// TestLabel: the verdict names what the workflow calls this, in place of the workspace.
func TestLabel(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.pull(head1, nil))
		r.env["INPUT_LABEL"] = "People of the agency"
		r.run(r.pull(head2, nil))
		all := r.comments()
		if len(all) != 1 || !strings.HasPrefix(plainText(all[0]), "### Clockify · People of the agency: merging changes") {
			r.t.Errorf("comments: %.200q", all)
		}
	})
}

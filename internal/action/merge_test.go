package action_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

const byReview = "approval:\n  from: pull-request\n  reviewers: [rita, acme/people-ops]\n"

const byEnvironment = "approval: {from: environment, environment: gate}\n"

// TestMerge applies the push of a merge: what is routine is done, what is gated only as the reviews say.
func TestMerge(t *testing.T) {
	cases := []struct {
		name   string
		config string // added to the config
		review func(*runner)
		merged string // head commit that is merged, head1 when empty
		leaves bool   // Rosa and Tim are deactivated
		says   string // why not
	}{
		{name: "no gate is set up", says: ""},
		{name: "nobody approved", config: byReview, says: "#7 has 0 of 1 approvals that count"},
		{name: "approved", config: byReview, review: func(r *runner) { r.approve("rita", head1) }, leaves: true},
		{name: "approved by one of a team", config: byReview, review: func(r *runner) {
			r.hub.AddTeamMember("acme", "people-ops", "theo")
			r.approve("theo", head1)
		}, leaves: true},
		{name: "two needed, one there", config: byReview + "  count: 2\n", review: func(r *runner) { r.approve("rita", head1) }, says: "#7 has 1 of 2 approvals that count"},
		{name: "two needed, two there", config: byReview + "  count: 2\n", review: func(r *runner) {
			r.hub.AddTeamMember("acme", "people-ops", "theo")
			r.approve("rita", head1)
			r.approve("theo", head1)
		}, leaves: true},
		{name: "approved an older commit", config: byReview, merged: head2, review: func(r *runner) {
			r.approve("rita", head1)
			r.run(r.pull(head2, nil))
		}, says: "rita: approved 1111111, not the head commit 2222222"},
		{name: "approved before the plan was shown", config: byReview, review: func(r *runner) {
			r.hub.DeleteComment(r.hub.Comments(7)[0].ID)
			r.approve("rita", head1)
			r.run(r.pull(head1, nil))
		}, says: "it was not in the plan when the reviewers approved it"},
		{
			name: "approved a plan that was not made of the merged commit", config: byReview, merged: head2, review: func(r *runner) { r.approve("rita", head2) },
			says: "the plan shown on #7 was of an earlier commit than the one merged",
		},
		{name: "by the author", config: strings.Replace(byReview, "rita", "ann", 1), review: func(r *runner) { r.approve("ann", head1) }, says: "ann: is the author of the pull request"},
		{name: "by somebody not named", config: byReview, review: func(r *runner) { r.approve("mallory", head1) }, says: "mallory: is not a named reviewer"},
		{name: "by somebody the pull request itself named", config: strings.Replace(byReview, "rita", "mallory", 1), review: func(r *runner) {
			r.base("clockify-sync.yaml", companyConfig+byReview)
			r.approve("mallory", head1)
		}, says: "mallory: is not a named reviewer"},
		{name: "the pull request brings the gate", config: byReview, review: func(r *runner) {
			r.base("clockify-sync.yaml", companyConfig)
			r.approve("rita", head1)
		}, says: "That counts from the next merge on"},
		{name: "dismissed", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.hub.DismissReviews(7, "rita")
		}, says: "rita: the review was dismissed"},
		{name: "changes asked for afterwards", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.hub.AddReview(7, githubtest.Review{Login: "rita", State: "CHANGES_REQUESTED", CommitID: head1, SubmittedAt: time.Now()})
		}, says: "rita: asked for changes"},
		{name: "the comment was edited", config: byReview, review: func(r *runner) {
			c := r.hub.Comments(7)[0]
			first, rest, _ := strings.Cut(c.Body, "\n")
			r.hub.EditComment(c.ID, "mallory", strings.Replace(first, "2000-01-01T00", "1999-01-01T00", 1)+"\n"+rest)
			r.approve("rita", head1)
		}, says: "#7: the comment was edited after it was posted"},
		{name: "the comment was edited below its marker", config: byReview, review: func(r *runner) {
			c := r.hub.Comments(7)[0]
			first, _, _ := strings.Cut(c.Body, "\n")
			r.hub.EditComment(c.ID, "mallory", first+"\n### Clockify: nothing to do\n")
			r.approve("rita", head1)
		}, says: "#7: the comment was edited after it was posted"},
		{name: "the comment was edited and put back", config: byReview, review: func(r *runner) {
			c := r.hub.Comments(7)[0]
			r.hub.EditComment(c.ID, "mallory", "nothing to do")
			r.approve("rita", head1)
			r.hub.EditComment(c.ID, "mallory", c.Body)
		}, says: "#7: the comment was edited after it was posted, so nobody can tell what its reviewers read. Edited by: mallory, mallory"},
		{name: "the comment was edited and planned again", config: byReview, review: func(r *runner) {
			time.Sleep(time.Minute)
			c := r.hub.Comments(7)[0]
			first, _, _ := strings.Cut(c.Body, "\n")
			r.hub.EditComment(c.ID, "mallory", first+"\n### Clockify: nothing to do\n")
			r.approve("rita", head1)
			r.run(r.pull(head1, nil))
		}, says: "it was not in the plan when the reviewers approved it"},
		{name: "the comment was edited, planned again and approved", config: byReview, review: func(r *runner) {
			c := r.hub.Comments(7)[0]
			r.hub.EditComment(c.ID, "mallory", c.Body+"\nnothing to do\n")
			r.run(r.pull(head1, nil))
			r.approve("rita", head1)
		}, leaves: true},
		{name: "the history of the comment cannot be read", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.hub.Inject(githubtest.Fault{Path: "/graphql", Status: 403, Message: "Resource not accessible by integration", Times: -1})
		}, says: "#7: read the history of edits: 403 Resource not accessible by integration"},
		{name: "our own update after the approval", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.change(func(s *sandbox.State) {
				s.Workspaces[0].AddMember(s.AddUser("zoe.new@example.com", "Zoe New")).Owner = true
			})
			r.run(r.pull(head1, nil))
		}, leaves: true},
		{name: "a copy of the comment in another account's", config: byReview, review: func(r *runner) {
			body := r.hub.Comments(7)[0].Body
			r.hub.DeleteComment(r.hub.Comments(7)[0].ID)
			r.hub.AddComment(7, "mallory", body)
			r.approve("rita", head1)
		}, says: "#7: the comment is a copy: another account posted the one that was signed"},
		{name: "the key was replaced", config: byReview, review: func(r *runner) {
			r.env["INPUT_SIGNING-KEY"] = "another key for signing comments, 1"
			r.approve("rita", head1)
		}, says: "#7: the comment was signed with another key"},
		{name: "the plan was of another part", config: byReview, review: func(r *runner) {
			r.env["INPUT_ONLY"] = "users"
			r.approve("rita", head1)
		}, says: `#7: it has no plan comment of this run's, only one with only: "", and this run has only: "users"`},
		{name: "the plan was of another workspace", config: byReview, review: func(r *runner) {
			id, config := r.env["INPUT_WORKSPACE-ID"], companyConfig+byReview
			named := strings.Replace(config, "workspace:\n", "workspace:\n  id: \""+id+"\"\n", 1)
			r.write("clockify-sync.yaml", named)
			r.base("clockify-sync.yaml", named)
			r.hub.DeleteComment(r.hub.Comments(7)[0].ID)
			r.env["INPUT_WORKSPACE-ID"] = ""
			r.run(r.pull(head1, nil))
			r.env["INPUT_WORKSPACE-ID"] = id
			r.approve("rita", head1)
		}, says: "#7: it has no plan comment of this run's, only one of another workspace (the config's, and this run has "},
		{name: "the plan was of other files", config: byReview, review: func(r *runner) {
			r.write("people.csv", companyCSV)
			r.env["INPUT_USERS"] = "people.csv"
			r.approve("rita", head1)
		}, says: "#7: it has no plan comment of this run's, only one of other files (\"users.csv clockify-sync.yaml "},
		{name: "another account's comment of an earlier commit is newer", config: byReview, merged: head2, review: func(r *runner) {
			r.hub.ActAs("acme-sync[bot]", false)
			r.run(r.pull(head1, nil))
			r.hub.ActAs("github-actions[bot]", false)
			r.run(r.pull(head2, nil)) // updates its own
			r.approve("rita", head2)
		}, leaves: true},
		{name: "another account's comment of an earlier commit is still there", config: byReview, merged: head2, review: func(r *runner) {
			r.hub.ActAs("acme-sync[bot]", false)
			r.run(r.pull(head2, nil))
			r.approve("rita", head2)
		}, leaves: true},
		{name: "posted by another account", config: byReview, review: func(r *runner) {
			r.hub.ActAs("acme-sync[bot]", false)
			r.approve("rita", head1)
		}, leaves: true},
		{name: "planned again without a change", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.run(r.pull(head1, nil))
		}, leaves: true},
		{name: "the marker is of another pull request", config: byReview, review: func(r *runner) {
			r.hub.AddPull(githubtest.Pull{Number: 8, Author: "ann", HeadSHA: head1})
			e := r.pull(head1, func(pr map[string]any) { pr["number"] = 8 })
			r.run(e)
			r.hub.EditComment(r.hub.Comments(7)[0].ID, "mallory", r.hub.Comments(8)[0].Body)
			r.approve("rita", head1)
		}, says: "#7: the comment was edited after it was posted"},
		{name: "the comment is gone", config: byReview, review: func(r *runner) {
			r.hub.DeleteComment(r.hub.Comments(7)[0].ID)
			r.approve("rita", head1)
		}, says: "#7: it has no plan comment: none was posted, or it was deleted"},
		{name: "reviews cannot be read", config: byReview, review: func(r *runner) {
			r.approve("rita", head1)
			r.hub.Inject(githubtest.Fault{Path: "/reviews", Status: 403, Message: "Resource not accessible by integration", Times: -1})
		}, says: "the reviews of #7 could not be read"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(tc.config)
				r.run(r.pull(head1, nil))
				if tc.review != nil {
					tc.review(r)
				}
				before := len(r.hub.Comments(7))
				head := head1
				if tc.merged != "" {
					head = tc.merged
				}
				r.merge(head)
				got := r.run(r.push())
				withheld := "4"
				if tc.leaves {
					withheld = "0"
				}
				got.want(r.t, cli.ExitDone, map[string]string{"withheld": withheld, "failed": "0", "gated": "4"})
				for _, who := range []string{"rosa.vega", "tim.ott"} {
					if r.active(who) == tc.leaves {
						r.t.Errorf("%s active: %t", who, r.active(who))
					}
				}
				contains(r.t, "the summary", plainText(got.summary), tc.says)
				all := r.comments()
				if len(all) != before+1 {
					r.t.Fatalf("%d comments on the pull request, want one more than %d\n%s", len(all), before, got.log)
				}
				contains(r.t, "the comment", plainText(all[before]), "### Clockify · Acme: applied", tc.says)
				if tc.name == "approved" || tc.name == "nobody approved" {
					golden(r.t, "merge-"+strings.ReplaceAll(tc.name, " ", "-")+".md", all[before])
				}
				// What is routine is done in every case.
				if tc.leaves {
					return
				}
				state := r.clockify.State()
				for _, m := range state.Workspaces[0].Members {
					if m.UserID == r.ids["bob.wilson"] && m.WorkCapacity != "PT7H30M" {
						r.t.Errorf("Bob's capacity is %s, want PT7H30M", m.WorkCapacity)
					}
				}
			})
		})
	}
}

// plainText undoes what is escaped in Markdown, to look for words.
func plainText(s string) string {
	for _, c := range ":;#()[].-_@,!'\"/>=" {
		s = strings.ReplaceAll(s, entity(c), string(c))
	}
	return strings.NewReplacer("<code>", "", "</code>", "", "`", "").Replace(s)
}

func entity(c rune) string {
	const digits = "0123456789"
	text := ""
	for n := int(c); n > 0; n /= 10 {
		text = string(digits[n%10]) + text
	}
	return "&#" + text + ";"
}

// TestMoreLeavers is a plan that changed between approval and apply: who is new waits, who was approved goes, and who
// went by other means is no obstacle.
func TestMoreLeavers(t *testing.T) {
	gates := map[string]struct {
		config  string
		approve func(*runner, actionRun)
	}{
		"reviews": {byReview, func(r *runner, _ actionRun) { r.approve("rita", head1) }},
		"digest": {byEnvironment, func(r *runner, plan actionRun) {
			r.hub.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "approved", Environment: "gate"})
			r.env["INPUT_APPROVE"] = plan.outputs["approval-digest"]
		}},
	}
	for name, gate := range gates {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.hub.AddEnvironment(githubtest.Environment{Name: "gate", Reviewers: []string{"rita"}, PreventSelfReview: true})
				r.configure(gate.config)
				gate.approve(r, r.run(r.pull(head1, nil)))
				r.change(func(s *sandbox.State) {
					w := &s.Workspaces[0]
					r.ids["zoe.new"] = s.AddUser("zoe.new@example.com", "Zoe New")
					w.AddMember(r.ids["zoe.new"])
				})
				r.merge(head1)
				got := r.run(r.push())
				got.want(r.t, cli.ExitDone, map[string]string{"withheld": "1", "failed": "0"})
				if r.active("tim.ott") || r.active("rosa.vega") || !r.active("zoe.new") {
					r.t.Errorf("active: Tim %t, Rosa %t, want both gone; Zoe %t, want her to stay", r.active("tim.ott"), r.active("rosa.vega"), r.active("zoe.new"))
				}
				all := r.comments()
				contains(r.t, "the comment", plainText(all[len(all)-1]), "zoe.new@example.com", "The plan changed between the comment")
				golden(r.t, "more-leavers-"+name+".md", all[len(all)-1])
			})
		})
	}
}

// TestFewerLeavers is the other way: one of the approved is gone already.
func TestFewerLeavers(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_COMMAND"] = "plan"
		plan := r.run(r.push())
		r.env["INPUT_COMMAND"], r.env["INPUT_APPROVE"] = "apply", plan.outputs["approval-digest"]
		r.change(func(s *sandbox.State) {
			for i, m := range s.Workspaces[0].Members {
				if m.UserID == r.ids["tim.ott"] {
					s.Workspaces[0].Members[i].Status = "INACTIVE"
				}
			}
		})
		r.merge(head1)
		got := r.run(r.push())
		got.want(r.t, cli.ExitDone, map[string]string{"withheld": "0"})
		if r.active("rosa.vega") {
			r.t.Error("Rosa was approved and is still active")
		}
	})
}

// TestDigestGate is the environment's gate: the digest goes from job to job, is made again and compared.
func TestDigestGate(t *testing.T) {
	cases := map[string]struct {
		approve func(actionRun) string
		code    int
		leaves  bool
		says    string
	}{
		"the job's":           {func(p actionRun) string { return p.outputs["approval-digest"] }, cli.ExitDone, true, ""},
		"digest alone":        {func(p actionRun) string { d, _, _ := strings.Cut(p.outputs["approval-digest"], ":"); return d }, cli.ExitDone, true, ""},
		"of another plan":     {func(actionRun) string { return strings.Repeat("ab", 32) }, cli.ExitDone, false, "not"},
		"not a digest":        {func(actionRun) string { return "yes" }, cli.ExitFailed, false, "input approve"},
		"with a foreign list": {func(actionRun) string { return strings.Repeat("ab", 32) + ":0123456789abcdef" }, cli.ExitFailed, false, "input approve"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.env["INPUT_COMMAND"], r.env["INPUT_ENVIRONMENT"] = "plan", "clockify-deactivation"
				r.hub.AddEnvironment(githubtest.Environment{Name: "clockify-deactivation", Reviewers: []string{"rita"}, PreventSelfReview: true})
				r.hub.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "approved", Environment: "clockify-deactivation"})
				r.merge(head1)
				plan := r.run(r.push())
				plan.want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
				if strings.Contains(plan.log, "::warning") {
					r.t.Errorf("a guarded environment is warned about:\n%s", plan.log)
				}
				if n := r.clockify.WriteCount(); n != 0 {
					r.t.Fatalf("the plan wrote %d times", n)
				}
				// The next job starts on another machine: the audit folder is not there.
				if err := os.RemoveAll(filepath.Join(r.dir, "clockify-audit")); err != nil {
					r.t.Fatal(err)
				}
				r.env["INPUT_COMMAND"], r.env["INPUT_APPROVE"] = "apply", tc.approve(plan)
				got := r.run(r.push())
				got.want(r.t, tc.code, nil)
				if r.active("tim.ott") == tc.leaves {
					r.t.Errorf("Tim active: %t", r.active("tim.ott"))
				}
				contains(r.t, "log and summary", got.log+plainText(got.summary), tc.says)
			})
		})
	}
}

// TestEnvironment is the gate of an environment: where it protects nothing, or nobody can tell, there is no digest to hand
// on, the gated job refuses what is gated, and routine goes on.
func TestEnvironment(t *testing.T) {
	guarded := githubtest.Environment{Name: "gate", Reviewers: []string{"rita"}, PreventSelfReview: true}
	cases := map[string]struct {
		config string
		input  string
		setup  func(*githubtest.GitHub)
		shut   string // why; "" where the gate can be opened
		leaves bool
		says   string
	}{
		"missing": {config: byEnvironment, setup: func(*githubtest.GitHub) {}, shut: `there is no environment "gate"`},
		"asks nobody": {config: byEnvironment, setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(githubtest.Environment{Name: "gate"})
		}, shut: `the environment "gate" has no required reviewers`},
		"unreadable": {config: byEnvironment, setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(githubtest.Environment{Name: "gate", Reviewers: []string{"rita"}, Forbidden: true})
		}, shut: "could not be read (the job needs actions: read)"},
		"named in two places": {config: byEnvironment, input: "other", setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(guarded)
			g.AddEnvironment(githubtest.Environment{Name: "other", Reviewers: []string{"rita"}})
		}, shut: `the input environment is "other" and approval.environment is "gate"`},
		"not named": {config: "approval: {from: environment}\n", setup: func(*githubtest.GitHub) {}, shut: "no environment is named"},
		"the base cannot be read": {config: byEnvironment, setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(guarded)
			g.Inject(githubtest.Fault{Path: "/contents/", Status: 502, Times: -1})
		}, shut: "the config as it was before could not be read"},
		"approved": {config: byEnvironment, setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(guarded)
			g.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "approved", Environment: "gate"})
		}, leaves: true},
		"nobody approved the run": {config: byEnvironment, setup: func(g *githubtest.GitHub) { g.AddEnvironment(guarded) }, says: `nobody has approved that this run uses the environment "gate"`},
		"refused": {config: byEnvironment, setup: func(g *githubtest.GitHub) {
			g.AddEnvironment(guarded)
			g.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "rejected", Environment: "gate"})
		}, says: "nobody has approved"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				// A digest that was handed out where nothing is guarded.
				r.env["INPUT_COMMAND"] = "plan"
				digest := r.run(r.schedule()).outputs["approval-digest"]
				r.configure(tc.config)
				r.env["INPUT_COMMAND"], r.env["INPUT_ENVIRONMENT"] = "", tc.input
				tc.setup(r.hub)
				r.merge(head1)
				routine := r.run(r.push())
				if got := routine.outputs["approval-digest"]; (got == "") != (tc.shut != "") {
					r.t.Errorf("approval digest %q", got)
				}
				routine.says(r.t, tc.shut)
				if warned := strings.Contains(routine.log, "::warning title="); warned != (tc.shut != "") {
					r.t.Errorf("warned: %t", warned)
				}
				if name != "the base cannot be read" { // then the defaults hold, and they refuse this CSV
					r.capacity("bob.wilson", "PT7H30M")
				}
				r.env["INPUT_APPROVE"] = digest
				got := r.run(r.push())
				code := cli.ExitFailed
				if tc.leaves {
					code = cli.ExitDone
				}
				got.want(r.t, code, nil)
				got.says(r.t, tc.says)
				if r.active("tim.ott") == tc.leaves || r.active("rosa.vega") == tc.leaves {
					r.t.Errorf("Tim active: %t, Rosa active: %t", r.active("tim.ott"), r.active("rosa.vega"))
				}
			})
		})
	}
}

// TestPushWithoutPull applies what was pushed without a pull request, and has nowhere to tell it but the summary.
func TestPushWithoutPull(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview)
		r.hub.AddCompare(beforeSHA, mergeSHA, []githubtest.Commit{{SHA: mergeSHA, Parents: []string{beforeSHA}}})
		got := r.run(r.push())
		got.want(r.t, cli.ExitDone, map[string]string{"withheld": "4", "comment-url": ""})
		contains(r.t, "the summary", plainText(got.summary), "no merged pull request belongs to this run")
	})
}

// TestMergeQueue lands two pull requests with one push: both are told.
func TestMergeQueue(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.hub.AddPull(githubtest.Pull{Number: 6, Author: "bo", HeadSHA: head2, Merged: true, MergeSHA: "6666666666666666666666666666666666666666", MergedAt: time.Now()})
		r.merge(head1)
		r.hub.AddCompare(beforeSHA, mergeSHA, []githubtest.Commit{
			{SHA: "6666666666666666666666666666666666666666", Parents: []string{beforeSHA, head2}},
			{SHA: mergeSHA, Parents: []string{"6666666666666666666666666666666666666666", head1}},
		})
		r.run(r.push()).want(r.t, cli.ExitDone, nil)
		for _, pr := range []int{6, 7} {
			if n := len(r.hub.Comments(pr)); n != 1 {
				r.t.Errorf("%d comments on #%d, want 1", n, pr)
			}
		}
	})
}

// TestFailedApply tells on the pull request what failed, and ends with 1.
func TestFailedApply(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.merge(head1)
		faults, err := sandbox.ParseFaults("seed=1,rate=1,kinds=403")
		if err != nil {
			faults, err = sandbox.ParseFaults("seed=1,rate=1,kinds=500")
		}
		if err != nil {
			r.t.Fatal(err)
		}
		r.clockify.SetFaults(faults)
		got := r.run(r.push())
		got.want(r.t, cli.ExitFailed, nil)
		all := r.comments()
		if len(all) != 1 {
			r.t.Fatalf("%d comments, want 1\n%s", len(all), got.log)
		}
		contains(r.t, "the comment", all[0], "### Clockify: nothing could be planned, nothing was applied")
	})
}

// TestCancelled still says what was done when the run is cancelled in the middle of it.
func TestCancelled(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.merge(head1)
		ctx, cancel := context.WithCancel(r.t.Context())
		defer cancel()
		r.ctx = ctx
		r.clockify.OnWrite(func(sandbox.State) { cancel() })
		got := r.run(r.push())
		got.want(r.t, cli.ExitStopped, nil)
		all := r.comments()
		if len(all) != 1 {
			r.t.Fatalf("%d comments, want 1\n%s", len(all), got.log)
		}
		contains(r.t, "the summary", got.summary, "### Clockify")
	})
}

// TestSlowComment has GitHub keep the comment waiting: a review from before it was there covers nothing, a later one does.
func TestSlowComment(t *testing.T) {
	for name, after := range map[string]time.Duration{"while it waits": 20 * time.Second, "afterwards": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				busy := githubtest.SecondaryRateLimit(403, "40")
				busy.Method, busy.Path = "POST", "comments"
				r.hub.Inject(busy)
				began := time.Now()
				r.run(r.pull(head1, nil))
				if waited := time.Since(began); waited < 40*time.Second {
					r.t.Fatalf("the comment was posted after %s", waited)
				}
				r.hub.AddReview(7, githubtest.Review{Login: "rita", State: "APPROVED", CommitID: head1, SubmittedAt: began.Add(after)})
				r.merge(head1)
				r.run(r.push()).want(r.t, cli.ExitDone, nil)
				if seen := after > time.Minute; r.active("tim.ott") == seen {
					r.t.Errorf("Tim active: %t", !seen)
				}
			})
		})
	}
}

// TestOtherKey plans and applies with different keys, as two environments give them: the signing key joins them.
func TestOtherKey(t *testing.T) {
	for _, signed := range []bool{false, true} {
		t.Run(map[bool]string{false: "without", true: "with"}[signed]+" a signing key", func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				if signed {
					r.env["INPUT_SIGNING-KEY"] = strings.Repeat("0123456789abcdef", 4)
				}
				r.change(func(s *sandbox.State) { s.AddKey("the-read-only-key-of-the-plan-job", r.ids["olga.owner"]) })
				r.env["INPUT_API-KEY"] = "the-read-only-key-of-the-plan-job"
				r.run(r.pull(head1, nil))
				r.approve("rita", head1)
				r.merge(head1)
				r.env["INPUT_API-KEY"] = apiKey
				r.run(r.push()).want(r.t, cli.ExitDone, nil)
				if r.active("tim.ott") == signed {
					r.t.Errorf("Tim active: %t", r.active("tim.ott"))
				}
			})
		})
	}
}

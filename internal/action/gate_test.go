package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// byHand is a run that somebody starts on the default branch.
func (r *runner) byHand(who string) event {
	r.env["GITHUB_TRIGGERING_ACTOR"] = who
	return event{"workflow_dispatch", mergeSHA, "refs/heads/main", map[string]any{"repository": r.repo()}}
}

// TestByHand: in a run started by hand, approve is the word of who started it.
func TestByHand(t *testing.T) {
	cases := map[string]struct {
		config string
		who    string
		setup  func(*runner)
		leaves bool
		says   string
	}{
		"a reviewer":           {config: byReview, who: "rita", leaves: true},
		"one of a team":        {config: byReview, who: "theo", setup: func(r *runner) { r.hub.AddTeamMember("acme", "people-ops", "theo") }, leaves: true},
		"the author":           {config: strings.Replace(byReview, "rita", "ann", 1), who: "ann", says: "ann wrote what is approved"},
		"wrote a commit of it": {config: strings.Replace(byReview, "rita", "carl", 1), who: "carl", says: "carl wrote what is approved"},
		"wrote it behind a link": {config: byReview, who: "rita", setup: func(r *runner) {
			r.remove("users.csv")
			r.write("people.csv", companyCSV)
			if err := os.Symlink("people.csv", filepath.Join(r.dir, "users.csv")); err != nil {
				r.t.Fatal(err)
			}
			r.hub.AddChange("people.csv", githubtest.Commit{SHA: head2, Author: "rita", Committer: "web-flow"})
		}, says: "rita wrote what is approved"},
		"wrote what came after the start": {config: byReview, who: "rita", setup: func(r *runner) {
			r.checkedOut(head2) // the branch's tip, when the job began at last
			r.hub.AddCompare("main", head2, nil)
			r.hub.AddChangeAt(head2, "users.csv", githubtest.Commit{SHA: head2, Author: "rita", Committer: "web-flow"})
		}, says: "rita wrote what is approved"},
		"not named":              {config: byReview, who: "mallory", says: "mallory is not a named reviewer"},
		"may only read":          {config: byReview, who: "rita", setup: func(r *runner) { r.hub.SetPermission("rita", "read") }, says: "rita may not write to the repository"},
		"a bot":                  {config: strings.Replace(byReview, "rita", `"sync[bot]"`, 1), who: "sync[bot]", says: "is no person"},
		"two are needed":         {config: byReview + "  count: 2\n", who: "rita", says: "2 approvals are needed, and one run is the word of one person"},
		"history cannot be read": {config: byReview, who: "rita", setup: func(r *runner) { r.hub.Inject(githubtest.Fault{Path: "/commits", Status: 403, Times: -1}) }, says: "who wrote what is approved could not be read"},
		"no gate is set up":      {who: "mallory", leaves: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(tc.config)
				r.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head1, Merged: true, MergeSHA: mergeSHA, Written: []githubtest.Commit{{SHA: head1, Author: "carl", Committer: "ann"}}})
				r.hub.AddChange("users.csv", githubtest.Commit{SHA: mergeSHA, Author: "ann", Committer: "web-flow"})
				first := r.run(r.byHand(tc.who))
				first.want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
				if tc.setup != nil {
					tc.setup(r)
				}
				r.env["INPUT_APPROVE"] = first.outputs["approval-digest"]
				got := r.run(r.byHand(tc.who))
				code, withheld := cli.ExitFailed, "4"
				if tc.leaves {
					code, withheld = cli.ExitDone, "0"
				}
				got.want(r.t, code, map[string]string{"withheld": withheld})
				got.says(r.t, tc.says)
				if r.active("tim.ott") == tc.leaves {
					r.t.Errorf("Tim active: %t", r.active("tim.ott"))
				}
			})
		})
	}
}

// TestApproveWithoutAPerson: under reviews, a digest in a run that nobody started by hand is nobody's word.
func TestApproveWithoutAPerson(t *testing.T) {
	for name, e := range map[string]func(*runner) event{"push": (*runner).push, "schedule": (*runner).schedule} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.merge(head1)
				r.env["INPUT_APPROVE"] = r.run(e(r)).outputs["approval-digest"]
				got := r.run(e(r))
				got.want(r.t, cli.ExitFailed, map[string]string{"withheld": "4"})
				got.says(r.t, "it is the word of who starts a run by hand, and nobody did")
			})
		})
	}
}

// TestLoosened is a pull request that loosens what protects: the stricter of both holds for its plan and its merge, and
// it is told.
func TestLoosened(t *testing.T) {
	cases := map[string]struct {
		base, head string // configs
		says       []string
		gated      string
		refused    bool
	}{
		"guards": {
			base: companyConfig, head: strings.Replace(companyConfig, "90%", "100%", 1),
			says: []string{"loosens guards.max_shrink from 90% to 100%", "Until it is merged, 90% holds"}, gated: "4",
		},
		"a guard that refuses": {
			base: strings.Replace(companyConfig, "90%", "10%", 1), head: companyConfig,
			says: []string{"loosens guards.max_shrink from 10% to 90%", "guards.max_shrink"}, gated: "4", refused: true,
		},
		"protection": {
			base: companyConfig + "protect: {users: [tim.ott@example.com]}\n", head: companyConfig,
			says: []string{"loosens protect.users from tim.ott@example.com to nothing"}, gated: "3",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.write("clockify-sync.yaml", tc.head)
				r.base("clockify-sync.yaml", tc.base)
				code := cli.ExitDone
				if tc.refused {
					code = cli.ExitFailed
				}
				got := r.run(r.pull(head1, nil))
				got.want(r.t, code, map[string]string{"gated": tc.gated})
				contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), tc.says...)
				r.merge(head1)
				merged := r.run(r.push())
				merged.want(r.t, code, map[string]string{"gated": tc.gated})
				contains(r.t, "the result", plainText(merged.summary), tc.says[0])
				// From the next run on it is the config of everybody.
				next := r.run(r.schedule())
				if strings.Contains(plainText(next.summary), "loosens") {
					r.t.Errorf("a scheduled run says that something is loosened:\n%s", next.summary)
				}
			})
		})
	}
}

// TestRedactLoosened: a pull request cannot have people shown in a public repository.
func TestRedactLoosened(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.public = true
		r.write("clockify-sync.yaml", companyConfig+"redact: none\n")
		r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, nil) // what was written is searched for names after every run
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "loosens redact from auto to none")
		// Nor by way of an event that runs on the default branch and checks the pull request out.
		r.checkedOut(head1)
		r.run(event{"issue_comment", mergeSHA, "refs/heads/main", map[string]any{"repository": r.repo()}}).want(r.t, cli.ExitDone, nil)
	})
}

// TestBaseByItsOwnNames finds the base's config by the product's order of names, whatever the pull request calls its own.
func TestBaseByItsOwnNames(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.base("clockify-sync.yaml", companyConfig+byReview)
		r.base("config.yaml", companyConfig+strings.Replace(byReview, "rita", "mallory", 1))
		r.write("clockify-sync.yaml", "")
		r.remove("clockify-sync.yaml")
		r.write("config.yaml", companyConfig+strings.Replace(byReview, "rita", "mallory", 1))
		r.run(r.pull(head1, nil))
		r.approve("mallory", head1)
		r.merge(head1)
		r.run(r.push()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
	})
}

// TestUnsoundBase: where the base's config has problems, nobody can approve, and the defaults hold.
func TestUnsoundBase(t *testing.T) {
	for name, base := range map[string]string{"a problem": "approval: [nonsense\n", "too large": byReview + strings.Repeat("# \n", 1<<19)} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.write("clockify-sync.yaml", strings.Replace(companyConfig, "guards:\n  max_shrink: 90%\n", "", 1)+byReview)
				r.base("clockify-sync.yaml", base)
				got := r.run(r.pull(head1, nil))
				got.says(r.t, "the config as it was before could not be read, so the defaults stand for it and nothing can be approved")
				if got.outputs["approval-digest"] != "" {
					r.t.Errorf("there is a digest to approve: %s", got.outputs["approval-digest"])
				}
				if n := strings.Count(got.log, "title=base::"); n != 1 {
					r.t.Errorf("told %d times", n)
				}
			})
		})
	}
}

// TestOtherWorkspace: a pull request that names another workspace has all its changes gated.
func TestOtherWorkspace(t *testing.T) {
	inRunner(t, func(r *runner) {
		own := r.env["INPUT_WORKSPACE-ID"]
		r.env["INPUT_WORKSPACE-ID"] = ""
		named := func(id string) string {
			return strings.Replace(companyConfig, "workspace:\n", "workspace:\n  id: \""+id+"\"\n", 1)
		}
		r.write("clockify-sync.yaml", named(own))
		r.base("clockify-sync.yaml", named("64a687e29ae1f428e7ebe303"))
		got := r.run(r.pull(head1, nil))
		if got.outputs["gated"] != got.outputs["changes"] || got.outputs["gated"] == "4" {
			r.t.Errorf("%s of %s changes are gated, want all", got.outputs["gated"], got.outputs["changes"])
		}
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "changes workspace.id from 64a687e29ae1f428e7ebe303")
		r.merge(head1)
		r.run(r.push())
		if n := r.clockify.WriteCount(); n != 0 {
			r.t.Errorf("%d writes in a workspace that nobody approved", n)
		}
	})
}

// TestOtherSync: a pull request that points a time sync elsewhere says so.
func TestOtherSync(t *testing.T) {
	inRunner(t, func(r *runner) {
		const sync = `time_sync:
  - name: acme
    source: {workspace_id: "000000000000000000000001", client_id: "000000000000000000000002", user_id: "000000000000000000000003", token_env: ACME_TOKEN}
    destination: {workspace_id: "000000000000000000000004"}
`
		r.env["ACME_TOKEN"] = "token-of-acme-in-the-tests"
		r.base("clockify-sync.yaml", companyConfig+sync)
		r.write("clockify-sync.yaml", companyConfig+strings.Replace(sync, "000000000000000000000002", "000000000000000000000009", 1))
		r.run(r.pull(head1, nil))
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")),
			"changes time_sync.acme.source.client_id from 000000000000000000000002 to 000000000000000000000009, so every change there needs approval")
	})
}

// TestStatus says on the head commit whether anything waits, and for whom; a review refreshes it without Clockify.
func TestStatus(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview + "  count: 2\n")
		last := func(state, words string) {
			r.t.Helper()
			all := r.hub.Statuses()
			if len(all) == 0 {
				r.t.Fatal("no status was set")
			}
			got := all[len(all)-1]
			want := githubtest.Status{SHA: head1, Context: "clockify-sync/approval", State: state, Description: words, URL: "https://github.com/acme/people/actions/runs/77"}
			if diff := cmp.Diff(want, got); diff != "" {
				r.t.Errorf("status (-want +got):\n%s", diff)
			}
		}
		r.run(r.pull(head1, nil))
		last("pending", "4 changes wait for 2 of rita or acme/people-ops")
		calls := r.clockify.Total()
		review := func() {
			r.t.Helper()
			e := r.pull(head1, nil)
			e.name = "pull_request_review"
			r.run(e).want(r.t, cli.ExitDone, nil)
		}
		r.approve("rita", head1)
		review()
		last("pending", "4 changes wait for 1 of rita or acme/people-ops")
		r.hub.AddTeamMember("acme", "people-ops", "theo")
		r.approve("theo", head1)
		review()
		last("success", "approved by rita and theo")
		r.hub.AddReview(7, githubtest.Review{Login: "rita", State: "CHANGES_REQUESTED", CommitID: head1, SubmittedAt: time.Now()})
		review()
		last("pending", "4 changes wait for 1 of rita or acme/people-ops")
		if n := r.clockify.Total() - calls; n != 0 {
			r.t.Errorf("reviews made %d calls to Clockify", n)
		}
		r.write("users.csv", companyCSV+"nobody,,\n")
		r.run(r.pull(head1, nil))
		last("error", "there is no plan to approve: the run says why")
		r.write("users.csv", companyCSV)
		r.write("clockify-sync.yaml", strings.Replace(companyConfig, "absent: deactivate", "absent: keep", 1))
		r.run(r.pull(head1, nil))
		last("success", "nothing needs approval")
	})
}

// TestReviewOfAnEditedComment: what cannot be believed cannot be approved.
func TestReviewOfAnEditedComment(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview)
		r.run(r.pull(head1, nil))
		c := r.hub.Comments(7)[0]
		r.hub.EditComment(c.ID, "mallory", c.Body+"\nnothing to see\n")
		r.approve("rita", head1)
		e := r.pull(head1, nil)
		e.name = "pull_request_review"
		r.run(e)
		all := r.hub.Statuses()
		if got := all[len(all)-1]; got.State != "pending" || !strings.Contains(got.Description, "edited") {
			r.t.Errorf("status %+v", got)
		}
	})
}

// TestOrigins tells what the pull request changes from what differs already, without a further call.
func TestOrigins(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.pull(head1, nil))
		calls := r.clockify.Total()
		r.base("users.csv", strings.Replace(companyCSV, `"37,5"`, "40", 1))
		r.run(r.pull(head1, nil))
		if n := r.clockify.Total() - calls; n != calls {
			r.t.Errorf("%d calls with a base, %d without", n, calls)
		}
		contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "This pull request changes 1 person", "Drift: ")
	})
}

// TestCommentOnChanges posts where the pull request changes something, and folds what it said when it no longer does.
func TestCommentOnChanges(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_COMMENT"] = "changes"
		r.run(r.schedule()) // all that is routine is done
		keep := strings.Replace(companyConfig, "absent: deactivate", "absent: keep", 1)
		r.write("clockify-sync.yaml", keep)
		r.base("clockify-sync.yaml", keep)
		r.base("users.csv", companyCSV)
		r.run(r.pull(head1, nil))
		if n := len(r.comments()); n != 0 {
			r.t.Fatalf("%d comments on a pull request that changes nothing", n)
		}
		r.write("users.csv", strings.Replace(companyCSV, "lena.berg@example.com,jane.smith@example.com,40", "lena.berg@example.com,jane.smith@example.com,20", 1))
		lenas := r.run(r.pull(head1, nil))
		if all := r.comments(); len(all) != 1 || !strings.Contains(plainText(all[0]), "lena.berg") {
			r.t.Log(lenas.log)
			r.t.Fatalf("comments: %v", all)
		}
		r.write("users.csv", companyCSV)
		r.run(r.pull(head2, nil))
		if diff := cmp.Diff([]string{"Clockify: this pull request changes nothing."}, r.comments()); diff != "" {
			r.t.Errorf("comments (-want +got):\n%s", diff)
		}
	})
}

// TestReservedNames: a pull request cannot have the job's token, or a variable that anybody knows, taken for a key.
func TestReservedNames(t *testing.T) {
	for _, name := range []string{"GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "CI", "GITHUB_SHA", "RUNNER_NAME", "INPUT_API-KEY"} {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.env["GITHUB_TOKEN"], r.env["ACTIONS_RUNTIME_TOKEN"] = hubToken, hubToken
				r.write("clockify-sync.yaml", companyConfig+strings.Replace(`time_sync:
  - name: acme
    source: {workspace_id: "000000000000000000000001", client_id: "000000000000000000000002", user_id: "000000000000000000000003", token_env: NAME}
    destination: {workspace_id: "000000000000000000000004"}
`, "NAME", `"`+name+`"`, 1))
				got := r.run(r.pull(head1, nil))
				got.want(r.t, cli.ExitFailed, nil)
				got.says(r.t, "token_env")
				if strings.Contains(got.log, "::add-mask::true\n") || strings.Contains(got.log, "::add-mask::"+mergeSHA) {
					r.t.Errorf("a public value is masked:\n%s", got.log)
				}
			})
		})
	}
}

// TestCheckedOutElsewhere: a job that checks out another branch applies nothing, whatever started it.
func TestCheckedOutElsewhere(t *testing.T) {
	cases := map[string]struct {
		compare func(*githubtest.GitHub)
		applied bool
	}{
		"a newer commit of the branch": {func(g *githubtest.GitHub) { g.AddCompare("main", head2, nil) }, true},
		"another branch": {func(g *githubtest.GitHub) {
			g.AddCompare("main", head2, []githubtest.Commit{{SHA: head2, Parents: []string{mergeSHA}}})
		}, false},
		"a commit GitHub does not know": {func(*githubtest.GitHub) {}, false},
		"nobody can tell":               {func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/compare/main", Status: 403, Times: -1}) }, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.checkedOut(head2)
				r.merge(head1)
				tc.compare(r.hub)
				got := r.run(r.push())
				got.want(r.t, cli.ExitDone, nil)
				if wrote := r.clockify.WriteCount() > 0; wrote != tc.applied {
					r.t.Errorf("applied: %t\n%s", wrote, got.log)
				}
				if !tc.applied {
					got.says(r.t, "::warning title=checkout::")
				}
			})
		})
	}
}

// TestQueueStatus: a merge queue gets the status on its own commit, and waits for nobody.
func TestQueueStatus(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview)
		r.run(r.pull(head1, nil))
		const tried = "6666666666666666666666666666666666666666"
		ref := "refs/heads/gh-readonly-queue/main/pr-7-" + beforeSHA
		queue := func(gated, want string) {
			r.t.Helper()
			r.run(event{"merge_group", tried, ref, map[string]any{
				"merge_group": map[string]any{"head_sha": tried, "head_ref": ref, "base_ref": "refs/heads/main"}, "repository": r.repo(),
			}}).want(r.t, cli.ExitDone, map[string]string{"gated": gated})
			all := r.hub.Statuses()
			if got := all[len(all)-1]; got.SHA != tried || got.State+" "+got.Description != want {
				r.t.Errorf("status %+v, want %s", got, want)
			}
		}
		queue("4", "error 4 changes wait for 1 of rita or acme/people-ops")
		r.approve("rita", head1)
		queue("4", "success approved by rita")
		// Somebody who goes by another pull request before it in the queue.
		r.change(func(s *sandbox.State) { s.Workspaces[0].AddMember(s.AddUser("zoe.new@example.com", "Zoe New")) })
		queue("5", "success approved by rita; 1 change not shown there will wait")
		if n := len(r.comments()); n != 1 {
			r.t.Errorf("%d comments", n)
		}
	})
}

package action_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestComment keeps the whole comment, from the event file to GitHub.
func TestComment(t *testing.T) {
	cases := []struct {
		name  string
		setup func(*runner)
		event func(*runner) event // nil: a push to the pull request
		code  int
		gated string
	}{
		{name: "first", gated: "4"},
		{name: "changed", gated: "4", setup: func(r *runner) {
			r.run(r.pull(head1, nil))
			time.Sleep(time.Hour)
			r.write("users.csv", strings.Replace(companyCSV, "lena.berg@example.com,jane.smith@example.com,40", "lena.berg@example.com,head.of.ops@example.com,20", 1))
		}, event: func(r *runner) event { return r.pull(head2, nil) }},
		{name: "nothing", gated: "0", setup: func(r *runner) {
			r.run(event{"schedule", mergeSHA, "refs/heads/main", "{}"})
			r.write("clockify-sync.yaml", strings.Replace(companyConfig, "absent: deactivate", "absent: keep", 1))
		}},
		{name: "invalid", code: cli.ExitFailed, setup: func(r *runner) {
			r.write("users.csv", strings.Replace(companyCSV, `"37,5"`, "37h", 1)+"bob.wilson@example.com,,\nnot an email,,\n")
		}},
		{name: "gated", gated: "5", setup: func(r *runner) {
			r.configure("cleanup:\n  unmanaged_groups: delete\napproval:\n  from: pull-request\n  reviewers: [rita, acme/people-ops]\n  count: 2\n")
			r.change(func(s *sandbox.State) { s.Workspaces[0].AddGroup("Old project | *team*", r.ids["tim.ott"]) })
		}},
		{name: "hostile", gated: "6", setup: func(r *runner) { r.change(hostileNames(r)) }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				if tc.setup != nil {
					tc.setup(r)
				}
				e := r.pull(head1, nil)
				if tc.event != nil {
					e = tc.event(r)
				}
				got := r.run(e)
				got.want(r.t, tc.code, nil)
				if tc.gated != "" {
					got.want(r.t, tc.code, map[string]string{"gated": tc.gated})
				}
				comments := r.comments()
				if len(comments) != 1 {
					r.t.Fatalf("%d comments, want the one\n%s", len(comments), got.log)
				}
				if url := got.outputs["comment-url"]; !strings.HasPrefix(url, "https://github.com/acme/people/pull/7#issuecomment-") {
					r.t.Errorf("comment-url = %q", url)
				}
				golden(r.t, tc.name+".md", comments[0])
			})
		})
	}
}

// hostileNames are what somebody may call themselves or a group to have a say in GitHub.
func hostileNames(r *runner) func(*sandbox.State) {
	names := map[string]string{
		"rosa.vega":  "Rosa | Vega ::set-output name=gated::0\n::error::x\r##[set-output name=approved]true",
		"tim.ott":    "</details><img src=x onerror=alert(1)> @acme/admins #1 [click](https://evil.example)",
		"bob.wilson": "`Bob` --> <!-- <b>*Wilson*</b> https://evil.example &lt;",
		"jane.smith": "Jane\u202e\"];click A href \"https://evil.example\"",
	}
	return func(s *sandbox.State) {
		for i, u := range s.Users {
			if name, ok := names[strings.TrimSuffix(u.Email, "@example.com")]; ok {
				s.Users[i].Name = name
			}
		}
		s.Workspaces[0].Groups[0].Name = "##[add-matcher]/github/workspace/evil.json | x"
	}
}

// TestUnchangedComment counts what is sent: the same plan of the same commit is not sent again, and no second comment is made.
func TestUnchangedComment(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.pull(head1, nil))
		time.Sleep(time.Hour)
		again := r.run(r.pull(head1, nil))
		if n := r.hub.Calls("PATCH", ""); n != 0 {
			r.t.Errorf("%d updates of an unchanged comment", n)
		}
		r.run(r.pull(head2, nil))
		if posts, updates := r.hub.Calls("POST", "/issues"), r.hub.Calls("PATCH", "/issues"); posts != 1 || updates != 1 {
			r.t.Errorf("%d comments posted and %d updated, want 1 and 1", posts, updates)
		}
		if again.outputs["comment-url"] == "" {
			r.t.Error("no comment-url for a comment that stands already")
		}
	})
}

// TestLargePlan cuts 5,000 changes to what GitHub takes, and no gated line.
func TestLargePlan(t *testing.T) {
	inRunner(t, func(r *runner) {
		const n = 2500
		var csv strings.Builder
		csv.WriteString(companyCSV)
		r.change(func(s *sandbox.State) {
			w := &s.Workspaces[0]
			for i := range n {
				id := s.AddUser(fmt.Sprintf("person.%04d@example.com", i), fmt.Sprintf("Person %d", i))
				w.AddMember(id).WorkCapacity = "PT8H"
				fmt.Fprintf(&csv, "person.%04d@example.com,jane.smith@example.com,20\n", i)
			}
		})
		r.write("users.csv", csv.String())
		config := strings.Replace(companyConfig, "guards:\n", "guards:\n  max_changes: 100%\n", 1)
		r.write("clockify-sync.yaml", config)
		r.base("clockify-sync.yaml", config)
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
		var changes int
		if _, err := fmt.Sscan(got.outputs["changes"], &changes); err != nil || changes < 5000 {
			r.t.Errorf("%s changes, want 5,000 and more", got.outputs["changes"])
		}
		comments := r.hub.Comments(7)
		if len(comments) != 1 {
			r.t.Fatalf("%d comments\n%.2000s", len(comments), got.log)
		}
		body := comments[0].Body
		if len(body) > maxComment {
			r.t.Errorf("the comment has %d bytes, the most is %d", len(body), maxComment)
		}
		contains(r.t, "the comment", body, "rosa.vega", "tim.ott", "more")
		if len(got.summary) < 5*len(body) {
			r.t.Errorf("the summary has %d bytes: the whole plan is to be there", len(got.summary))
		}
		golden(r.t, "large.md", withoutMarker(body))
	})
}

// TestManyGated is a plan with more gated changes than a comment can sign for: it is shown and covers none of them.
func TestManyGated(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.change(func(s *sandbox.State) {
			w := &s.Workspaces[0]
			for i := range 1700 {
				id := s.AddUser(fmt.Sprintf("p%04d@example.com", i), "")
				w.AddMember(id).WorkCapacity = "PT8H"
			}
		})
		config := strings.Replace(companyConfig, "90%", "100%", 1) + "approval: {from: pull-request, reviewers: [rita]}\n"
		r.write("clockify-sync.yaml", config)
		r.base("clockify-sync.yaml", config)
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitDone, nil)
		comments := r.hub.Comments(7)
		if len(comments) != 1 || len(comments[0].Body) > maxComment {
			r.t.Fatalf("%d comments\n%.3000s", len(comments), got.log)
		}
		contains(r.t, "the comment", comments[0].Body, "too many")
		r.approve("rita", head1)
		r.merge(head1)
		merged := r.run(r.push())
		if !r.active("tim.ott") {
			r.t.Error("somebody was deactivated whom no review covered")
		}
		contains(r.t, "the summary", merged.summary, "What waits is not approved")
	})
}

// TestUnposted refuses the comment in every way: the run ends as it would have, warns, and the summary has the text.
func TestUnposted(t *testing.T) {
	cases := map[string]struct {
		setup func(*githubtest.GitHub)
		says  string
	}{
		"403 read-only": {func(g *githubtest.GitHub) { g.SetReadOnly(true) }, "the GitHub token may not write here"},
		"404":           {func(g *githubtest.GitHub) { g.SetMissing(true) }, "it is not there"},
		"locked":        {func(g *githubtest.GitHub) { g.SetLocked(true) }, "the conversation is locked"},
		"422": {func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Method: "POST", Path: "comments", Status: 422, Message: "Validation Failed: body is too long", Times: -1})
		}, "the text is too long for GitHub"},
		"down": {func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "comments", Status: 503, Times: -1}) }, "GitHub is not available"},
		"secondary rate limit": {func(g *githubtest.GitHub) {
			f := githubtest.SecondaryRateLimit(403, "3600")
			f.Path, f.Times = "comments", -1
			g.Inject(f)
		}, "rate limit"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				tc.setup(r.hub)
				got := r.run(r.pull(head1, nil))
				got.want(r.t, cli.ExitDone, map[string]string{"gated": "4", "comment-url": ""})
				got.says(r.t, tc.says, "::warning title=comment::")
				contains(r.t, "the summary", got.summary, "### Clockify · Acme: merging changes", "rosa.vega")
			})
		})
	}
}

// TestNoKey is a plan that cannot be made: nobody is told that there is nothing to do.
func TestNoKey(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_API-KEY"] = ""
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitFailed, map[string]string{"has-changes": "false"})
		contains(r.t, "the comment", strings.Join(r.comments(), ""), "nothing could be planned", "no key")
		if strings.Contains(got.log+got.summary, "already matches") {
			r.t.Errorf("a plan that was not made is told as nothing to do:\n%s", got.log)
		}
	})
}

// TestNoToken plans without GitHub's API. What the base protects is not known, so the defaults hold: users.csv has too few
// people for them.
func TestNoToken(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_GITHUB-TOKEN"] = ""
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitFailed, map[string]string{"gated": "4", "comment-url": "", "approval-digest": ""})
		got.says(r.t, "there is no github-token", "without a github-token it cannot be read", "guards.max_shrink")
		if n := r.hub.Calls("", ""); n != 0 {
			r.t.Errorf("%d calls to GitHub without a token", n)
		}
	})
}

// TestForeignMarker leaves a comment alone that another account planted with our marker.
func TestForeignMarker(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.pull(head1, nil))
		planted := r.hub.Comments(7)[0].Body
		r.hub.DeleteComment(r.hub.Comments(7)[0].ID)
		r.hub.AddComment(7, "mallory", planted)
		r.run(r.pull(head1, nil))
		all := r.hub.Comments(7)
		if len(all) != 2 || all[0].Author != "mallory" || all[0].Body != planted {
			r.t.Errorf("the other's comment was taken for ours: %d comments", len(all))
		}
	})
}

// TestUntrusted validates and no more where there are no secrets, or should be none.
func TestUntrusted(t *testing.T) {
	fork := func(pr map[string]any) {
		pr["head"].(map[string]any)["repo"] = map[string]any{"full_name": "mallory/people"}
	}
	cases := map[string]struct {
		event func(*runner) event
		bad   bool // the CSV
		says  string
	}{
		"fork":         {event: func(r *runner) event { return r.pull(head1, fork) }, says: "comes from a fork"},
		"fork-invalid": {event: func(r *runner) event { return r.pull(head1, fork) }, bad: true, says: "comes from a fork"},
		"fork that is gone": {event: func(r *runner) event {
			return r.pull(head1, func(pr map[string]any) { pr["head"].(map[string]any)["repo"] = nil })
		}, says: "comes from a fork"},
		"dependabot": {event: func(r *runner) event {
			return r.pull(head1, func(pr map[string]any) { pr["user"] = map[string]any{"login": "dependabot[bot]"} })
		}, says: "opened by Dependabot"},
		"pull_request_target": {event: func(r *runner) event {
			e := r.pull(head1, nil)
			e.name = "pull_request_target"
			return e
		}, says: "pull_request_target runs with secrets"},
	}
	for name, tc := range cases {
		for _, command := range []string{"", "plan", "apply"} {
			t.Run(name+" "+command, func(t *testing.T) {
				inRunner(t, func(r *runner) {
					r.env["INPUT_COMMAND"] = command
					if name != "pull_request_target" {
						r.env["INPUT_API-KEY"] = "" // secrets do not reach it
					}
					code := cli.ExitDone
					if tc.bad {
						r.write("users.csv", companyCSV+"nobody,,\n")
						code = cli.ExitFailed
					}
					got := r.run(tc.event(r))
					got.want(r.t, code, map[string]string{"has-changes": "false", "digest": ""})
					got.says(r.t, tc.says)
					if n := r.clockify.Total(); n != 0 {
						r.t.Errorf("%d calls to Clockify", n)
					}
					if n := r.hub.Calls("", ""); n != 0 {
						r.t.Errorf("%d calls to GitHub: %v", n, r.hub.Requests())
					}
					if command == "" && strings.HasPrefix(name, "fork") && !strings.Contains(name, " ") {
						golden(r.t, name+".summary.md", got.summary)
					}
				})
			})
		}
	}
}

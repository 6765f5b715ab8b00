package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestEvents runs the events that nobody's pull request starts.
func TestEvents(t *testing.T) {
	cases := map[string]struct {
		event  event
		writes bool
	}{
		"merge_group": {event: event{"merge_group", head1, "refs/heads/gh-readonly-queue/main/pr-7-" + beforeSHA, map[string]any{
			"merge_group": map[string]any{"head_sha": head1, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-" + beforeSHA, "base_ref": "refs/heads/main"},
			"repository":  map[string]any{"full_name": repository, "default_branch": "main", "visibility": "private"},
		}}},
		"push to another branch": {event: event{"push", head1, "refs/heads/topic", map[string]any{
			"before": beforeSHA, "after": head1, "repository": map[string]any{"full_name": repository, "default_branch": "main", "visibility": "private"},
		}}},
		"schedule": {event: event{"schedule", head1, "refs/heads/main", map[string]any{"schedule": "17 5 * * *"}}, writes: true},
		"workflow_dispatch": {event: event{"workflow_dispatch", head1, "refs/heads/main", map[string]any{
			"repository": map[string]any{"full_name": repository, "default_branch": "main", "visibility": "private"},
		}}, writes: true},
		"an event of another kind": {event: event{"issue_comment", head1, "refs/heads/main", map[string]any{
			"action": "created", "repository": map[string]any{"full_name": repository, "default_branch": "main", "visibility": "private"},
		}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				got := r.run(tc.event)
				got.want(r.t, cli.ExitDone, map[string]string{"has-changes": "true", "gated": "4", "matrix": `{"include":[{"only":"users"}]}`})
				if wrote := r.clockify.WriteCount() > 0; wrote != tc.writes {
					r.t.Errorf("wrote: %t", wrote)
				}
				if n := len(r.comments()); n != 0 {
					r.t.Errorf("%d comments", n)
				}
				if !r.active("tim.ott") {
					r.t.Error("Tim was deactivated without anybody's approval")
				}
				dir := got.outputs["audit-dir"]
				if ofRun := strings.HasPrefix(dir, "clockify-audit/2000-01-01T"); ofRun != tc.writes || !ofRun && dir != "clockify-audit" {
					r.t.Errorf("output audit-dir = %q", dir)
				}
				for _, file := range []string{"plan.json", "plan.md"} {
					if _, err := os.Stat(filepath.Join(r.dir, dir, file)); err != nil {
						r.t.Error(err)
					}
				}
			})
		})
	}
}

// TestDrift follows the issue of a scheduled look: opened once, updated, closed when the difference is gone.
func TestDrift(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_COMMAND"], r.env["INPUT_DRIFT-ISSUE"] = "plan", "true"
		weekly := func(want string, issues int) {
			r.t.Helper()
			time.Sleep(7 * 24 * time.Hour)
			r.run(r.schedule()).want(r.t, cli.ExitDone, nil)
			all := r.hub.Issues()
			if len(all) != issues || issues > 0 && all[len(all)-1].State != want {
				r.t.Fatalf("%d issues: %+v, want %d, the last %s", len(all), all, issues, want)
			}
		}
		weekly("open", 1)
		golden(r.t, "drift.md", r.hub.Issues()[0].Title+"\n\n"+withoutMarker(r.hub.Issues()[0].Body))
		updates := r.hub.Calls("PATCH", "/issues")
		weekly("open", 1)
		if n := r.hub.Calls("PATCH", "/issues") - updates; n != 0 {
			r.t.Errorf("the unchanged issue was updated %d times", n)
		}
		r.change(func(s *sandbox.State) {
			id := s.AddUser("zoe.new@example.com", "Zoe New")
			s.Workspaces[0].AddMember(id)
		})
		weekly("open", 1)
		contains(r.t, "the issue", plainText(r.hub.Issues()[0].Body), "zoe.new@example.com")
		if n := r.clockify.WriteCount(); n != 0 {
			r.t.Fatalf("looking for drift wrote %d times", n)
		}

		// A look that fails, or at files that are unsound, has not found that it is gone.
		r.write("users.csv", companyCSV+"nobody,,\n")
		time.Sleep(7 * 24 * time.Hour)
		r.run(r.schedule()).want(r.t, cli.ExitFailed, nil)
		r.write("users.csv", companyCSV)
		r.env["INPUT_API-KEY"] = ""
		r.run(r.schedule()).want(r.t, cli.ExitFailed, nil)
		r.env["INPUT_API-KEY"] = apiKey
		if state := r.hub.Issues()[0].State; state != "open" {
			r.t.Fatalf("the issue is %s after a look that failed", state)
		}

		// Somebody applies it, with approval.
		r.env["INPUT_COMMAND"] = "plan"
		plan := r.run(r.schedule())
		r.env["INPUT_COMMAND"], r.env["INPUT_APPROVE"] = "apply", plan.outputs["approval-digest"]
		r.run(r.schedule()).want(r.t, cli.ExitDone, map[string]string{"withheld": "0"})
		if i := r.hub.Issues()[0]; i.State != "closed" || len(r.hub.Comments(i.Number)) != 1 {
			r.t.Errorf("the issue is %s, with %d comments, want it closed with one", i.State, len(r.hub.Comments(i.Number)))
		}
		r.env["INPUT_COMMAND"], r.env["INPUT_APPROVE"] = "plan", ""
		weekly("closed", 1)
		r.change(func(s *sandbox.State) {
			id := s.AddUser("kim.new@example.com", "Kim New")
			s.Workspaces[0].AddMember(id)
		})
		weekly("open", 2)
	})
}

// TestDriftOfApply leaves what a scheduled apply could not do in the issue, and nothing without drift-issue.
func TestDriftOfApply(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.run(r.schedule()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
		if n := len(r.hub.Issues()); n != 0 {
			r.t.Fatalf("%d issues without drift-issue", n)
		}
		r.env["INPUT_DRIFT-ISSUE"] = "true"
		r.run(r.schedule()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
		if all := r.hub.Issues(); len(all) != 1 || strings.Contains(plainText(all[0].Body), "bob.wilson") {
			r.t.Fatalf("issues: %+v, want one, of what waits alone", all)
		}
	})
}

// TestBadInput ends with 1 and words that name the input.
func TestBadInput(t *testing.T) {
	cases := map[string]struct {
		env   map[string]string
		setup func(*runner)
		event func(*runner) event
		says  string
	}{
		"unknown command":        {env: map[string]string{"INPUT_COMMAND": "destroy"}, says: `input command: "destroy" is not auto, validate, plan or apply`},
		"comment not a bool":     {env: map[string]string{"INPUT_COMMENT": "maybe"}, says: `input comment: "maybe" is not always, changes or never`},
		"drift-issue":            {env: map[string]string{"INPUT_DRIFT-ISSUE": "2"}, says: `input drift-issue: "2" is not true or false`},
		"max-calls":              {env: map[string]string{"INPUT_MAX-CALLS": "-3"}, says: `input max-calls: "-3" is not a whole number from 1 to 10000000`},
		"redact":                 {env: map[string]string{"INPUT_REDACT": "some"}, says: `redact: "some" is not auto, none or full`},
		"only":                   {env: map[string]string{"INPUT_ONLY": "groups"}, says: `--only "groups": want users, time, time:NAME or user:EMAIL`},
		"api-url in the clear":   {env: map[string]string{"INPUT_API-URL": "http://clockify.example.com"}, says: "input api-url: would send the key in the clear: it needs https"},
		"a server of somebody's": {setup: func(r *runner) { r.configure("api: {base_url: \"https://clockify.me.example.com/api/v1\"}\n") }, says: `"https://clockify.me.example.com/api/v1" is not a host of Clockify, which a file may not send keys to`},
		"reports of somebody's":  {setup: func(r *runner) { r.configure("api: {reports_url: \"https://notclockify.me/v1\"}\n") }, says: "which a file may not send keys to: name it by variable or input"},
		"users outside":          {env: map[string]string{"INPUT_USERS": "../people.csv"}, says: `users: "../people.csv" leaves the workspace`},
		"users absolute":         {env: map[string]string{"INPUT_USERS": "/etc/passwd"}, says: `users: "/etc/passwd" leaves the workspace`},
		"config outside":         {env: map[string]string{"INPUT_CONFIG": "a/../../c.yaml"}, says: "leaves the workspace"},
		"audit-dir outside":      {env: map[string]string{"INPUT_AUDIT-DIR": "../audit"}, says: "leaves the workspace"},
		"users is missing":       {env: map[string]string{"INPUT_USERS": "nobody.csv"}, says: "nobody.csv"},
		"short signing-key":      {env: map[string]string{"INPUT_SIGNING-KEY": "sesame"}, says: "input signing-key: has fewer than 32 characters (not shown)"},
		"token with a space":     {env: map[string]string{"INPUT_GITHUB-TOKEN": "a b"}, says: "input github-token: holds spaces"},
		"a link out of the workspace": {setup: func(r *runner) {
			_ = os.Remove(filepath.Join(r.dir, "users.csv"))
			if err := os.Symlink("/etc/passwd", filepath.Join(r.dir, "users.csv")); err != nil {
				r.t.Fatal(err)
			}
		}, says: "users.csv"},
		"audit-dir is a link out of the workspace": {setup: func(r *runner) {
			if err := os.Symlink(r.files, filepath.Join(r.dir, "clockify-audit")); err != nil {
				r.t.Fatal(err)
			}
		}, says: "audit-dir"},
		"event not JSON":           {event: func(r *runner) event { e := r.push(); e.payload = "not JSON"; return e }, says: "is not a JSON event"},
		"event without its object": {event: func(r *runner) event { e := r.pull(head1, nil); e.payload = "{}"; return e }, says: "holds no pull request"},
		"no event file":            {env: map[string]string{"GITHUB_EVENT_PATH": "/nowhere/event.json"}, says: "read the event file (GITHUB_EVENT_PATH)"},
		"not a repository":         {env: map[string]string{"GITHUB_REPOSITORY": "people"}, says: "not owner/name"},
		"secret-names without env": {env: map[string]string{"INPUT_SECRET-NAMES": "ACME"}, says: "ACME"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				for k, v := range tc.env {
					r.env[k] = v
				}
				if tc.setup != nil {
					tc.setup(r)
				}
				e := r.push()
				if tc.event != nil {
					e = tc.event(r)
				}
				r.merge(head1)
				got := r.run(e)
				got.want(r.t, cli.ExitFailed, nil)
				got.says(r.t, tc.says)
				if strings.Contains(got.log, "root:x:") {
					r.t.Errorf("a file outside of the workspace was shown:\n%s", got.log)
				}
				if n := r.clockify.WriteCount(); n != 0 && name != "secret-names without env" {
					r.t.Errorf("%d writes", n)
				}
			})
		})
	}
}

// TestDebug shows the program's own log as debug lines, and only under RUNNER_DEBUG.
// TestPaths names the files as people do: all of it is the same file of the workspace.
func TestPaths(t *testing.T) {
	for _, before := range []string{"./", "././", ".//", "people/../"} {
		t.Run(before, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.env["INPUT_USERS"], r.env["INPUT_CONFIG"] = before+"users.csv", before+"clockify-sync.yaml"
				r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
			})
		})
	}
}

func TestDebug(t *testing.T) {
	for _, debug := range []string{"", "1"} {
		t.Run("RUNNER_DEBUG="+debug, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.env["RUNNER_DEBUG"] = debug
				got := r.run(r.pull(head1, nil))
				n := 0
				for _, c := range got.commands {
					if c.Name == "debug" {
						n++
					}
				}
				if (n > 0) != (debug == "1") {
					r.t.Errorf("%d debug lines", n)
				}
			})
		})
	}
}

// TestAnnotations puts problems on their lines, nine of them, and counts the rest.
func TestAnnotations(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.write("users.csv", companyCSV+strings.Repeat("x@example.com,,many\n", 12))
		got := r.run(r.pull(head1, nil))
		got.want(r.t, cli.ExitFailed, nil)
		var errors []string
		first := map[string]string{}
		for _, c := range got.commands {
			if c.Name == "error" {
				if len(errors) == 0 {
					first = c.Properties
				}
				errors = append(errors, c.Data)
			}
		}
		if len(errors) != 10 || !strings.HasPrefix(errors[9], "and ") {
			r.t.Errorf("%d error annotations, the last %q", len(errors), errors[len(errors)-1])
		}
		if diff := cmp.Diff(map[string]string{"file": "users.csv", "line": "7", "col": "16", "title": "clockify-sync"}, first); diff != "" {
			r.t.Errorf("the first annotation (-want +got):\n%s", diff)
		}
	})
}

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

// elsewhere is a company in which all is as asked but Lena's capacity, and a time sync of Olga's with one new entry.
type elsewhere struct {
	users, time string // configs, each with one change to make
	agency      string // id of the workspace that the entry comes from
}

func (r *runner) elsewhere() elsewhere {
	r.t.Helper()
	own, olga := r.env["INPUT_WORKSPACE-ID"], r.ids["olga.owner"]
	var e elsewhere
	r.change(func(s *sandbox.State) {
		s.AddWorkspace("Agency")
		from, to := &s.Workspaces[1], &s.Workspaces[0]
		from.AddOwner(olga)
		client := from.AddClient("Acme")
		from.AddEntry(olga, from.AddProject(client, "Website"), "Landing page", time.Now().Add(-24*time.Hour), time.Hour)
		to.AddProject(to.AddClient("Web"), "Website")
		e.agency = from.ID
		e.time = fmt.Sprintf("time_sync:\n  - name: acme\n    source: {workspace_id: %q, client_id: %q, user_id: %q}\n    destination: {workspace_id: %q}\n", from.ID, client, olga, own)
	})
	e.users = strings.Replace(companyConfig, "absent: deactivate", "absent: keep", 1)
	r.write("clockify-sync.yaml", e.users)
	r.run(r.schedule()).want(r.t, cli.ExitDone, nil)
	r.env["INPUT_WORKSPACE-ID"] = ""
	e.users = strings.Replace(e.users, "workspace:\n", "workspace:\n  id: \""+own+"\"\n", 1)
	r.write("users.csv", strings.Replace(companyCSV, "lena.berg@example.com,jane.smith@example.com,40", "lena.berg@example.com,jane.smith@example.com,20", 1))
	return e
}

// TestElsewhere: what a pull request points at a workspace, a client or a person that its base does not name, or not in
// words that can be read, needs approval: in its plan, and when it is merged.
func TestElsewhere(t *testing.T) {
	other := func(config, name string) string { // with another value of the setting
		before, rest, _ := strings.Cut(config, name+": \"")
		_, after, _ := strings.Cut(rest, "\"")
		return before + name + ": \"000000000000000000000009\"" + after
	}
	cases := map[string]struct {
		only   string
		base   func(elsewhere) string // config of the base; "" is none
		broken bool                   // GitHub does not hand out the base's files
		input  bool                   // the workflow names the workspace
		waits  bool
		says   string
	}{
		"users, the same":              {only: "users", base: func(e elsewhere) string { return e.users }},
		"users, another":               {only: "users", base: func(e elsewhere) string { return other(e.users, "id") }, waits: true, says: "changes workspace.id from 000000000000000000000009"},
		"users, none":                  {only: "users", base: func(elsewhere) string { return companyConfig }, waits: true, says: "names workspace.id"},
		"users, no config":             {only: "users", base: func(elsewhere) string { return "" }, waits: true, says: "names workspace.id"},
		"users, unsound":               {only: "users", base: func(e elsewhere) string { return e.users + "approval: [\n" }, waits: true, says: "names workspace.id"},
		"users, unreadable":            {only: "users", base: func(e elsewhere) string { return e.users }, broken: true, waits: true, says: "names workspace.id"},
		"users, by the workflow":       {only: "users", base: func(elsewhere) string { return "" }, input: true},
		"users, unsound, by workflow":  {only: "users", base: func(e elsewhere) string { return e.users + "approval: [\n" }, input: true},
		"users, another by workflow":   {only: "users", base: func(e elsewhere) string { return other(e.users, "id") }, input: true, waits: true, says: "changes workspace.id from 000000000000000000000009"},
		"time, the same":               {only: "time", base: func(e elsewhere) string { return e.time }},
		"time, another workspace":      {only: "time", base: func(e elsewhere) string { return other(e.time, "source: {workspace_id") }, waits: true, says: "changes time_sync.acme.source.workspace_id from 000000000000000000000009"},
		"time, another client":         {only: "time", base: func(e elsewhere) string { return other(e.time, "client_id") }, waits: true, says: "changes time_sync.acme.source.client_id"},
		"time, new":                    {only: "time", base: func(elsewhere) string { return companyConfig }, waits: true, says: "names time_sync.acme"},
		"time, renamed":                {only: "time", base: func(e elsewhere) string { return strings.Replace(e.time, "acme", "old", 1) }},
		"time, renamed and moved":      {only: "time", base: func(e elsewhere) string { return other(strings.Replace(e.time, "acme", "old", 1), "client_id") }, waits: true, says: "names time_sync.acme"},
		"time, no config":              {only: "time", base: func(elsewhere) string { return "" }, waits: true, says: "names time_sync.acme"},
		"time, unsound":                {only: "time", base: func(e elsewhere) string { return e.time + "approval: [\n" }, waits: true, says: "names time_sync.acme"},
		"time, unreadable":             {only: "time", base: func(e elsewhere) string { return e.time }, broken: true, waits: true, says: "names time_sync.acme"},
		"time, unsound in another way": {only: "time", base: func(e elsewhere) string { return e.time + "  - name: acme\n" }, waits: true, says: "names time_sync.acme"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				at := r.elsewhere()
				r.env["INPUT_ONLY"] = tc.only
				r.write("clockify-sync.yaml", map[string]string{"users": at.users, "time": at.time}[tc.only])
				if tc.input {
					r.env["INPUT_WORKSPACE-ID"] = r.clockify.State().Workspaces[0].ID
				}
				r.hub.RemoveFile(beforeSHA, "clockify-sync.yaml")
				r.hub.RemoveFile("main", "clockify-sync.yaml")
				if config := tc.base(at); config != "" {
					r.base("clockify-sync.yaml", config)
				}
				if tc.broken {
					r.hub.Inject(githubtest.Fault{Path: "/contents/", Status: 502, Times: -1})
				}
				gated := "0"
				if tc.waits {
					gated = "1"
				}
				writes := r.clockify.WriteCount()
				r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"changes": "1", "gated": gated})
				contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), tc.says)
				r.merge(head1)
				r.run(r.push()).want(r.t, cli.ExitDone, map[string]string{"changes": "1", "withheld": gated})
				if n := r.clockify.WriteCount() - writes; (n == 0) != tc.waits {
					r.t.Errorf("%d writes", n)
				}
				// From the next run on it is everybody's config.
				r.run(r.schedule()).want(r.t, cli.ExitDone, map[string]string{"withheld": "0"})
			})
		})
	}
}

// TestElsewhereApproved is what a pull request points elsewhere from its comment to its merge: with a review, without one,
// and with an environment's job.
func TestElsewhereApproved(t *testing.T) {
	gates := map[string]struct {
		config string
		review bool
		job    bool // of the environment, after the routine one
		done   bool
		says   string // in the comment
	}{
		"nobody reviewed":      {config: byReview, says: "needs 1 of rita and acme/people-ops. Nobody yet. Will count: rita."},
		"reviewed":             {config: byReview, review: true, done: true, says: "Will count: rita."},
		"a job nobody allowed": {config: byEnvironment, says: "wait for the reviewers of the environment gate"},
		"a job":                {config: byEnvironment, job: true, done: true, says: "wait for the reviewers of the environment gate"},
		"no gate":              {says: "wait until somebody runs apply with their approval digest"},
	}
	for _, only := range []string{"users", "time"} {
		for name, tc := range gates {
			t.Run(only+", "+name, func(t *testing.T) {
				inRunner(t, func(r *runner) {
					at := r.elsewhere()
					config := map[string]string{"users": at.users, "time": at.time}[only]
					r.env["INPUT_ONLY"] = only
					r.write("clockify-sync.yaml", config+tc.config)
					before := strings.Replace(config, r.clockify.State().Workspaces[0].ID, "000000000000000000000009", 1)
					r.base("clockify-sync.yaml", before+tc.config)
					r.hub.AddEnvironment(githubtest.Environment{Name: "gate", Reviewers: []string{"rita"}, PreventSelfReview: true})
					writes := r.clockify.WriteCount()
					r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"changes": "1", "gated": "1"})
					contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "1 change elsewhere needs approval", "from 000000000000000000000009 to", tc.says)
					if tc.review {
						r.approve("rita", head1)
					}
					r.merge(head1)
					got := r.run(r.push())
					if tc.job {
						got.want(r.t, cli.ExitDone, map[string]string{"withheld": "1"})
						r.hub.AddRunApproval(77, githubtest.RunApproval{Login: "rita", State: "approved", Environment: "gate"})
						r.env["INPUT_APPROVE"] = got.outputs["approval-digest"]
						time.Sleep(time.Minute)
						got = r.run(r.push())
					}
					withheld := "1"
					if tc.done {
						withheld = "0"
						rows := r.audited("sync_success_log.csv")
						if !strings.Contains(rows, ",rita,#7") {
							r.t.Errorf("no row names who approved, and where:\n%s", rows)
						}
					}
					got.want(r.t, cli.ExitDone, map[string]string{"changes": "1", "withheld": withheld})
					if n := r.clockify.WriteCount() - writes; (n > 0) != tc.done {
						r.t.Errorf("%d writes", n)
					}
				})
			})
		}
	}
}

// TestUnsoundUsersOnSchedule: a problem of users.csv stops the people, and hours are mirrored all the same.
func TestUnsoundUsersOnSchedule(t *testing.T) {
	inRunner(t, func(r *runner) {
		e := r.elsewhere()
		r.write("clockify-sync.yaml", e.users+e.time)
		r.write("users.csv", strings.Replace(companyCSV, "lena.berg@example.com,", "lena.berg at example.com,", 1))
		r.clockify.ResetCalls()
		got := r.run(r.schedule())
		got.want(r.t, cli.ExitFailed, map[string]string{"failed": "0"})
		if n, s := r.clockify.WriteCount(), r.clockify.State(); n != 1 || len(s.Workspaces[0].Entries) != 1 {
			r.t.Errorf("%d writes and %d entries, want the one entry", n, len(s.Workspaces[0].Entries))
		}
		contains(r.t, "the summary", plainText(got.summary), "No person is changed while there are problems in users.csv")
	})
}

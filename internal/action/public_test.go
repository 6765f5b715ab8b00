package action_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestPublic runs everything in a public repository: nothing that anybody may read holds an email or a name. The runner
// of these tests looks through every byte that was written after every run.
func TestPublic(t *testing.T) {
	cases := map[string]func(*runner){
		"plan":     func(r *runner) { r.run(r.pull(head1, nil)).want(r.t, cli.ExitDone, map[string]string{"gated": "4"}) },
		"debug":    func(r *runner) { r.env["RUNNER_DEBUG"] = "1"; r.run(r.pull(head1, nil)) },
		"schedule": func(r *runner) { r.run(r.schedule()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"}) },
		"merge": func(r *runner) {
			r.configure(byReview)
			r.run(r.pull(head1, nil))
			r.approve("rita", head1)
			r.merge(head1)
			r.run(r.push()).want(r.t, cli.ExitDone, map[string]string{"withheld": "0", "failed": "0"})
			if r.active("tim.ott") {
				r.t.Error("Tim is active: masking broke the approval")
			}
		},
		"withheld": func(r *runner) {
			r.run(r.pull(head1, nil))
			r.merge(head1)
			r.run(r.push()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
		},
		"failing": func(r *runner) {
			r.merge(head1)
			faults, err := sandbox.ParseFaults("seed=3,rate=0.3,kinds=500")
			if err != nil {
				r.t.Fatal(err)
			}
			r.clockify.SetFaults(faults)
			r.run(r.push())
		},
		"invalid": func(r *runner) {
			r.write("users.csv", strings.Replace(companyCSV, `"37,5"`, "37h", 1)+"bob.wilson@example.com,,\nrosa.vega@example.com,tim.ott@example.com,many\n")
			r.run(r.pull(head1, nil)).want(r.t, cli.ExitFailed, nil)
		},
		"fork": func(r *runner) {
			r.env["INPUT_API-KEY"] = ""
			r.write("users.csv", companyCSV+"bob.wilson@example.com,,\n")
			r.run(r.pull(head1, func(pr map[string]any) { pr["head"].(map[string]any)["repo"] = nil })).want(r.t, cli.ExitFailed, nil)
		},
		"no fallback": func(r *runner) {
			r.write("clockify-sync.yaml", strings.Replace(companyConfig, "head.of.ops@", "rosa.vega@", 1))
			r.run(r.pull(head1, nil))
		},
		"refused": func(r *runner) {
			r.write("clockify-sync.yaml", strings.Replace(companyConfig, "90%", "1%", 1))
			r.run(r.pull(head1, nil)).want(r.t, cli.ExitFailed, nil)
		},
		"drift issue": func(r *runner) {
			r.env["INPUT_COMMAND"], r.env["INPUT_DRIFT-ISSUE"] = "plan", "true"
			r.run(r.schedule())
			if len(r.hub.Issues()) != 1 {
				r.t.Error("no issue")
			}
		},
		"hostile names": func(r *runner) {
			r.change(hostileNames(r))
			r.run(r.pull(head1, nil))
			r.merge(head1)
			r.run(r.push())
		},
		"comment refused": func(r *runner) { r.hub.SetReadOnly(true); r.run(r.pull(head1, nil)) },
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.public = true
				r.hub.SetVisibility("public")
				run(r)
			})
		})
	}
}

// TestRedact says where people are masked: by what GitHub says of the repository, and by what the operator says.
func TestRedact(t *testing.T) {
	cases := map[string]struct {
		visibility, input, config string
		event                     func(*runner) event
		hub                       func(*githubtest.GitHub)
		masked                    bool
	}{
		"private":                   {visibility: "private"},
		"internal":                  {visibility: "internal"},
		"public":                    {visibility: "public", masked: true},
		"public, in full by input":  {visibility: "public", input: "none"},
		"public, in full by config": {visibility: "public", config: "redact: none\n"},
		"input over config":         {visibility: "public", config: "redact: none\n", input: "auto", masked: true},
		"private, masked":           {visibility: "private", input: "full", masked: true},
		"not said, asked: private":  {event: (*runner).schedule, visibility: "private"},
		"not said, asked: public":   {event: (*runner).schedule, visibility: "public", masked: true},
		"not said and GitHub is silent": {event: (*runner).schedule, visibility: "private", hub: func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Method: "GET", Path: "/repos/acme/people", Status: 404, Times: -1})
		}, masked: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.env["INPUT_REDACT"], r.env["INPUT_COMMAND"] = tc.input, "plan"
				r.configure(tc.config)
				r.hub.SetVisibility(tc.visibility)
				e := event{}
				if tc.event != nil {
					e = tc.event(r)
				} else {
					e = r.pull(head1, nil)
					e.payload.(map[string]any)["repository"] = map[string]any{"full_name": repository, "default_branch": "main", "visibility": tc.visibility}
				}
				if tc.hub != nil {
					tc.hub(r.hub)
				}
				got := r.run(e)
				got.want(r.t, cli.ExitDone, map[string]string{"gated": "4"})
				plan, err := os.ReadFile(filepath.Join(r.dir, "clockify-audit", "plan.json"))
				if err != nil {
					r.t.Fatal(err)
				}
				for what, text := range map[string]string{"the log": got.log, "the summary": plainText(got.summary), "plan.json": string(plan)} {
					if shown := strings.Contains(text, "tim.ott@example.com"); shown == tc.masked {
						r.t.Errorf("%s shows Tim: %t", what, shown)
					}
				}
			})
		})
	}
}

// TestHostile is the whole way with names that would be commands, Markdown and HTML. What the runner would do on reading
// the log, the outputs and the summary is looked at after every run of these tests.
func TestHostile(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.change(hostileNames(r))
		r.env["RUNNER_DEBUG"] = "1"
		plan := r.run(r.pull(head1, nil))
		plan.want(r.t, cli.ExitDone, map[string]string{"has-changes": "true", "gated": "6"})
		r.merge(head1)
		r.env["INPUT_APPROVE"] = plan.outputs["approval-digest"]
		got := r.run(r.push())
		got.want(r.t, cli.ExitDone, map[string]string{"withheld": "0", "failed": "0"})
		for _, text := range []string{got.summary, plan.summary, strings.Join(r.comments(), "\n")} {
			for _, bad := range []string{"<img", "</details><img", "@acme/admins", "](https://evil", "##[", "\u202e"} {
				if strings.Contains(text, bad) {
					r.t.Errorf("a page holds %q:\n%s", bad, text)
				}
			}
		}
	})
}

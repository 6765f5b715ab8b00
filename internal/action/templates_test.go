//go:build linux && act

package action_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

// TestTemplates runs .github/workflow-templates under the act of CLOCKIFY_SYNC_ACT, which .ci/templates sets, with the
// program in the place of the container action. It shows that the jobs run in their order, that outputs and the approval
// digest get from one to the next, and what is uploaded.
//
// What act does not do is not shown: it asks nobody for an environment (the job that names it runs at once; whether the
// run was approved is said by the GitHub in memory), gives every job the same token whatever its permissions, runs
// concurrency groups side by side, knows no ref of checkout (the line is taken out), runs one job at a time and has no
// number for it (strategy.job-index), and does not say which cron line started a schedule (they are started by hand).
func TestTemplates(t *testing.T) {
	if os.Getenv("CLOCKIFY_SYNC_ACT") == "" {
		t.Fatal("CLOCKIFY_SYNC_ACT is not set: .ci/templates does it")
	}
	push := func(r *runner) any { r.merge(head1); return r.push().payload }
	environment := func(state string) func(*runner) {
		return func(r *runner) {
			r.hub.AddEnvironment(githubtest.Environment{Name: "clockify-deactivation", Reviewers: []string{"rita"}, PreventSelfReview: true})
			if state != "" {
				r.hub.AddRunApproval(1, githubtest.RunApproval{Login: "rita", State: state, Environment: "clockify-deactivation"})
			}
		}
	}
	reviewed := func(state string) func(*runner) {
		return func(r *runner) {
			r.env["INPUT_ONLY"] = "users"
			r.run(event{"pull_request", head1, "refs/pull/7/merge", r.pull(head1, nil).payload})
			delete(r.env, "INPUT_ONLY")
			r.hub.AddReview(7, githubtest.Review{Login: "rita", State: state, CommitID: head1, SubmittedAt: time.Now().Add(time.Minute)})
		}
	}
	byHand := func(approve bool) func(*runner) any {
		return func(r *runner) any {
			r.change7()
			r.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head1, Merged: true, MergeSHA: mergeSHA})
			inputs := map[string]any{}
			if approve {
				r.env["INPUT_COMMAND"], r.env["INPUT_ONLY"] = "plan", "users"
				inputs["approve"] = r.run(r.schedule()).outputs["approval-digest"]
			}
			return map[string]any{"inputs": inputs, "repository": r.repo()}
		}
	}
	cases := []struct {
		workflow, event string
		payload         func(*runner) any
		config          string
		before          func(*runner)
		actor           string
		ran             []string // command, only, and whether an approval came with it
		uploads         []string
		leaves          bool // Rosa and Tim are deactivated
		comments        int
		fails           bool
	}{
		{
			workflow: "pull-request", event: "pull_request", payload: func(r *runner) any { return r.pull(head1, nil).payload },
			ran: []string{"auto users"}, uploads: []string{"clockify-plan"}, comments: 1,
		},
		{
			workflow: "pull-request", event: "pull_request_review", payload: func(r *runner) any { return r.pull(head1, nil).payload }, config: byReview,
			before: reviewed("APPROVED"), ran: []string{"auto users"}, uploads: []string{"clockify-plan"}, comments: 1,
		},
		{ // approval given
			workflow: "apply-environment", event: "push", payload: push, before: environment("approved"),
			ran: []string{"apply users", "apply users approved"}, uploads: []string{"clockify-audit", "clockify-gated"}, leaves: true, comments: 2,
		},
		{ // not given, and the job runs all the same, as it would in a workflow without an environment
			workflow: "apply-environment", event: "push", payload: push, before: environment(""), fails: true,
			ran: []string{"apply users", "apply users approved"}, uploads: []string{"clockify-audit", "clockify-gated"}, comments: 2,
		},
		{ // refused
			workflow: "apply-environment", event: "push", payload: push, before: environment("rejected"), fails: true,
			ran: []string{"apply users", "apply users approved"}, uploads: []string{"clockify-audit", "clockify-gated"}, comments: 2,
		},
		// The environment is not there: there is no digest, and the jobs that need one are left out.
		{workflow: "apply-environment", event: "push", payload: push, ran: []string{"apply users"}, uploads: []string{"clockify-audit"}, comments: 1},
		// Nothing waits: so are they.
		{
			workflow: "apply-environment", event: "push", payload: push, config: "absent: keep\n", before: environment("approved"),
			ran: []string{"apply users"}, uploads: []string{"clockify-audit"}, comments: 1,
		},
		{workflow: "apply-reviews", event: "push", payload: push, ran: []string{"apply users"}, uploads: []string{"clockify-audit"}, comments: 1},
		{
			workflow: "apply-reviews", event: "push", payload: push, config: byReview, before: reviewed("APPROVED"),
			ran: []string{"apply users"}, uploads: []string{"clockify-audit"}, leaves: true, comments: 2,
		},
		{
			workflow: "apply-reviews", event: "push", payload: push, config: byReview, before: reviewed("CHANGES_REQUESTED"),
			ran: []string{"apply users"}, uploads: []string{"clockify-audit"}, comments: 2,
		},
		{
			workflow: "apply-reviews", event: "workflow_dispatch", payload: byHand(true), config: byReview, actor: "rita",
			ran: []string{"apply users approved"}, uploads: []string{"clockify-audit"}, leaves: true, comments: 1,
		},
		{
			workflow: "apply-reviews", event: "workflow_dispatch", payload: byHand(true), config: byReview, actor: "ann", fails: true,
			ran: []string{"apply users approved"}, uploads: []string{"clockify-audit"}, comments: 1,
		},
		{
			workflow: "apply-reviews", event: "workflow_dispatch", payload: byHand(false), config: byReview, actor: "ann",
			ran: []string{"apply users"}, uploads: []string{"clockify-audit"},
		},
		{
			workflow: "schedule", event: "workflow_dispatch", config: timeConfig, fails: true, // there is no Clockify client b2
			ran: []string{"apply time", "plan users"}, uploads: []string{"clockify-drift", "clockify-time"},
		},
		{
			workflow: "fan-out", event: "workflow_dispatch", config: timeConfig, fails: true,
			ran: []string{"validate time", "apply time:acme"}, uploads: []string{"clockify-audit-"},
		},
	}
	program := filepath.Join(t.TempDir(), "clockify-sync")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/clockify-sync").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, tc := range cases {
		t.Run(fmt.Sprint(i, " ", tc.workflow), func(t *testing.T) {
			r := newRunner(t)
			if strings.HasPrefix(tc.config, "absent:") {
				r.write("clockify-sync.yaml", strings.Replace(companyConfig, "absent: deactivate\n", tc.config, 1))
			} else {
				r.configure(tc.config)
			}
			if tc.before != nil {
				tc.before(r)
			}
			var payload any = map[string]any{"repository": r.repo()}
			if tc.payload != nil {
				payload = tc.payload(r)
			}
			stage := newStage(r, program)
			log, err := stage.act(tc.workflow, tc.event, tc.actor, payload)
			ran, uploads := stage.lines("ran"), stage.lines("uploads")
			if tc.workflow == "schedule" || tc.workflow == "fan-out" { // jobs side by side
				slices.Sort(ran)
				slices.Sort(uploads)
				slices.Sort(tc.ran)
				slices.Sort(tc.uploads)
			}
			if (err != nil) != tc.fails {
				t.Errorf("act: %v", err)
			}
			if diff := cmp.Diff(tc.ran, ran); diff != "" {
				t.Errorf("what was run (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.uploads, uploads); diff != "" {
				t.Errorf("what was uploaded (-want +got):\n%s", diff)
			}
			if r.active("tim.ott") == tc.leaves || r.active("rosa.vega") == tc.leaves {
				t.Errorf("Tim active: %t, Rosa active: %t", r.active("tim.ott"), r.active("rosa.vega"))
			}
			if n := len(r.comments()); n != tc.comments {
				t.Errorf("%d comments, want %d", n, tc.comments)
			}
			if t.Failed() {
				t.Log(log)
			}
		})
	}
}

// timeConfig is a time sync from a workspace that is not there.
const timeConfig = `time_sync:
  - name: acme
    source: {workspace_id: "000000000000000000000001", client_id: "000000000000000000000002", user_id: "000000000000000000000003", token_env: ACME_TOKEN}
    destination: {workspace_id: "000000000000000000000004"}
`

// stage is a repository to run workflows in.
type stage struct {
	*runner
	root        string
	api, github *httptest.Server
}

// usesLine is a step's uses with what follows it.
var usesLine = regexp.MustCompile(`(?m)uses: (\S+)@([0-9a-f]{40}) #.*$`)

// unknownLine is what act 0.2.89 does not know, or cannot do without falling over (jobs side by side).
var unknownLine = regexp.MustCompile(`(?m)^ +(ref: \$\{\{ github\.ref_name \}\}.*|max-parallel: .*)\n`)

func newStage(r *runner, program string) *stage {
	s := &stage{runner: r, root: r.t.TempDir(), api: httptest.NewServer(r.clockify), github: httptest.NewServer(r.hub)}
	r.t.Cleanup(s.api.Close)
	r.t.Cleanup(s.github.Close)

	// The stand-in for the action: the inputs and outputs of action.yml around the program.
	meta := actionFile(r.t)
	action := "name: stand-in\ndescription: runs the program without a container\ninputs:\n"
	env := fmt.Sprintf("        CLOCKIFY_API_URL: %s/api/v1\n        CLOCKIFY_REPORTS_URL: %s/report/v1\n        CLOCKIFY_WORKSPACE_ID: %s\n", s.api.URL, s.api.URL, r.env["INPUT_WORKSPACE-ID"])
	outputs := "outputs:\n"
	for name, input := range meta.Inputs {
		action += fmt.Sprintf("  %s:\n    description: x\n", name)
		if input.Default != "" {
			action += "    default: " + input.Default + "\n"
		}
		env += fmt.Sprintf("        INPUT_%s: ${{ inputs.%s }}\n", strings.ToUpper(name), name)
	}
	for name := range meta.Outputs {
		outputs += fmt.Sprintf("  %s:\n    description: x\n    value: ${{ steps.run.outputs.%s }}\n", name, name)
	}
	env += "        COMMAND: ${{ inputs.command }}\n        ONLY: ${{ inputs.only }}\n        APPROVE: ${{ inputs.approve }}\n"
	action += outputs + "runs:\n  using: composite\n  steps:\n    - id: run\n      shell: bash\n      env:\n" + env +
		"      run: |\n        echo ${COMMAND:-auto} $ONLY ${APPROVE:+approved} >> " + s.root + "/ran\n        exec " + program + "\n"
	s.file("action/action.yml", action)
	s.file("upload/action.yml", "name: stand-in\ndescription: notes what is uploaded\ninputs:\n  name: {description: x}\n  path: {description: x}\n  if-no-files-found: {description: x}\n"+
		"runs:\n  using: composite\n  steps:\n    - shell: bash\n      env:\n        NAME: ${{ inputs.name }}\n        FOLDER: ${{ inputs.path }}\n"+
		"      run: |\n        echo \"${NAME/-1-1/}\" >> "+s.root+"/uploads\n        ls \"$FOLDER\" || true\n")
	return s
}

func (s *stage) file(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// lines are those the stand-ins noted.
func (s *stage) lines(name string) []string {
	data, _ := os.ReadFile(filepath.Join(s.root, name))
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
}

// act runs a workflow on an event.
func (s *stage) act(workflow, name, actor string, payload any) (string, error) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", ".github", "workflow-templates", "clockify-"+workflow+".yml"))
	if err != nil {
		s.t.Fatal(err)
	}
	path := filepath.Join(".github", "workflows", workflow+".yml")
	if err := os.MkdirAll(filepath.Join(s.dir, filepath.Dir(path)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	known := unknownLine.ReplaceAllString(string(text), "")
	s.write(path, known)
	data, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	s.file("event.json", string(data))
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"remote", "add", "origin", "https://github.com/" + repository},
		{"add", "."},
		{"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "t"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = s.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			s.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if name == "push" { // to act the commit that was pushed is the one that is checked out
		cmd := exec.Command("git", "rev-parse", "HEAD")
		cmd.Dir = s.dir
		sha, err := cmd.Output()
		if err != nil {
			s.t.Fatal(err)
		}
		s.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head1, Merged: true, MergeSHA: strings.TrimSpace(string(sha))})
	}
	args := []string{
		name, "-W", path, "-e", filepath.Join(s.root, "event.json"), "-P", "ubuntu-24.04=-self-hosted", "--no-cache-server", "--concurrent-jobs", "1",
		"--env", "GITHUB_API_URL=" + s.github.URL, "--env", "GITHUB_GRAPHQL_URL=" + s.github.URL + "/graphql", "--env", "GITHUB_RUN_ATTEMPT=1",
		"-s", "CLOCKIFY_API_KEY=" + apiKey, "-s", "ACME_TOKEN=the-token-of-acme", "-s", "GITHUB_TOKEN=" + hubToken,
	}
	if actor != "" {
		args = append(args, "--actor", actor)
	}
	for _, m := range usesLine.FindAllStringSubmatch(known, -1) {
		switch m[1] {
		case "clockify-sync/clockify-sync":
			args = append(args, "--local-repository", m[1]+"@"+m[2]+"="+filepath.Join(s.root, "action"))
		case "actions/upload-artifact":
			args = append(args, "--local-repository", m[1]+"@"+m[2]+"="+filepath.Join(s.root, "upload"))
		}
	}
	cmd := exec.Command(os.Getenv("CLOCKIFY_SYNC_ACT"), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(s.root, "cache"), "XDG_CONFIG_HOME="+filepath.Join(s.root, "config"), "HOME="+s.root)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

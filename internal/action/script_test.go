package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestMain lets scripts run this test binary as the command clockify-sync.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"clockify-sync": func() {
		p := cli.System(cli.Version{Version: "v0.0.0-test"})
		p.Unpaced = true
		p.Sleep = func(ctx context.Context, d time.Duration) error { return sleep(ctx, min(d, 100*time.Millisecond)) }
		os.Exit(cli.Main(context.Background(), p))
	}})
}

// TestScripts runs testdata/script/*.txtar: the action as an adopter meets it. Beside testscript's own commands they have:
//
//	github                   starts an in-memory GitHub with pull request 7 of ann, and a Clockify with the company, in which
//	                         Rosa and Tim are no longer in users.csv; sets the variables of a job
//	base FILE...             puts files into the default branch, as it was before pull request 7
//	environment NAME WHO...  makes an environment with these required reviewers
//	event KIND [WHO]         what starts the next run: pull, review, push (of the merge), schedule, or dispatch by somebody
//	action CODE              runs the action as the runner does; it must end with this exit code
//	input NAME [VALUE]       sets an input, or leaves it out
//	output NAME INTO         sets a variable to an output of the last run
//	approves WHO [STATE]     a review of the head commit, APPROVED or STATE
//	approves-run WHO NAME    somebody lets the run use the environment NAME
//	edits WHO TEXT           somebody adds text to the plan comment
//	comments FILE            writes the comments of the pull request, as they read
//	status TEXT              wants the last commit status to be TEXT: state and words
//	left WHO                 wants somebody of the company to be deactivated; ! left: to be active
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Values[jobKey{}] = &job{inputs: actionFile(t).Inputs}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"github": verb(githubVerb), "base": verb(baseVerb), "environment": verb(environmentVerb), "event": verb(eventVerb),
			"action": verb(actionVerb), "input": verb(inputVerb), "output": verb(outputVerb), "approves": verb(approvesVerb),
			"approves-run": verb(approvesRunVerb), "edits": verb(editsVerb), "comments": verb(commentsVerb), "status": verb(statusVerb),
			"left": leftVerb,
		},
	})
}

// job is what a script has started.
type job struct {
	inputs map[string]struct {
		Description string
		Required    bool
		Default     string
	}
	hub      *githubtest.GitHub
	clockify *sandbox.Server
	ids      map[string]string
}

type jobKey struct{}

func jobOf(ts *testscript.TestScript) *job { return ts.Value(jobKey{}).(*job) }

func verb(f func(*testscript.TestScript, *job, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("! makes no sense here")
		}
		ts.Check(f(ts, jobOf(ts), args))
	}
}

func githubVerb(ts *testscript.TestScript, j *job, _ []string) error {
	var state sandbox.State
	state, j.ids = staffState()
	j.hub, j.clockify = githubtest.New(repository), sandbox.New(sandbox.Options{State: state})
	j.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head1})
	j.hub.AddChange("users.csv", githubtest.Commit{SHA: mergeSHA, Author: "ann", Committer: "web-flow"})
	hub, clockify := httptest.NewServer(j.hub), httptest.NewServer(j.clockify)
	ts.Defer(hub.Close)
	ts.Defer(clockify.Close)
	for name := range j.inputs {
		ts.Setenv("INPUT_"+strings.ToUpper(name), "")
	}
	for name, value := range map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_REPOSITORY": repository, "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_ACTOR": "ann", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": hub.URL, "GITHUB_WORKSPACE": ts.MkAbs("."),
		"INPUT_API-KEY": apiKey, "INPUT_GITHUB-TOKEN": hubToken, "INPUT_WORKSPACE-ID": state.Workspaces[0].ID,
		"INPUT_API-URL": clockify.URL + "/api/v1", "INPUT_REPORTS-URL": clockify.URL + "/report/v1",
	} {
		ts.Setenv(name, value)
	}
	return nil
}

func baseVerb(ts *testscript.TestScript, j *job, files []string) error {
	for _, name := range files {
		for _, ref := range []string{"main", beforeSHA} {
			j.hub.AddFile(ref, name, ts.ReadFile(name))
		}
	}
	return nil
}

func environmentVerb(_ *testscript.TestScript, j *job, args []string) error {
	j.hub.AddEnvironment(githubtest.Environment{Name: args[0], Reviewers: args[1:], PreventSelfReview: true})
	return nil
}

func eventVerb(ts *testscript.TestScript, j *job, args []string) error {
	r := &runner{hub: j.hub}
	var e event
	switch kind := args[0]; kind {
	case "pull", "review":
		e = r.pull(head1, nil)
		if kind == "review" {
			e.name = "pull_request_review"
		}
	case "push":
		r.merge(head1)
		e = r.push()
	case "schedule":
		e = r.schedule()
	case "dispatch":
		e = event{"workflow_dispatch", mergeSHA, "refs/heads/main", map[string]any{"repository": r.repo()}}
		r.merge(head1)
	default:
		return fmt.Errorf("event %s: not one of pull, review, push, schedule, dispatch", kind)
	}
	who := "ann"
	if len(args) > 1 {
		who = args[1]
	}
	payload, err := json.Marshal(e.payload)
	if err != nil {
		return err
	}
	ts.Setenv("GITHUB_TRIGGERING_ACTOR", who)
	ts.Setenv("GITHUB_EVENT_NAME", e.name)
	ts.Setenv("GITHUB_SHA", e.sha)
	ts.Setenv("GITHUB_REF", e.ref)
	return runnerFile(ts, "GITHUB_EVENT_PATH", "event.json", payload)
}

// runnerFile makes one of the runner's own files, outside of the workspace.
func runnerFile(ts *testscript.TestScript, variable, name string, data []byte) error {
	path := filepath.Join(ts.Getenv("TMPDIR"), name)
	ts.Setenv(variable, path)
	return os.WriteFile(path, data, 0o644)
}

func actionVerb(ts *testscript.TestScript, _ *job, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err := errors.Join(err, runnerFile(ts, "GITHUB_OUTPUT", "output", nil), runnerFile(ts, "GITHUB_STEP_SUMMARY", "summary", nil)); err != nil {
		return err
	}
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec("clockify-sync"); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return err
	}
	summary, err := os.ReadFile(ts.Getenv("GITHUB_STEP_SUMMARY"))
	if err == nil {
		err = os.WriteFile(ts.MkAbs("summary.md"), []byte(plainText(string(summary))), 0o644)
	}
	if got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return err
}

func inputVerb(ts *testscript.TestScript, j *job, args []string) error {
	if _, ok := j.inputs[args[0]]; !ok {
		return fmt.Errorf("there is no input %s", args[0])
	}
	ts.Setenv("INPUT_"+strings.ToUpper(args[0]), strings.Join(args[1:], " "))
	return nil
}

func outputVerb(ts *testscript.TestScript, _ *job, args []string) error {
	data, err := os.ReadFile(ts.Getenv("GITHUB_OUTPUT"))
	if err != nil {
		return err
	}
	pairs, err := githubtest.ReadFile(string(data))
	i := slices.IndexFunc(pairs, func(p githubtest.Pair) bool { return p.Name == args[0] })
	if i < 0 {
		return errors.Join(err, fmt.Errorf("the run did not set %s", args[0]))
	}
	ts.Setenv(args[1], pairs[i].Value)
	return err
}

func approvesVerb(_ *testscript.TestScript, j *job, args []string) error {
	state := "APPROVED"
	if len(args) > 1 {
		state = args[1]
	}
	// A minute after it was shown: the action dates that some seconds ahead.
	j.hub.AddReview(7, githubtest.Review{Login: args[0], State: state, CommitID: head1, SubmittedAt: time.Now().Add(time.Minute)})
	return nil
}

func approvesRunVerb(_ *testscript.TestScript, j *job, args []string) error {
	j.hub.AddRunApproval(77, githubtest.RunApproval{Login: args[0], State: "approved", Environment: args[1]})
	return nil
}

func editsVerb(_ *testscript.TestScript, j *job, args []string) error {
	c := j.hub.Comments(7)[0]
	j.hub.EditComment(c.ID, args[0], c.Body+"\n"+args[1]+"\n")
	return nil
}

func commentsVerb(ts *testscript.TestScript, j *job, args []string) error {
	var b strings.Builder
	for _, c := range j.hub.Comments(7) {
		fmt.Fprintf(&b, "== %s\n%s\n", c.Author, plainText(withoutMarker(c.Body)))
	}
	return os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644)
}

func statusVerb(_ *testscript.TestScript, j *job, args []string) error {
	all := j.hub.Statuses()
	if len(all) == 0 {
		return errors.New("no status was set")
	}
	last := all[len(all)-1]
	if got := last.State + " " + last.Description; got != args[0] || last.SHA != head1 {
		return fmt.Errorf("the status of %.7s is %q, want %q", last.SHA, got, args[0])
	}
	return nil
}

func leftVerb(ts *testscript.TestScript, neg bool, args []string) {
	j := jobOf(ts)
	for _, who := range args {
		r := &runner{clockify: j.clockify, ids: j.ids}
		if left := !r.active(who); left == neg {
			ts.Fatalf("%s is deactivated: %t", who, left)
		}
	}
}

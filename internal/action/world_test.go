package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// maxComment is the longest comment, in bytes.
const maxComment = 60_000

// What the tests of the action share: a repository, its GitHub and its Clockify, all in memory and in one bubble of time.
const (
	repository = "acme/people"
	apiKey     = "key-of-olga-the-owner-in-the-tests"
	hubToken   = "token-of-the-job-in-the-tests"
	head1      = "1111111111111111111111111111111111111111"
	head2      = "2222222222222222222222222222222222222222"
	mergeSHA   = "3333333333333333333333333333333333333333"
	beforeSHA  = "4444444444444444444444444444444444444444"
)

const companyCSV = `NTID email,Manager NTID email,Weekly Working Hours
head.of.ops@example.com,,40
jane.smith@example.com,head.of.ops@example.com,40
bob.wilson@example.com,jane.smith@example.com,"37,5"
lena.berg@example.com,jane.smith@example.com,40
omar.haddad@example.com,,40
`

const companyConfig = `workspace:
  fallback_manager_email: head.of.ops@example.com
  fallback_group_name: Other functions
absent: deactivate
guards:
  max_shrink: 90%
`

// staff are the company's, by the part of the email before @example.com.
var staff = map[string]string{
	"olga.owner": "Olga Owner", "head.of.ops": "Head Ofops", "jane.smith": "Jane Smith", "bob.wilson": "Bob Wilson",
	"lena.berg": "Lena Berg", "omar.haddad": "Omar Haddad", "rosa.vega": "Rosa Vega", "tim.ott": "Tim Ott",
}

// staffState is a workspace in which Bob reports to Rosa, who left with Tim.
func staffState() (sandbox.State, map[string]string) {
	var s sandbox.State
	w := s.AddWorkspace("Acme")
	ids := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(staff)) {
		ids[name] = s.AddUser(name+"@example.com", staff[name])
		m := w.AddMember(ids[name])
		m.WorkCapacity = "PT8H"
		m.Owner = name == "olga.owner"
	}
	manages := func(manager, group string, who ...string) {
		var members []string
		for _, p := range who {
			w.AddManager(ids[manager], ids[p])
			members = append(members, ids[p])
		}
		w.AddGroupManager(ids[manager], w.AddGroup(group, members...))
	}
	manages("head.of.ops", "Head Ofops", "jane.smith")
	manages("jane.smith", "Jane Smith", "lena.berg")
	manages("rosa.vega", "Rosa Vega", "bob.wilson", "tim.ott")
	s.AddKey(apiKey, ids["olga.owner"])
	return s, ids
}

// runner is what a job of GitHub Actions has around the action.
type runner struct {
	t        *testing.T
	dir      string // the workspace
	files    string // where the runner keeps its own files
	hub      *githubtest.GitHub
	clockify *sandbox.Server
	ids      map[string]string // user ids
	env      map[string]string // beside what the event sets
	public   bool              // the repository: nobody may be recognised in anything written
	names    []string          // further names nobody may read in a public repository
	hide     []string          // what nobody may read anywhere
	ctx      context.Context   // of the next run; nil: one that is not cancelled
	start    starter           // nil: in this process
}

// starter runs the program with an environment that names files of this machine, and returns its exit code and log.
type starter func(env map[string]string) (int, string)

// inRunner runs a test in a bubble of time with a runner of its own.
func inRunner(t *testing.T, test func(*runner)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(newRunner(t)) })
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	state, ids := staffState()
	r := &runner{
		t: t, dir: t.TempDir(), files: t.TempDir(), hub: githubtest.New(repository), ids: ids,
		clockify: sandbox.New(sandbox.Options{State: state, Now: time.Now}),
		env:      map[string]string{"INPUT_API-KEY": apiKey, "INPUT_GITHUB-TOKEN": hubToken, "INPUT_WORKSPACE-ID": state.Workspaces[0].ID},
	}
	r.write("users.csv", companyCSV)
	r.configure("")
	r.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head1})
	return r
}

func (r *runner) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) remove(name string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

// base puts a file into the default branch as it was before pull request 7 was merged.
func (r *runner) base(name, text string) {
	r.hub.AddFile(beforeSHA, name, text)
	r.hub.AddFile("main", name, text)
}

// configure adds lines to the config, in the files and in the base.
func (r *runner) configure(text string) {
	r.t.Helper()
	r.write("clockify-sync.yaml", companyConfig+text)
	r.base("clockify-sync.yaml", companyConfig+text)
}

// event is what starts a run.
type event struct {
	name, sha, ref string
	payload        any // or a string, taken as it is
}

func (r *runner) repo() map[string]any {
	visibility := "private"
	if r.public {
		visibility = "public"
	}
	return map[string]any{"full_name": repository, "default_branch": "main", "visibility": visibility, "private": !r.public}
}

// pull is a push to a pull request by ann; change may be nil.
func (r *runner) pull(sha string, change func(pr map[string]any)) event {
	pr := map[string]any{
		"number": 7, "merged": false, "user": map[string]any{"login": "ann"},
		"head": map[string]any{"sha": sha, "repo": map[string]any{"full_name": repository}}, "base": map[string]any{"ref": "main", "sha": beforeSHA},
	}
	if change != nil {
		change(pr)
	}
	return event{"pull_request", "5555555555555555555555555555555555555555", "refs/pull/7/merge", map[string]any{"action": "synchronize", "pull_request": pr, "repository": r.repo()}}
}

// push is the merge of pull request 7 into main.
func (r *runner) push() event {
	return event{"push", mergeSHA, "refs/heads/main", map[string]any{"before": beforeSHA, "after": mergeSHA, "repository": r.repo()}}
}

// merge makes GitHub say that pull request 7 was merged with head sha.
func (r *runner) merge(sha string) {
	r.hub.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: sha, Merged: true, MergeSHA: mergeSHA})
	r.hub.AddCompare(beforeSHA, mergeSHA, []githubtest.Commit{{SHA: mergeSHA, Parents: []string{beforeSHA, sha}}})
}

func (r *runner) schedule() event {
	return event{"schedule", mergeSHA, "refs/heads/main", map[string]any{"schedule": "17 5 * * *"}}
}

// approve is an approving review of a commit by login, now.
func (r *runner) approve(login, sha string) {
	time.Sleep(time.Minute)
	r.hub.AddReview(7, githubtest.Review{Login: login, State: "APPROVED", CommitID: sha, SubmittedAt: time.Now()})
	time.Sleep(time.Minute)
}

// actionRun is what a run left.
type actionRun struct {
	code     int
	log      string
	commands []githubtest.Command
	outputs  map[string]string // nil: none were set
	summary  string
}

// commandsAllowed are the workflow commands the program itself gives.
var commandsAllowed = []string{"add-mask", "group", "endgroup", "error", "warning", "notice", "debug"}

// run runs the action as the runner does: every input is set, blank where it was not given.
func (r *runner) run(e event) actionRun {
	r.t.Helper()
	var payload []byte
	if text, ok := e.payload.(string); ok {
		payload = []byte(text)
	} else {
		var err error
		if payload, err = json.Marshal(e.payload); err != nil {
			r.t.Fatal(err)
		}
	}
	path := func(name string, data []byte) string {
		p := filepath.Join(r.files, name)
		if err := os.WriteFile(p, data, 0o644); err != nil {
			r.t.Fatal(err)
		}
		return p
	}
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": e.name, "GITHUB_EVENT_PATH": path("event.json", payload),
		"GITHUB_REPOSITORY": repository, "GITHUB_SHA": e.sha, "GITHUB_REF": e.ref, "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_ACTOR": "ann", "GITHUB_TRIGGERING_ACTOR": "ann", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": "https://api.github.com",
		"GITHUB_WORKSPACE": r.dir, "GITHUB_OUTPUT": path("output", nil), "GITHUB_STEP_SUMMARY": path("summary", nil),
	}
	for name := range actionFile(r.t).Inputs {
		env["INPUT_"+strings.ToUpper(name)] = ""
	}
	maps.Copy(env, r.env)
	start := r.start
	if start == nil {
		start = r.here
	}
	code, log := start(env)
	return r.read(code, log, env)
}

// here runs the program in this process.
func (r *runner) here(env map[string]string) (int, string) {
	var log bytes.Buffer
	ctx := r.ctx
	if ctx == nil {
		ctx = r.t.Context()
	}
	code := cli.Main(ctx, cli.Process{
		Stdin: strings.NewReader(""), Stdout: &log, Stderr: &log, Dir: r.dir, Now: time.Now, Sleep: sleep, HTTP: r,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	return code, log.String()
}

// read reads back what a run wrote as the runner does, and holds it against what must always be true.
func (r *runner) read(code int, log string, env map[string]string) actionRun {
	r.t.Helper()
	got := actionRun{code: code, log: log, commands: githubtest.Commands(log)}
	for _, c := range got.commands {
		if !slices.Contains(commandsAllowed, c.Name) {
			r.t.Errorf("the log gives the runner the command %+v", c)
		}
	}
	file := func(variable string) string {
		data, err := os.ReadFile(env[variable])
		if err != nil {
			r.t.Fatal(err)
		}
		return string(data)
	}
	got.summary = file("GITHUB_STEP_SUMMARY")
	pairs, err := githubtest.ReadFile(file("GITHUB_OUTPUT"))
	if err != nil {
		r.t.Errorf("the runner cannot read the outputs: %v", err)
	}
	if len(pairs) > 0 {
		got.outputs = map[string]string{}
		for _, p := range pairs {
			got.outputs[p.Name] = p.Value
		}
		want := slices.Sorted(maps.Keys(actionFile(r.t).Outputs))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got.outputs))); diff != "" || len(pairs) != len(want) {
			r.t.Errorf("outputs, %d of them, against action.yml (-want +got):\n%s", len(pairs), diff)
		}
	}
	r.nothingLeaks(got, env)
	return got
}

// maskLine is a line in which the runner itself is told a secret; it never shows it.
var maskLine = regexp.MustCompile(`(?m)^::add-mask::.*$`)

// nothingLeaks looks for tokens, and in a public repository for people, in every byte that was written anywhere.
func (r *runner) nothingLeaks(got actionRun, env map[string]string) {
	r.t.Helper()
	written := map[string]string{"the log": maskLine.ReplaceAllString(got.log, ""), "the summary": got.summary, "the outputs": fmt.Sprint(got.outputs)}
	for i, c := range r.hub.Comments(7) {
		written[fmt.Sprintf("comment %d by %s", i, c.Author)] = c.Body
	}
	for _, i := range r.hub.Issues() {
		written["issue "+i.Title] = i.Title + i.Body
	}
	audit := filepath.Join(r.dir, "clockify-audit")
	_ = filepath.WalkDir(audit, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return nil //nolint:nilerr // what is not there was not written
		}
		info, err := d.Info()
		if err != nil {
			r.t.Fatal(err)
		}
		// The next step runs as another user (docs/github.md#containers).
		if mode := info.Mode().Perm(); d.IsDir() && mode != 0o755 || !d.IsDir() && mode != 0o644 {
			r.t.Errorf("%s has mode %o", path, mode)
		}
		if !d.IsDir() {
			data, err := os.ReadFile(path)
			if err != nil {
				r.t.Fatal(err)
			}
			written[path] = string(data)
		}
		return nil
	})
	hidden := append([]string{apiKey, hubToken}, r.hide...)
	if r.public {
		hidden = append(hidden, r.names...)
		for local, name := range staff {
			hidden = append(hidden, local+"@", name)
		}
	}
	for where, text := range written {
		if len(r.hide) > 0 {
			text += plainText(text) + html.UnescapeString(text)
		}
		for _, secret := range hidden {
			if i := strings.Index(text, secret); i >= 0 {
				r.t.Errorf("%s holds %q: …%s…", where, secret, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
}

// RoundTrip makes the runner's network: api.github.com and Clockify, nothing else.
func (r *runner) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	switch in.URL.Host {
	case "api.github.com":
		if got := in.Header.Get("X-Api-Key"); got != "" || in.Header.Get("Authorization") != "Bearer "+hubToken {
			r.t.Errorf("GitHub was sent another token than its own")
		}
		return r.hub.Transport().RoundTrip(in)
	case "api.clockify.me":
	case "reports.api.clockify.me":
		in.URL.Path = strings.Replace(in.URL.Path, "/v1/", "/report/v1/", 1)
	default:
		return nil, fmt.Errorf("there is no host %s", in.URL.Host)
	}
	if strings.Contains(fmt.Sprint(in.Header), hubToken) {
		r.t.Errorf("Clockify was sent GitHub's token")
	}
	w := httptest.NewRecorder()
	r.clockify.ServeHTTP(w, in)
	answer := w.Result()
	answer.Request = req
	return answer, context.Cause(req.Context())
}

// comments are the bodies of the comments on pull request 7, without the hidden marker.
func (r *runner) comments() []string {
	var all []string
	for _, c := range r.hub.Comments(7) {
		all = append(all, withoutMarker(c.Body))
	}
	return all
}

func withoutMarker(body string) string {
	if first, rest, ok := strings.Cut(body, "\n"); ok && strings.HasPrefix(first, "<!-- clockify-sync:") {
		return rest
	}
	return body
}

// active says who of the company is still active.
func (r *runner) active(local string) bool {
	state := r.clockify.State()
	for _, m := range state.Workspaces[0].Members {
		if m.UserID == r.ids[local] {
			return m.Status != "INACTIVE"
		}
	}
	return false
}

// capacity wants somebody's capacity to be so.
func (r *runner) capacity(local, want string) {
	r.t.Helper()
	state := r.clockify.State()
	for _, m := range state.Workspaces[0].Members {
		if m.UserID == r.ids[local] && m.WorkCapacity != want {
			r.t.Errorf("the capacity of %s is %s, want %s", local, m.WorkCapacity, want)
		}
	}
}

// change changes what Clockify holds.
func (r *runner) change(f func(*sandbox.State)) {
	s := r.clockify.State()
	f(&s)
	r.clockify.SetState(s)
}

// outcome is compared as a whole in the tests below.
func (g actionRun) want(t *testing.T, code int, outputs map[string]string) {
	t.Helper()
	if g.code != code {
		t.Errorf("exit code %d, want %d\n%s", g.code, code, g.log)
	}
	for name, want := range outputs {
		if got := g.outputs[name]; got != want {
			t.Errorf("output %s = %q, want %q", name, got, want)
		}
	}
}

// says wants the texts in the log.
func (g actionRun) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(g.log, text) {
			t.Errorf("the log does not say %q:\n%s", text, g.log)
		}
	}
}

// contains wants the texts in a page.
func contains(t *testing.T, what, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%s does not say %q:\n%s", what, text, page)
		}
	}
}

// golden compares a page with testdata/golden; -update rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// metadata is action.yml.
type metadata struct {
	Inputs map[string]struct {
		Description string
		Required    bool
		Default     string
	}
	Outputs map[string]struct{ Description string }
	Runs    struct{ Using, Image string }
}

func actionFile(t *testing.T) metadata {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var m metadata
	if err := yaml.UnmarshalWithOptions(data, &m, yaml.Strict()); err != nil && m.Inputs == nil {
		t.Fatal(err)
	}
	return m
}

// sleep waits, or ends early with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// change7 says that pull request 7 was the last to change users.csv.
func (r *runner) change7() {
	r.hub.AddChange("users.csv", githubtest.Commit{SHA: mergeSHA, Author: "ann", Committer: "web-flow"})
}

// audited is a file of the last run's audit folder.
func (r *runner) audited(name string) string {
	r.t.Helper()
	runs, err := filepath.Glob(filepath.Join(r.dir, "clockify-audit", "*", name))
	if err != nil || len(runs) == 0 {
		r.t.Fatalf("no %s: %v", name, err)
	}
	slices.Sort(runs)
	data, err := os.ReadFile(runs[len(runs)-1])
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// checkedOut makes the workspace a checkout of a commit.
func (r *runner) checkedOut(sha string) {
	r.t.Helper()
	if err := os.Mkdir(filepath.Join(r.dir, ".git"), 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.write(filepath.Join(".git", "HEAD"), sha+"\n")
}

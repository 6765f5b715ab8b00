package github

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/people", "GITHUB_SHA": "aaaa111",
		"GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "2",
		"GITHUB_ACTOR": "ann", "GITHUB_TRIGGERING_ACTOR": "bob",
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func pullPayload(head, user, action string) string {
	return `{"action":"` + action + `","number":7,"pull_request":{"number":7,"user":{"login":"` + user + `"},` +
		`"head":{"sha":"4f2d9aa","ref":"new","repo":` + head + `},"base":{"ref":"main","sha":"b"}},` +
		`"repository":{"full_name":"acme/people","default_branch":"main","private":true,"visibility":"internal"}}`
}

func TestReadEvent(t *testing.T) {
	t.Parallel()
	const own, repo = `{"full_name":"Acme/people"}`, `"repository":{"full_name":"acme/people","default_branch":"main","private":false}`
	cases := []struct {
		name, event, payload, ref string
		want                      Event // the fields the payload decides
	}{
		{
			name: "pull request", event: "pull_request", payload: pullPayload(own, "ann", "synchronize"), ref: "refs/pull/7/merge",
			want: Event{Action: "synchronize", PullRequest: 7, Author: "ann", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal},
		},
		{
			name: "closed", event: "pull_request", payload: pullPayload(own, "ann", "closed"), ref: "refs/pull/7/merge",
			want: Event{Action: "closed", PullRequest: 7, Author: "ann", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal},
		},
		{
			name: "fork", event: "pull_request", payload: pullPayload(`{"full_name":"eve/people"}`, "eve", "opened"), ref: "refs/pull/7/merge",
			want: Event{Action: "opened", PullRequest: 7, Author: "eve", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal, Fork: true},
		},
		{
			name: "fork that is gone", event: "pull_request", payload: pullPayload("null", "eve", "opened"), ref: "refs/pull/7/merge",
			want: Event{Action: "opened", PullRequest: 7, Author: "eve", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal, Fork: true},
		},
		{
			name: "dependabot", event: "pull_request", payload: pullPayload(own, "dependabot[bot]", "opened"), ref: "refs/pull/7/merge",
			want: Event{Action: "opened", PullRequest: 7, Author: "dependabot[bot]", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal, Dependabot: true},
		},
		{
			name: "pull_request_target", event: "pull_request_target", payload: pullPayload(own, "ann", "opened"), ref: "refs/heads/main",
			want: Event{Action: "opened", PullRequest: 7, Author: "ann", HeadSHA: "4f2d9aa", BaseRef: "main", BaseSHA: "b", DefaultBranch: "main", Visibility: Internal},
		},
		{
			name: "merge group", event: "merge_group", ref: "refs/heads/gh-readonly-queue/main/pr-12-aaaa111",
			payload: `{"action":"checks_requested","merge_group":{"head_sha":"c0ffee1","head_ref":"refs/heads/gh-readonly-queue/main/pr-12-aaaa111","base_ref":"refs/heads/main"},` + repo + `}`,
			want:    Event{Action: "checks_requested", PullRequest: 12, HeadSHA: "c0ffee1", BaseRef: "main", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "merge group by ref alone", event: "merge_group", payload: `{}`, ref: "refs/heads/gh-readonly-queue/release/1.0/pr-3-aaaa111",
			want: Event{PullRequest: 3, HeadSHA: "aaaa111"},
		},
		{
			name: "push to main", event: "push", payload: `{"before":"b1","after":"a1",` + repo + `}`, ref: "refs/heads/main",
			want: Event{Before: "b1", BaseSHA: "b1", After: "a1", HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "push elsewhere", event: "push", payload: `{"before":"b1","after":"a1",` + repo + `}`, ref: "refs/heads/feature",
			want: Event{Before: "b1", BaseSHA: "b1", After: "a1", HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "push of a tag of that name", event: "push", payload: `{` + repo + `}`, ref: "refs/tags/main",
			want: Event{HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "push without a default branch", event: "push", payload: `{}`, ref: "refs/heads/",
			want: Event{HeadSHA: "aaaa111"},
		},
		{
			name: "schedule", event: "schedule", payload: `{"schedule":"17 3 * * *"}`, ref: "refs/heads/main",
			want: Event{HeadSHA: "aaaa111"},
		},
		{
			name: "schedule for drift", event: "schedule", payload: `{"schedule":"17 3 * * *"}`, ref: "refs/heads/main",
			want: Event{HeadSHA: "aaaa111"},
		},
		{
			name: "by hand", event: "workflow_dispatch", payload: `{"inputs":{"x":"y"},` + repo + `}`, ref: "refs/heads/main",
			want: Event{HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "by hand on a branch", event: "workflow_dispatch", payload: `{` + repo + `}`, ref: "refs/heads/feature",
			want: Event{HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
		{
			name: "another event", event: "issue_comment", payload: `{"action":"created","issue":{"number":7},` + repo + `}`, ref: "refs/heads/main",
			want: Event{Action: "created", HeadSHA: "aaaa111", DefaultBranch: "main", Visibility: Public},
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := outputFile(t, tc.payload)
			got, err := ReadEvent(env("GITHUB_EVENT_NAME", tc.event, "GITHUB_EVENT_PATH", path, "GITHUB_REF", tc.ref))
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Name, tc.want.Ref, tc.want.Repository, tc.want.SHA = tc.event, tc.ref, "acme/people", "aaaa111"
			tc.want.RunID, tc.want.RunAttempt, tc.want.TriggeringActor = 42, 2, "bob"
			tc.want.ServerURL, tc.want.APIURL = "https://github.com", "https://api.github.com"
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventErrors(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.json")
	cases := []struct {
		name, payload, want string
		env                 func(string) string
	}{
		{"no event", "{}", "not a GitHub Actions run", env()},
		{"not JSON", "<html>", "not a JSON event", env("GITHUB_EVENT_NAME", "push")},
		{"empty", "", "not a JSON event", env("GITHUB_EVENT_NAME", "push")},
		{"cut off", `{"pull_request":{"number":7`, "not a JSON event", env("GITHUB_EVENT_NAME", "pull_request")},
		{"wrong type", `{"pull_request":{"number":"7"}}`, "not a JSON event", env("GITHUB_EVENT_NAME", "pull_request")},
		{"no pull request", `{}`, "holds no pull request", env("GITHUB_EVENT_NAME", "pull_request")},
		{"repository", `{}`, "not owner/name", env("GITHUB_EVENT_NAME", "push", "GITHUB_REPOSITORY", "../../orgs/acme")},
		{"missing file", "", "none.json", env("GITHUB_EVENT_NAME", "push", "GITHUB_EVENT_PATH", missing)},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var err error
			if tc.env("GITHUB_EVENT_PATH") != "" {
				_, err = ReadEvent(tc.env)
			} else {
				_, err = ParseEvent(tc.env, []byte(tc.payload))
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, tc.want)
			}
		})
	}
}

func TestEventURLs(t *testing.T) {
	t.Parallel()
	e, err := ParseEvent(env("GITHUB_EVENT_NAME", "push", "GITHUB_SERVER_URL", "https://git.acme.test/"), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.RunURL(), "https://git.acme.test/acme/people/actions/runs/42/attempts/2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for v, want := range map[Visibility]bool{Unknown: true, Public: true, Private: false, Internal: false, "odd": true} {
		if v.Exposed() != want {
			t.Errorf("%q.Exposed() = %v", v, !want)
		}
	}
}

func FuzzEvent(f *testing.F) {
	for _, name := range []string{"pull_request", "push", "merge_group", "schedule", "workflow_dispatch", ""} {
		f.Add(name, "refs/heads/main", pullPayload("null", "eve", "opened"))
		f.Add(name, "refs/heads/gh-readonly-queue/main/pr-1-abcdef0", `{"before":"0"}`)
	}
	f.Fuzz(func(t *testing.T, name, ref, payload string) {
		e, err := ParseEvent(env("GITHUB_EVENT_NAME", name, "GITHUB_REF", ref), []byte(payload))
		if err != nil {
			return
		}
		if !repositoryName.MatchString(e.Repository) || name == "pull_request" && e.PullRequest < 1 {
			t.Errorf("event %+v", e)
		}
	})
}

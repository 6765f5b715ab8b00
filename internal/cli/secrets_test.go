package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// The tokens of a run, of characters that look otherwise in a query and in JSON.
const (
	ownerToken = "owner/key+of&the<run>=="
	syncToken  = "sync/key+of&the<other>=="
	destToken  = "dest/key+of&the<third>=="
)

// maskLine is a line in which the runner itself is told a secret; it never shows it.
var maskLine = regexp.MustCompile(`(?m)^::add-mask::.*$`)

// forms are the ways in which a token travels.
func forms(token string) []string {
	quoted, _ := json.Marshal(token)
	list := []string{token, url.QueryEscape(token), url.PathEscape(token), string(quoted[1 : len(quoted)-1])}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		list = append(list, e.EncodeToString([]byte(token)))
	}
	return list
}

// gossip is a server that repeats the key it was sent, in every form and place, from its n-th call on.
type gossip struct {
	next  http.RoundTripper
	n     int64
	calls atomic.Int64
}

func (g *gossip) RoundTrip(r *http.Request) (*http.Response, error) {
	at := g.calls.Add(1)
	if at < g.n {
		return g.next.RoundTrip(r)
	}
	key := r.Header.Get("X-Api-Key")
	all := strings.Join(append(forms(key), "Basic "+base64.StdEncoding.EncodeToString([]byte(":"+key))), " ")
	h := http.Header{"X-Echo": {key}, "Set-Cookie": {"key=" + url.QueryEscape(key)}}
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", key), Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	message, _ := json.Marshal(map[string]any{"message": "you sent " + all, "code": 501})
	switch (at - g.n) % 6 {
	case 0:
		return answer(400, string(message))
	case 1:
		return answer(200, `{"id":`+all)
	case 2:
		return nil, fmt.Errorf("proxy says %s to %s?key=%s", all, r.URL, url.QueryEscape(key))
	case 3:
		h.Set("Location", "https://elsewhere.test/?"+all)
		return answer(302, all)
	case 4:
		return answer(500, "<html>"+all)
	}
	return answer(403, string(message))
}

// confidential is a bed whose files and environment hold three tokens.
func confidential(t *testing.T) *bed {
	t.Helper()
	state, content := company(6)
	hours, hoursFiles := timesheet(6, epoch)
	for i := range hours.Workspaces {
		hours.Workspaces[i].ID = fmt.Sprintf("%024x", i+10)
	}
	hours.Users[0].ID = fmt.Sprintf("%024x", 1)
	user := hours.Users[0].ID
	for i := range hours.Workspaces {
		w := &hours.Workspaces[i]
		w.Members[0].UserID = user
		for j := range w.Entries {
			w.Entries[j].UserID = user
		}
	}
	state.Users = append(state.Users, hours.Users[0])
	state.Workspaces = append(state.Workspaces, hours.Workspaces...)
	state.Keys = []sandbox.Key{{Key: ownerToken, UserID: state.Keys[0].UserID}, {Key: syncToken, UserID: user}, {Key: destToken, UserID: user}}
	_ = hoursFiles
	b := newBed(t, sandbox.Options{State: state}, content)
	secret, err := json.Marshal(map[string]string{
		"time_entry_source_workspace_id": hours.Workspaces[0].ID, "time_entry_source_client_id": hours.Workspaces[0].Clients[0].ID,
		"time_entry_destination_workspace_id": hours.Workspaces[1].ID, "user_id": user, "token": syncToken, "dest_token": destToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.env["SECRET_NAMES"], b.env["MIRROR"] = "MIRROR", string(secret)
	b.env["RUNNER_DEBUG"] = "1" // the most that is ever logged
	return b
}

// leaks looks for the tokens in everything a run wrote: what it printed and every file, names of files included.
func (b *bed) leaks(t *testing.T, what string, r ran) {
	t.Helper()
	written := map[string]string{"stdout": maskLine.ReplaceAllString(r.out, ""), "stderr": r.err}
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		written[path] = path + "\n" + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range written {
		for _, token := range []string{ownerToken, syncToken, destToken} {
			for _, form := range forms(token) {
				if i := strings.Index(text, form); i >= 0 {
					t.Errorf("%s: %s holds a token: …%s…", what, filepath.Base(where), text[max(0, i-80):min(len(text), i+60)])
					break
				}
			}
		}
	}
}

// TestNoTokenIsWritten looks for every token, plain, in base64 and as in a URL, in everything runs write, while the
// server repeats the keys it is sent, from every call on that a run makes.
func TestNoTokenIsWritten(t *testing.T) {
	t.Parallel()
	action := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_REPOSITORY": "acme/people", "GITHUB_REF": "refs/heads/main",
		"GITHUB_SHA": "3333333333333333333333333333333333333333", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SERVER_URL": "https://github.com",
		"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_EVENT_PATH": "event.json", "INPUT_REDACT": "none",
	}
	cases := []struct {
		name string
		args []string
		env  map[string]string
	}{
		{"plan", []string{"plan", "--out", "plan.json"}, nil},
		{"plan as markdown", []string{"plan", "--format", "markdown"}, nil},
		{"plan as JSON", []string{"plan", "--format", "json"}, nil},
		{"apply", []string{"apply"}, nil},
		{"export", []string{"export", "--users", "new.csv", "--config", "new.yaml"}, nil},
		{"the action, plan", nil, map[string]string{"INPUT_COMMAND": "plan"}},
		{"the action, apply", nil, map[string]string{"INPUT_COMMAND": "apply"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				for n := int64(1); n < 200; n++ {
					b := confidential(t)
					if tc.env != nil {
						maps.Copy(b.env, action)
						maps.Copy(b.env, tc.env)
						for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"} {
							b.env[name] = filepath.Join(b.dir, action[name])
							if err := os.WriteFile(b.env[name], []byte("{}\n")[:3*strings.Count(name, "EVENT")], 0o644); err != nil {
								t.Fatal(err)
							}
						}
					}
					g := &gossip{next: b.http, n: n}
					b.http = g
					r := b.run(t.Context(), tc.args...)
					b.leaks(t, fmt.Sprintf("from call %d on", n), r)
					if t.Failed() {
						t.Logf("exit code %d\n%s\n%s", r.code, clipped(r.out), clipped(r.err))
						return
					}
					if g.calls.Load() < n { // the whole run went well
						if n < 5 {
							t.Fatalf("%d calls are too few to show anything: exit code %d\n%s\n%s", n-1, r.code, clipped(r.out), clipped(r.err))
						}
						return
					}
				}
			})
		})
	}
}

// TestNoTokenInNames puts the keys, in every form, into what Clockify itself holds and into users.csv: names, values,
// descriptions. They are in nothing that is written.
func TestNoTokenInNames(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"plan", "--out", "plan.json"}, {"plan", "--format", "markdown"}, {"plan", "--format", "json"}, {"apply"}, {"apply", "--format", "json"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				b := confidential(t)
				all := append(forms(ownerToken), forms(syncToken)...)
				state := b.server.State()
				for i := range state.Workspaces[0].Members {
					state.Workspaces[0].Members[i].FieldValues = map[string]any{state.Workspaces[0].CustomFields[0].ID: "was " + all[i%len(all)]}
				}
				for i := range state.Users {
					state.Users[i].Name = "Key " + all[(i+3)%len(all)] + fmt.Sprint(i)
				}
				for i := range state.Workspaces[1].Entries {
					state.Workspaces[1].Entries[i].Description = all[i%len(all)] + ";=1"
				}
				server := sandbox.New(sandbox.Options{State: state})
				b.server, b.http = server, server.Transport()
				r := b.run(t.Context(), args...)
				if !strings.Contains(r.out, "***") && !strings.Contains(r.out, "&#42;&#42;&#42;") {
					t.Errorf("nothing was hidden: %s", clipped(r.out))
				}
				b.leaks(t, strings.Join(args, " "), r)
			})
		})
	}
}

// TestValidateInActions looks at the secrets of time syncs without a call: a broken one fails the job, one that is not set,
// as on a fork, does not.
func TestValidateInActions(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{`{"token": "a-token-nobody-may-see"}`: ExitFailed, "": ExitDone} {
		b := confidential(t)
		event := filepath.Join(b.dir, "event.json")
		if err := os.WriteFile(event, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		maps.Copy(b.env, map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_REPOSITORY": "acme/people", "GITHUB_REF": "refs/heads/main",
			"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_EVENT_PATH": event, "INPUT_COMMAND": "validate",
			"GITHUB_OUTPUT": filepath.Join(b.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(b.dir, "summary"),
			"SECRET_NAMES": "MIRROR,BROKEN", "BROKEN": value,
		})
		r := b.must(want, []string{}...)
		if told := strings.Contains(r.out, "::error") && strings.Contains(r.out, "secret BROKEN: user_id is missing"); told != (want == ExitFailed) {
			t.Errorf("%q: %s", value, r.out)
		}
		if b.server.Total() > 0 || strings.Contains(maskLine.ReplaceAllString(r.out, ""), "nobody-may-see") {
			t.Errorf("%d calls\n%s", b.server.Total(), r.out)
		}
	}
}

// TestNoTokenInAPanic breaks a process in the middle of a call and looks at what Go prints then.
func TestNoTokenInAPanic(t *testing.T) {
	t.Parallel()
	b := confidential(t)
	b.served(func(h http.Handler) http.Handler { return h })
	cmd := b.process("plan")
	cmd.Args[0] = "clockify-sync-panics"
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "assignment to entry in nil map") || !strings.Contains(out.String(), "goroutine ") {
		t.Fatalf("it did not panic: %v %T\n%s", err, exit, &out)
	}
	if code := cmd.ProcessState.ExitCode(); code >= ExitDone && code <= ExitStopped {
		t.Errorf("exit code %d, which means something else", code)
	}
	b.leaks(t, "panic", ran{out: out.String()})
}

// panics breaks at the first call.
type panics struct{ calls map[string]int }

func (p panics) RoundTrip(r *http.Request) (*http.Response, error) {
	p.calls[r.URL.Path]++
	return nil, nil
}

// TestOnlySafeAddresses refuses to send a key where it could be read on the way.
func TestOnlySafeAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://api.clockify.test/api/v1", "http://127.0.0.1.evil.test/api/v1", "ftp://api.clockify.test", "//api.clockify.test", "https://user@api.clockify.test/"} {
		bubble(t, func(t *testing.T) {
			b := confidential(t)
			b.env["CLOCKIFY_API_URL"] = address
			if r := b.run(t.Context(), "plan"); r.code != ExitFailed || b.server.Total() > 0 {
				t.Errorf("%s: exit code %d, %d calls\n%s", address, r.code, b.server.Total(), r.err)
			}
		})
	}
}

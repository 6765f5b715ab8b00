package cli

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestOldFiles shows that who has only the files and the environment of a tool this one replaces gets the right plan
// with one command, and that it writes nothing.
func TestOldFiles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		files []string
		args  []string
		env   func(dir string, workspace string) map[string]string
		want  []string
		never []string
	}{
		{
			"the script's config, CSV and .env",
			[]string{"config.yaml", "sample_users.csv"},
			[]string{"plan", "--users", "sample_users.csv", "--env-file", ".env"},
			nil,
			[]string{
				"bob.wilson@example.com", "40h       → 37h 30m a week (7h 30m a day)", "Acme AB   → Example Iberia", "Rosa Vega → Jane Smith-Lund",
				"sample_users.csv:5  orphan.user@example.com is not in the workspace",
				"3 people and 1 group to change.", "(absent: keep)",
			},
			[]string{"Time sync"},
		},
		{
			"the Lambda's secret",
			[]string{"secret.json"},
			[]string{"plan"},
			func(dir, _ string) map[string]string {
				secret, err := os.ReadFile(filepath.Join(dir, "secret.json"))
				if err != nil {
					t.Fatal(err)
				}
				return map[string]string{"SECRET_NAMES": "GLOBEX", "GLOBEX": string(secret)}
			},
			[]string{"Time sync GLOBEX", "Audit 2026           created in Acme", "2 new, 1 edited", "Plan "},
			[]string{"People\n", sandbox.SampleKey},
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, file := range tc.files {
				copyOld(t, "testdata/old/"+file, dir)
			}
			state := sandbox.Sample(time.Now())
			clockify := sandbox.New(sandbox.Options{State: state})
			server := httptest.NewServer(clockify)
			defer server.Close()
			env := map[string]string{"CLOCKIFY_API_URL": server.URL + "/api/v1", "CLOCKIFY_REPORTS_URL": server.URL + "/report/v1"}
			if tc.env != nil {
				for name, value := range tc.env(dir, state.Workspaces[0].ID) {
					env[name] = value
				}
			} else {
				text := "CLOCKIFY_API_KEY=" + state.Keys[0].Key + "\nCLOCKIFY_WORKSPACE_ID=" + state.Workspaces[0].ID + "\n"
				if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out, errs bytes.Buffer
			code := Main(context.Background(), Process{
				Args: tc.args, Stdout: &out, Stderr: &errs, Dir: dir, Now: time.Now, Sleep: sleep, Unpaced: true,
				LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			})
			if code != ExitDone || clockify.WriteCount() > 0 {
				t.Errorf("exit code %d, %d writes\n%s", code, clockify.WriteCount(), errs.String())
			}
			for _, text := range tc.want {
				if !strings.Contains(out.String(), text) {
					t.Errorf("the plan does not hold %q:\n%s", text, out.String())
				}
			}
			for _, text := range tc.never {
				if strings.Contains(out.String()+errs.String(), text) {
					t.Errorf("the plan holds %q", text)
				}
			}
		})
	}
}

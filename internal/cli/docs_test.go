package cli

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// pages are README.md and everything in docs/, by their path from the root.
func pages(t *testing.T) map[string]string { return pagesIn(t, "docs/*.md", "README.md") }

// pagesIn are the pages that match patterns, by their path from the root.
func pagesIn(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	var names []string
	for _, pattern := range patterns {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no pages, %v", pattern, err)
		}
		names = append(names, found...)
	}
	out := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel("../..", name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.ToSlash(rel)] = strings.ReplaceAll(string(data), "\r\n", "\n")
	}
	return out
}

// notRun are the commands a page may show without a test that runs them, and why.
var notRun = map[string]string{
	"go install":                         "writes into the folder of Go's programs; .ci/run builds it",
	"git clone ":                         "asks GitHub",
	"cd clockify-sync":                   "goes into that clone",
	"clockify-sync init":                 "asks at a terminal; with the answers as flags it is run beside it",
	"go test ./...":                      "that is this test; .ci/run runs it",
	"gh ":                                "asks GitHub",
	"aws ":                               "asks AWS",
	"docker run ":                        "needs Docker and the registry; ci.yml runs the image",
	"clockify-sync setup ":               "asks at a terminal; the guided flow has its own tests",
	"clockify-sync plan --env-file .env": "is run in TestOldFiles, with a .env",
}

// step is a line of a page that is run, or a file that is copied into the folder first.
type step struct {
	line int
	text string // a command, or after "files:" paths from the root
}

// steps reads what a page has to run:
//
//	```sh             each line is a command, ended by "# exit N" where it ends with another code than 0
//	```sh no-run      nothing, and notRun must say why
//	<!-- run: … -->   a command that stands for what a person does by hand
//	<!-- files: … --> files of the repository that the page takes to be there
//
// A line of exports that holds "…" stands for what the test has set already.
func steps(t *testing.T, name, page string) []step {
	t.Helper()
	var out []step
	fence := ""
	for i, line := range strings.Split(page, "\n") {
		at := fmt.Sprintf("%s:%d", name, i+1)
		switch text := strings.TrimSpace(line); {
		case strings.HasPrefix(text, "```"):
			if fence == "" {
				fence = text
			} else {
				fence = ""
			}
		case fence == "```sh":
			if text != "" && !(strings.HasPrefix(text, "export ") && strings.Contains(text, "…")) {
				out = append(out, step{i + 1, text})
			}
		case fence == "```sh no-run":
			if !slices.ContainsFunc(keys(notRun), func(prefix string) bool { return strings.HasPrefix(text, prefix) }) {
				t.Errorf("%s: %q is not run, and nothing says why it may", at, text)
			}
		case fence == "":
			if rest, ok := strings.CutPrefix(text, "<!-- run: "); ok {
				out = append(out, step{i + 1, strings.TrimSuffix(rest, " -->")})
			} else if rest, ok := strings.CutPrefix(text, "<!-- files: "); ok {
				out = append(out, step{i + 1, "files:" + strings.TrimSuffix(rest, " -->")})
			} else if strings.HasPrefix(line, "    ") && commandLine.MatchString(text) {
				t.Errorf("%s: a command outside of a ```sh fence is not run: %q", at, text)
			}
		case strings.HasPrefix(fence, "```bash"), strings.HasPrefix(fence, "```shell"), strings.HasPrefix(fence, "```console"), fence == "```":
			if commandLine.MatchString(text) {
				t.Errorf("%s: a command outside of a ```sh fence is not run: %q", at, text)
			}
		}
	}
	return out
}

var (
	commandLine = regexp.MustCompile(`^(\$ )?(clockify-sync|go|gh|git|export|curl|docker|bash|sh) `)
	exitsAs     = regexp.MustCompile(`\s+# exit (\d)$`)
)

func keys(m map[string]string) []string {
	var out []string
	for key := range m {
		out = append(out, key)
	}
	return out
}

// script makes a bash script of the steps. It ends at the first that does not end as the page says.
func script(name string, list []step) string {
	var b strings.Builder
	b.WriteString("set -uo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n")
	for _, s := range list {
		text, want := s.text, "0"
		if m := exitsAs.FindStringSubmatch(text); m != nil {
			text, want = strings.TrimSuffix(text, m[0]), m[1]
		}
		text = strings.ReplaceAll(text, "go run ./cmd/clockify-sync ", "clockify-sync ")
		fmt.Fprintf(&b, "echo '== %s:%d' >&2\n", name, s.line)
		if strings.HasSuffix(text, "&") {
			b.WriteString(text + "\n")
			continue
		}
		fmt.Fprintf(&b, "code=0\n%s || code=$?\n[ $code = %s ] || { echo \"exit code $code, want %s\" >&2; exit 1; }\n", text, want, want)
	}
	return b.String()
}

// TestDocsCommands runs every command of README.md and docs/, page by page, each in a folder and against an in-memory
// Clockify of its own.
func TestDocsCommands(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is needed to run what the pages show")
	}
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := steps(t, name, page)
			if len(list) == 0 {
				return
			}
			state := sandbox.Sample(time.Now())
			server := httptest.NewServer(sandbox.New(sandbox.Options{State: state}))
			defer server.Close()
			home := t.TempDir()
			dir := filepath.Join(home, "here")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			run := slices.DeleteFunc(slices.Clone(list), func(s step) bool {
				files, ok := strings.CutPrefix(s.text, "files:")
				for _, file := range strings.Fields(files) {
					if ok {
						copyOld(t, file, dir)
					}
				}
				return ok
			})
			cmd := exec.Command(bash, "--norc", "--noprofile", "-c", script(name, run))
			cmd.Dir = dir
			cmd.Env = docsEnv(home, server.URL, state)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// copyOld copies a file of the repository, with the sandbox's key for the placeholder of one.
func copyOld(t *testing.T, file, dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", file))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), "your_token", sandbox.SampleKey)
	if err := os.WriteFile(filepath.Join(dir, path.Base(file)), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func docsEnv(home, url string, state sandbox.State) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + os.TempDir(), "USER=ann", "UNPACED=1",
		"CLOCKIFY_API_URL=" + url + "/api/v1", "CLOCKIFY_REPORTS_URL=" + url + "/report/v1",
		"CLOCKIFY_API_KEY=" + state.Keys[0].Key, "CLOCKIFY_WORKSPACE_ID=" + state.Workspaces[0].ID,
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, "gitconfig"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
	}
	for _, name := range []string{"SYSTEMROOT", "TEMP", "TMP", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestDocsLinks follows every link of all pages that stays in the repository.
func TestDocsLinks(t *testing.T) {
	t.Parallel()
	for name, page := range pagesIn(t, "*.md", "docs/*.md") {
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := filepath.Join("../..", path.Dir(name), target)
			if target == "" {
				file = filepath.Join("../..", name)
			}
			data, err := os.ReadFile(file)
			if info, serr := os.Stat(file); serr == nil && info.IsDir() {
				err = nil
			}
			if err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
			} else if fragment != "" && !anchors(string(data))[fragment] {
				t.Errorf("%s: %s has no heading #%s", name, target, fragment)
			}
		}
	}
}

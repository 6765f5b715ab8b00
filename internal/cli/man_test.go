package cli

import (
	"os/exec"
	"strings"
	"testing"
)

func TestManNamesEverything(t *testing.T) {
	t.Parallel()
	page := printed(t, "man")
	want := []string{`.TH CLOCKIFY\-SYNC 1 "2026-03-04" "clockify\-sync 1.2.3" "User Commands"`, `.SH "EXIT STATUS"`, ".B CLOCKIFY_API_KEY"}
	for _, c := range shown() {
		want = append(want, ".SS "+c.name+"\n")
		for _, f := range c.describe() {
			want = append(want, `\fB`+strings.ReplaceAll("--"+f.name, "-", `\-`)+`\fR`)
		}
	}
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not hold %q", text)
		}
	}
}

func TestManIsSoundRoff(t *testing.T) {
	t.Parallel()
	page := printed(t, "man")
	tools := map[string][]string{
		"mandoc": {"-T", "lint", "-W", "warning"},
		"groff":  {"-man", "-ww", "-z", "-K", "utf8"},
	}
	for name, args := range tools {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Logf("%s is not here", name)
			continue
		}
		cmd := exec.Command(path, args...)
		cmd.Stdin = strings.NewReader(page)
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

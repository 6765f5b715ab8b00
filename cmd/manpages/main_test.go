package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/clockify-sync/clockify-sync/internal/cli"
)

// TestManualPages looks for every command and flag in the pages, and has groff read them where it is installed.
func TestManualPages(t *testing.T) {
	t.Parallel()
	dir, v := t.TempDir(), cli.Version{Version: "1.2.3", Date: "2026-03-02T09:00:00Z"}
	if err := write(dir, v); err != nil {
		t.Fatal(err)
	}
	pages := map[string][]string{"clockify-sync.1": {"CLOCKIFY_API_KEY", "Mar 2026", "1.2.3"}}
	for _, c := range cli.CommandLine(cli.Process{Version: v}).Commands() {
		if c.Hidden {
			continue
		}
		name := "clockify-sync-" + c.Name() + ".1"
		pages["clockify-sync.1"] = append(pages["clockify-sync.1"], "clockify-sync-"+c.Name())
		c.Flags().VisitAll(func(f *pflag.Flag) { pages[name] = append(pages[name], "--"+f.Name) })
	}
	for name, want := range pages {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), `\-`, "-")
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not hold %q", name, part)
			}
		}
		if path, err := exec.LookPath("groff"); err == nil {
			if out, err := exec.Command(path, "-man", "-ww", "-z", "-K", "utf8", filepath.Join(dir, name)).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("groff: %v\n%s", err, out)
			}
		}
	}
}

package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
)

// man prints the manual page, in man(7).
func man(_ context.Context, in *invocation) int {
	manPage(in.Stdout, in.Version)
	return ExitDone
}

func manPage(w io.Writer, v Version) {
	r := strings.NewReplacer(`\`, `\e`, "-", `\-`)
	text := func(s string) string {
		s = r.Replace(s)
		if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
			s = `\&` + s
		}
		return s
	}
	section := func(name string) { fmt.Fprintf(w, ".SH %s\n", name) }
	entry := func(term, says string) { fmt.Fprintf(w, ".TP\n.B %s\n%s\n", text(term), text(says)) }

	v = v.resolved()
	date, _, _ := strings.Cut(v.Date, "T")
	fmt.Fprintf(w, ".TH CLOCKIFY\\-SYNC 1 \"%s\" \"clockify\\-sync %s\" \"User Commands\"\n", date, text(cmp.Or(v.Version, "development")))
	section("NAME")
	fmt.Fprintf(w, "clockify\\-sync \\- keep Clockify workspaces as files in a repository say\n")
	section("SYNOPSIS")
	for i, c := range shown() {
		if i > 0 {
			fmt.Fprint(w, ".br\n")
		}
		fmt.Fprintf(w, ".B clockify\\-sync %s\n", text(c.name))
		if len(c.describe()) > 0 {
			fmt.Fprint(w, "[\\fIflags\\fR]\n")
		}
		if c.args != "" {
			fmt.Fprintf(w, "\\fI%s\\fR\n", text(c.args))
		}
	}
	section("DESCRIPTION")
	fmt.Fprint(w, text("clockify-sync makes the people of a Clockify workspace match users.csv, and mirrors time entries between two workspaces.")+"\n")
	fmt.Fprint(w, text("plan only reads. apply does what plan showed, reads everything again to verify it, and writes a row for every change tried.")+"\n")
	fmt.Fprint(w, text("Changes that cannot be taken back easily are withheld until exactly their list is approved.")+"\n")
	section("COMMANDS")
	for _, c := range shown() {
		fmt.Fprintf(w, ".SS %s\n%s\n", text(c.name), text(strings.ToUpper(c.does[:1])+c.does[1:]+"."))
		for _, f := range c.describe() {
			term := `\fB` + text("--"+f.name) + `\fR`
			if f.value != "" {
				term += ` \fI` + text(f.value) + `\fR`
			}
			fmt.Fprintf(w, ".TP\n%s\n%s\n", term, text(f.text))
		}
	}
	section("ENVIRONMENT")
	fmt.Fprint(w, text("Settings come from flags, then the environment, then the config file. Every flag is also a variable: --audit-dir is CLOCKIFY_SYNC_AUDIT_DIR. Keys come from the environment alone.")+"\n")
	for _, e := range environmentHelp() {
		entry(e[0], e[1])
	}
	section("FILES")
	entry("users.csv", "the people, one a line")
	entry("clockify-sync.yaml", "the config; config.yaml is read where it is missing")
	entry("clockify-audit/", "the audit files of apply")
	section(`"EXIT STATUS"`)
	for code, means := range exitHelp() {
		entry(fmt.Sprint(code), means)
	}
	section(`"SEE ALSO"`)
	fmt.Fprint(w, text(docsURL)+"\n")
}

// environmentHelp are the variables that are not a flag too.
func environmentHelp() [][2]string {
	return [][2]string{
		{"CLOCKIFY_API_KEY", "the API key of an owner or admin of the workspace"},
		{"CLOCKIFY_ADDON_TOKEN", "an add-on's token, in place of the key"},
		{"CLOCKIFY_WORKSPACE_ID", "the workspace, where the config does not name it"},
		{"CLOCKIFY_API_URL", "another address of the API, for a region or a sandbox"},
		{"CLOCKIFY_REPORTS_URL", "the same for the reports API"},
		{"SECRET_NAMES", "variables that hold a time sync each, as the JSON of the old Lambda"},
		{"NO_COLOR", "set to anything: print without colour"},
	}
}

// exitHelp says what the exit codes mean, by code.
func exitHelp() []string {
	return []string{
		ExitDone:    "done, or nothing to do",
		ExitFailed:  "failed: bad input, a change failed, a guard refused",
		ExitPending: "with --exit-code only: changes are pending (plan) or were withheld for approval (apply)",
		ExitStopped: "stopped early on purpose (API budget used up, cancelled); run it again and it goes on",
	}
}

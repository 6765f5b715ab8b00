package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

func TestTopicsAreHeadings(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	there := anchors(string(page))
	linked := map[string]bool{}
	source, err := os.ReadFile("advice.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\tabout\w+ +topic = "(.+)"$`).FindAllStringSubmatch(string(source), -1) {
		linked[m[1]] = true
		if !there[m[1]] {
			t.Errorf("docs/errors.md has no heading for #%s", m[1])
		}
	}
	for anchor := range there {
		if !linked[anchor] && anchor != "exit-codes-and-messages" {
			t.Errorf("docs/errors.md has the section #%s, and no error links to it", anchor)
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.+)$`)

// anchors are the fragments by which GitHub knows a page's headings.
func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(m[1]) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
				b.WriteRune(r)
			}
		}
		out[b.String()] = true
	}
	return out
}

func TestTopicOf(t *testing.T) {
	t.Parallel()
	refused := func(status int) error { return &clockify.Error{Method: "GET", Path: "/x", Status: status} }
	cases := []struct {
		name string
		err  error
		want topic
	}{
		{"of its own", fmt.Errorf("users: %w", about(aboutNoKey, errors.New("no key"))), aboutNoKey},
		{"a key nobody knows", &provider.Denied{Setting: "CLOCKIFY_API_KEY", Err: refused(401)}, aboutKey},
		{"a key of another variable", &provider.Denied{Setting: "ACME_TOKEN", Err: refused(401)}, aboutKey},
		{"a member's key", &provider.Denied{Setting: "CLOCKIFY_API_KEY", Err: refused(403)}, aboutRights},
		{"no such workspace", &provider.Denied{Setting: "workspace.id", Err: refused(404)}, aboutWorkspace},
		{"no such client", &provider.Denied{Setting: "time_sync acme: source.client_id", Err: refused(404)}, aboutTime},
		{"no custom fields", &provider.Denied{Setting: "field_mapping", Err: refused(403)}, aboutPlan},
		{"an answer", fmt.Errorf("list the groups: %w", refused(500)), aboutReading},
		{"a short list", fmt.Errorf("list the groups: %w", clockify.ErrIncomplete), aboutReading},
		{"no calls left", fmt.Errorf("users: %w", clockify.ErrBudget), aboutBudget},
		{"cancelled", context.Canceled, aboutBudget},
		{"stopped", plan.ErrStop, aboutBudget},
		{"no network", fmt.Errorf("open: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), aboutReach},
		{"a login page", fmt.Errorf("open: %w", &clockify.NetworkError{Cause: clockify.WebPage, Host: "x", Err: errors.New("html")}), aboutForeign},
		{"nothing to read", errors.New("draft the files"), ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := topicOf(tc.err); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	for setting, want := range map[string]topic{
		"guards.max_shrink": aboutGuards, "workspace.fallback_manager_email": aboutFallback, "CLOCKIFY_API_KEY": aboutRights,
		"managers": aboutPlan, "invite": aboutPlan, "time_sync acme: deletes": aboutTime,
	} {
		if got := topicOfSetting(setting, nil); got != want {
			t.Errorf("%s: got %q, want %q", setting, got, want)
		}
	}
}

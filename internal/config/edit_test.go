package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestAddWorkspace(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, before, want string }{
		{"new file", "", "# yaml-language-server: $schema=" + Schema + "\nworkspace:\n  id: w1\n"},
		{"no workspace", "# mine\nabsent: keep # yes", "# mine\nabsent: keep # yes\n\nworkspace:\n  id: w1\n"},
		{"only comments", "# mine\n# yours\n", "# mine\n# yours\n\nworkspace:\n  id: w1\n"},
		{"other keys", "workspace: # ours\n    # who\n    fallback_group_name: Other\nabsent: keep\n", "workspace: # ours\n    # who\n    id: w1\n    fallback_group_name: Other\nabsent: keep\n"},
		{"blank", "workspace:\nabsent: keep\n", "workspace:\n  id: w1\nabsent: keep\n"},
		{"windows", "absent: keep\r\nworkspace:\r\n  fallback_group_name: O\r\n", "absent: keep\r\nworkspace:\r\n  id: w1\r\n  fallback_group_name: O\r\n"},
		{"there already", "workspace:\n  id: w2\n", ""},
		{"braces", "workspace: {fallback_group_name: Other}\n", ""},
		{"all in braces", "{absent: keep}\n", ""},
		{"a list", "- a\n", ""},
		{"not YAML", "a: [\n", ""},
		{"ended", "absent: keep\n...\n", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := AddWorkspace([]byte(tc.before), "w1")
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err != nil) != (tc.want == "") || err != nil && !errors.Is(err, ErrEdit) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAddTimeSync(t *testing.T) {
	t.Parallel()
	s := state.TimeSync{
		Name: "acme", Window: 7 * 24 * time.Hour,
		Source:      state.Endpoint{WorkspaceID: "w1", ClientID: "c1", UserID: "u1"},
		Destination: state.Endpoint{WorkspaceID: "w2"},
	}
	item := "- name: acme\n  source:\n    workspace_id: w1\n    client_id: c1\n    user_id: u1\n  destination:\n    workspace_id: w2\n  window: 7d\n"
	in := func(by int) string {
		pad := strings.Repeat(" ", by)
		return pad + strings.TrimSuffix(strings.ReplaceAll(item, "\n", "\n"+pad), pad)
	}
	other := strings.ReplaceAll(item, "acme", "other")
	cases := []struct{ name, before, want string }{
		{"none", "absent: keep\n", "absent: keep\n\ntime_sync:\n" + in(2)},
		{"blank", "time_sync:\nabsent: keep\n", "time_sync:\n" + in(2) + "absent: keep\n"},
		{"one, and comments", "time_sync:\n" + other + "  # theirs\n\n# next\nabsent: keep\n", "time_sync:\n" + other + item + "  # theirs\n\n# next\nabsent: keep\n"},
		{"at the end", "time_sync:\n" + strings.ReplaceAll(in(4), "acme", "other"), "time_sync:\n" + strings.ReplaceAll(in(4), "acme", "other") + in(4)},
		{"the name is taken", "time_sync:\n" + item, ""},
		{"brackets", "time_sync: []\n", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := AddTimeSync([]byte(tc.before), s)
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err != nil) != (tc.want == "") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestGroupPattern(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Sales", "Holiday *", "a?b", "[x]", `back\slash`, " edge ", "x/y", "\u00a0nbsp", "é 北京"} {
		got, err := AddWorkspace([]byte("protect:\n  groups:\n    - "+scalar(GroupPattern(name))+"\n"), "w1")
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		groups := Read("", got).Users.Protect.Groups
		if len(groups) != 1 || groups[0] != GroupPattern(name) {
			t.Errorf("%q is read back as %q", name, groups)
		}
	}
}

package cli

import (
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestAgainstOldTools counts the calls of whole runs, reading, writing and verifying, against those of the script and the
// Lambda that this tool follows, on the same work: never more than they make.
func TestAgainstOldTools(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		make   func() (sandbox.State, files, map[string]string)
		writes int
		old    int // calls of the old tool
		most   int
	}{
		{"100 people, nothing to do", idle(100), 0, 515, 6},
		{"1,000 people, nothing to do", idle(1000), 0, 5106, 12},
		{"5,000 people, nothing to do", idle(5000), 0, 25_510, 40},
		{"one time sync, nothing to do", func() (sandbox.State, files, map[string]string) {
			s, f := mirrored(100)
			return s, f, nil
		}, 0, 5, 5},
		{"one time sync, 40 new entries", func() (sandbox.State, files, map[string]string) {
			s, f := mirrored(100)
			w := &s.Workspaces[1]
			w.Entries = w.Entries[:len(w.Entries)-40]
			return s, f, nil
		}, 40, 46, 46},
		{"100 people with keys of their own, nothing to do", func() (sandbox.State, files, map[string]string) { return team(100, 0, true) }, 0, 500, 401},
		{"100 people with keys of their own, an entry each", func() (sandbox.State, files, map[string]string) { return team(100, 1, true) }, 100, 700, 602},
		{"100 people on one key, nothing to do", func() (sandbox.State, files, map[string]string) { return team(100, 0, false) }, 0, 500, 106},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			state, content, env := tc.make()
			bubble(t, func(t *testing.T) {
				b := newBed(t, sandbox.Options{State: state}, content)
				for name, value := range env {
					b.env[name] = value
				}
				b.must(ExitDone, "apply")
				n := b.server.Total()
				t.Logf("%d calls, the old tool %d", n, tc.old)
				if w := b.server.WriteCount(); w != tc.writes {
					t.Errorf("%d writes, want %d", w, tc.writes)
				}
				if n > tc.most || n > tc.old {
					t.Errorf("%d calls, want at most %d: %+v", n, tc.most, b.server.Calls())
				}
			})
		})
	}
}

// idle is a company of so many people of which everything is as the CSV says.
func idle(people int) func() (sandbox.State, files, map[string]string) {
	return func() (sandbox.State, files, map[string]string) {
		s, f := tidy(people)
		return s, f, nil
	}
}

package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestGracePeriod lives through a grace period day by day: one of two people who are missing comes back.
func TestGracePeriod(t *testing.T) {
	t.Parallel()
	for name, quirks := range map[string]sandbox.Quirks{"listed": {}, "by profile": {ListOmitsFieldValues: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				state, content := company(20)
				for _, email := range []string{"gone@example.com", "back@example.com"} {
					state.Workspaces[0].AddMember(state.AddUser(email, ""))
				}
				state.Workspaces[0].Quirks = quirks
				content["clockify-sync.yaml"] += "deactivate_after: 7d\n"
				b := newBed(t, sandbox.Options{State: state}, content)
				marks := func() (emails []string) {
					for _, f := range b.plan().Findings {
						if f.Kind == "leaver_marked" {
							emails = append(emails, f.Name+f.Text[strings.Index(f.Text, " on 2"):][:14])
						}
					}
					return emails
				}
				b.must(ExitDone, "apply")
				if got, want := marks(), []string{"back@example.com on 2026-03-08", "gone@example.com on 2026-03-08"}; !slices.Equal(got, want) {
					t.Errorf("marked: %v, want %v", got, want)
				}
				b.must(ExitDone, "plan", "--exit-code")

				time.Sleep(3 * 24 * time.Hour)
				users := string(b.read("users.csv")) + "back@example.com,head@example.com,40,Acme,Sweden\n"
				if err := os.WriteFile(filepath.Join(b.dir, "users.csv"), []byte(users), 0o644); err != nil {
					t.Fatal(err)
				}
				b.must(ExitDone, "apply")
				if got, want := marks(), []string{"gone@example.com on 2026-03-08"}; !slices.Equal(got, want) {
					t.Errorf("marked after one is back: %v, want %v", got, want)
				}

				time.Sleep(4 * 24 * time.Hour)
				b.must(ExitPending, "apply", "--exit-code")
				p := b.plan()
				if len(p.Changes) != 1 || !p.Changes[0].Gated || p.Changes[0].Name != "gone@example.com" || len(marks()) > 0 {
					t.Fatalf("on the day: %+v", p.Changes)
				}
				b.must(ExitDone, "apply", "--approve", p.ApprovalToken)
				b.must(ExitDone, "plan", "--exit-code")
				lines := strings.Join(worldLines(b.server.State()), "\n")
				for _, want := range []string{"gone@example.com is INACTIVE", "back@example.com is ACTIVE"} {
					if !strings.Contains(lines, want) {
						t.Errorf("%s: not so", want)
					}
				}
				if strings.Contains(lines, "back@example.com has Leaves on") {
					t.Error("the one who is back is still marked")
				}
			})
		})
	}
}

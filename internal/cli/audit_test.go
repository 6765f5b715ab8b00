package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestApprover: every row says who approved what was gated in its run, and how.
func TestApprover(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		state, content := company(20)
		state.Workspaces[0].AddMember(state.AddUser("gone@example.com", ""))
		b := newBed(t, sandbox.Options{State: state}, content)
		b.must(ExitDone, "apply")
		for _, row := range b.audit().rows {
			if row["Approver"] != "" {
				t.Fatalf("nobody approved anything: %v", row)
			}
		}
		b.must(ExitDone, "apply", "--approve", b.plan().ApprovalToken)
		rows := b.audit().rows
		if len(rows) == 0 {
			t.Fatal("nothing was done")
		}
		for _, row := range rows {
			if row["Approver"] != "tester with --approve" {
				t.Errorf("approver of %s: %q", row["Object"], row["Approver"])
			}
		}
	})
}

// TestMadeLately runs a time sync again while Clockify's lists still lag behind what the first run made: the journal of
// that run knows the entries, and none is made twice.
func TestMadeLately(t *testing.T) {
	t.Parallel()
	state, content := timesheet(20, epoch)
	want, _ := undisturbed(t, state, content)
	bubble(t, func(t *testing.T) {
		lagging := sandbox.Faults{Kinds: []string{"stale_reads"}, Only: []string{"GET"}, Route: "/user/", Stale: "12m"}
		b := newBed(t, sandbox.Options{State: state, Faults: lagging}, content)
		b.must(ExitFailed, "apply") // whether another run made them too cannot be seen
		for range 3 {
			time.Sleep(3 * time.Minute)
			b.server.ResetCalls()
			if p := b.plan(); len(p.Changes) > 0 {
				t.Errorf("the plan has %d changes, the first is %+v", len(p.Changes), p.Changes[0])
			}
			b.must(ExitDone, "apply")
			if n := b.server.WriteCount(); n > 0 {
				t.Errorf("%d writes", n)
			}
		}
		if d := differences(want, worldLines(b.server.State())); d != "" {
			t.Error(d)
		}
		b.server.SetFaults(sandbox.Faults{})
		b.server.ResetCalls()
		b.must(ExitDone, "apply")
		calls := b.server.Total()
		time.Sleep(time.Hour)
		b.server.ResetCalls()
		b.must(ExitDone, "apply")
		if n := b.server.Total(); n != calls {
			t.Errorf("%d calls shortly after, %d an hour later: looking costs nothing where the list has everything", calls, n)
		}
	})
}

// TestAuditOfNoRun names a run that is not there: it is said where to look, and no folder is made.
func TestAuditOfNoRun(t *testing.T) {
	t.Parallel()
	b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople})
	wantText(t, b.must(ExitFailed, "audit", "typo").err, `there is no run "typo": there is no folder`, "errors.md#files-that-cannot-be-written")
	if found := allFiles(t, b.dir); len(found) != 1 || len(b.runs()) > 0 {
		t.Errorf("%d files are there", len(found))
	}
	b.must(ExitDone, "apply")
	wantText(t, b.must(ExitFailed, "audit", "typo").err, `clockify-audit: there is no run "typo"; clockify-sync audit lists those that are there`, "errors.md#files-that-cannot-be-written")
}

// TestAuditWhileRunning: a run that has not ended is told from one that was killed, and its files are left to it.
func TestAuditWhileRunning(t *testing.T) {
	t.Parallel()
	state, content := company(2)
	b := newBed(t, sandbox.Options{State: state}, content)
	dir := filepath.Join(b.dir, "clockify-audit")
	open, err := audit.Open(dir, audit.Meta{About: audit.About{Run: "77-1", Command: "apply"}}, "d")
	if err != nil {
		t.Fatal(err)
	}
	list := b.must(ExitDone, "audit").out
	if !strings.Contains(list, open.Folder()+"  running") || strings.Contains(list, "killed") {
		t.Errorf("listed as\n%s", list)
	}
	refused := b.must(ExitFailed, "audit", "apply")
	if want := open.Folder() + " is still running: it writes its files itself when it ends"; !strings.Contains(refused.err, want) || refused.out != "" {
		t.Errorf("said %q and %q, want %q", refused.out, refused.err, want)
	}
	if _, err := os.Stat(filepath.Join(dir, audit.RunsFile)); err == nil {
		t.Error("a line was written for a run that had not ended")
	}
	if err := open.Close(audit.Summary{}); err != nil {
		t.Fatal(err)
	}
	if list := b.must(ExitDone, "audit").out; !strings.Contains(list, "exit code 0") {
		t.Errorf("after its end it is listed as\n%s", list)
	}
}

package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func meta() Meta {
	return Meta{Run: "77-1", Actor: "octo", Commit: "4f2d9aa", Now: func() time.Time { return noon }}
}

func sample(i int) plan.Change {
	email := fmt.Sprintf("p%d@example.com", i)
	return plan.Change{
		ID: fmt.Sprintf("%016x", i), Domain: plan.Users, Phase: plan.Profiles, Op: plan.Update, Person: email,
		Ref: plan.Ref{Workspace: "Acme", Kind: plan.KindProfile, Name: email}, Fields: []plan.Field{{Name: "capacity", Before: "PT8H", After: "PT7H30M"}},
	}
}

func done(c plan.Change) plan.Outcome {
	return plan.Outcome{Change: c, Status: plan.Done, Response: "200", Attempts: 1, Started: noon, Duration: 120 * time.Millisecond}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// table reads a CSV file without its header, as maps by column.
func table(t *testing.T, dir, name string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const columns = "Email,Action,Details,Status,Response,Time,Run,Domain,Phase,Object,Before,After,Attempts,Duration,Digest,Actor,Commit"
	if got := strings.Join(rows[0], ","); got != columns {
		t.Fatalf("columns %s, want %s", got, columns)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		list = append(list, m)
	}
	return list
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "clockify-audit")
	a, err := Open(dir, meta(), "d1")
	must(t, err)
	failed := plan.Outcome{Change: sample(2), Status: plan.Failed, Err: "change manager: 403 501 Access Denied", Response: "403 501 Access Denied", Attempts: 1, Started: noon}
	broken := plan.Outcome{Change: sample(3), Status: plan.Failed, Err: "connection reset by peer", Attempts: 3, Started: noon}
	outcomes := []plan.Outcome{
		done(sample(1)), failed, broken,
		{Change: sample(4), Status: plan.Withheld},
		{Change: sample(5), Status: plan.Skipped, Err: "its manager failed"},
		{Change: sample(6), Status: plan.NotTried},
	}
	for _, o := range outcomes[:3] {
		must(t, a.Begin(o.Change))
		must(t, a.End(o))
	}
	must(t, a.Begin(sample(7))) // and never ended
	must(t, a.WriteFile(PlanFile, []byte("{}\n")))
	must(t, a.Close(Summary{Command: "apply", Outcomes: outcomes, ExitCode: 1, ApprovalDigest: "a1", Calls: plan.Calls{Made: 9, Needed: 7}, Started: noon, Finished: noon.Add(time.Minute)}))

	want := []map[string]string{{
		"Email": "p1@example.com", "Action": "Update Profile", "Details": "capacity: PT8H -> PT7H30M", "Status": "200", "Response": "200",
		"Time": "2026-11-21T12:00:00Z", "Run": "77-1", "Domain": "users", "Phase": "profiles", "Object": "profile p1@example.com",
		"Before": "capacity: PT8H", "After": "capacity: PT7H30M", "Attempts": "1", "Duration": "0.120", "Digest": "d1", "Actor": "octo", "Commit": "4f2d9aa",
	}}
	if diff := cmp.Diff(want, table(t, dir, SuccessFile)); diff != "" {
		t.Errorf("success log (-want +got):\n%s", diff)
	}
	var got [][3]string
	for _, row := range table(t, dir, ErrorFile) {
		got = append(got, [3]string{row["Email"], row["Status"], row["Response"]})
	}
	if diff := cmp.Diff([][3]string{
		{"p2@example.com", "403", "change manager: 403 501 Access Denied"},
		{"p3@example.com", "failed", "connection reset by peer"},
		{"p7@example.com", "unknown", "the run ended before the answer came"},
	}, got); diff != "" {
		t.Errorf("error log (-want +got):\n%s", diff)
	}
	var r run
	must(t, json.Unmarshal([]byte(read(t, dir, RunFile)), &r))
	if diff := cmp.Diff(map[string]int{"done": 1, "failed": 2, "unknown": 1, "withheld": 1, "skipped": 1, "not_tried": 1, "tried": 4}, r.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if r.ExitCode == nil || *r.ExitCode != 1 || r.Digest != "d1" || r.ApprovalDigest != "a1" || len(r.NotTried) != 3 {
		t.Errorf("run.json: %+v", r)
	}
	for _, name := range []string{SuccessFile, ErrorFile, RunFile, JournalFile, PlanFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if info.Mode().Perm() != 0o644 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestNothingDone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Close(Summary{}))
	if n := len(table(t, dir, SuccessFile)) + len(table(t, dir, ErrorFile)); n != 0 {
		t.Errorf("%d rows of no change", n)
	}
	report, err := Complete(dir)
	must(t, err)
	if diff := cmp.Diff(Report{Run: "77-1", Finished: true}, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// TestKilled cuts a journal at every byte: what was begun is always told, what was not is never invented.
func TestKilled(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	a, err := Open(whole, meta(), "d")
	must(t, err)
	for i := range 3 {
		must(t, a.Begin(sample(i)))
		if i < 2 {
			o := done(sample(i))
			if i == 1 {
				o.Status, o.Response, o.Err = plan.Failed, "403", "no"
			}
			must(t, a.End(o))
		}
	}
	journal := read(t, whole, JournalFile)
	begin := strings.Index(journal, "\n") + 1
	for cut := begin; cut <= len(journal); cut += 7 {
		dir := t.TempDir()
		text := journal[:cut]
		must(t, os.WriteFile(filepath.Join(dir, JournalFile), []byte(text), 0o644))
		report, err := Complete(dir)
		must(t, err)
		lines := 0
		for _, l := range strings.Split(text, "\n") {
			if strings.HasPrefix(l, `{"event":"begin"`) && json.Valid([]byte(l)) {
				lines++
			}
		}
		success, failure := table(t, dir, SuccessFile), table(t, dir, ErrorFile)
		if n := len(success) + len(failure); n != lines || report.Done+report.Failed+report.Unknown != n {
			t.Fatalf("cut at %d: %d changes were begun, the logs have %d, the report says %+v", cut, lines, n, report)
		}
	}
	report, err := Complete(whole)
	must(t, err)
	if diff := cmp.Diff(Report{Run: "77-1", Done: 1, Failed: 1, Unknown: 1}, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	last := table(t, whole, ErrorFile)
	if got := last[len(last)-1]; got["Status"] != "unknown" || got["Email"] != "p2@example.com" || got["Time"] != "2026-11-21T12:00:00Z" || got["Digest"] != "d" {
		t.Errorf("the change that was begun: %v", got)
	}

	// the next run keeps the killed one's journal, and starts its own
	b, err := Open(whole, meta(), "d2")
	must(t, err)
	must(t, b.Close(Summary{}))
	if diff := cmp.Diff(journal, read(t, whole, "journal-77-1.jsonl")); diff != "" {
		t.Errorf("kept journal (-want +got):\n%s", diff)
	}
	// one that finished is replaced
	c, err := Open(whole, meta(), "d3")
	must(t, err)
	must(t, c.Close(Summary{}))
	if kept, _ := filepath.Glob(filepath.Join(whole, "journal-*")); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}

func TestCompleteNothing(t *testing.T) {
	t.Parallel()
	if _, err := Complete(t.TempDir()); err == nil {
		t.Error("completed an empty folder")
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, JournalFile), []byte(`{"event":"open","version":9}`+"\n"), 0o644))
	if _, err := Complete(dir); err == nil {
		t.Error("read a journal of a later version")
	}
}

// TestTwins: two equal time entries are two changes with one id.
func TestTwins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	c := sample(1)
	must(t, a.Begin(c))
	must(t, a.Begin(c))
	must(t, a.End(done(c)))
	report, err := Complete(dir)
	must(t, err)
	if report.Done != 1 || report.Unknown != 1 {
		t.Errorf("%+v, want one done and one unknown", report)
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	const n = 300
	outcomes := make([]plan.Outcome, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			c := sample(i)
			if err := a.Begin(c); err != nil {
				t.Error(err)
			}
			outcomes[i] = done(c)
			if err := a.End(outcomes[i]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	must(t, a.Close(Summary{Outcomes: outcomes}))
	if got := len(table(t, dir, SuccessFile)); got != n {
		t.Errorf("%d rows, want %d", got, n)
	}
	h, err := readJournal([]byte(read(t, dir, JournalFile)))
	must(t, err)
	if len(h.entries) != n || h.damaged != 0 || !h.finished {
		t.Errorf("journal: %d entries, %d damaged lines, finished %t", len(h.entries), h.damaged, h.finished)
	}
}

var errFull = errors.New("no space left on device")

// full is a folder whose journal holds only so many bytes.
type full struct {
	folder
	room int
}

func (f *full) Create(name string) (file, error) {
	inner, err := f.folder.Create(name)
	return &fullFile{inner, f}, err
}

type fullFile struct {
	file
	of *full
}

func (f *fullFile) Write(text []byte) (int, error) {
	n, _ := f.file.Write(text[:min(len(text), f.of.room)])
	f.of.room -= n
	if n < len(text) {
		return n, errFull
	}
	return n, nil
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	for room := range 1200 {
		inner, err := openFolder(t.TempDir())
		must(t, err)
		f := &full{inner, room}
		a, err := start(f, meta(), "d")
		if err != nil {
			if !errors.Is(err, errFull) {
				t.Fatal(err)
			}
			continue
		}
		refused := false
		for i := range 3 {
			err := a.Begin(sample(i))
			if refused && err == nil {
				t.Fatalf("room %d: a change was let through after the journal had failed", room)
			}
			if err != nil {
				refused = true
				continue
			}
			if a.End(done(sample(i))) != nil {
				refused = true
			}
		}
		if err := a.Close(Summary{}); refused && !errors.Is(err, errFull) {
			t.Fatalf("room %d: closing says %v", room, err)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	const secret = "k3y/with+odd=chars&more"
	m := meta()
	m.Secrets = []string{secret, "short", ""}
	dir := t.TempDir()
	a, err := Open(dir, m, "d")
	must(t, err)
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, before := range []string{"", "a", "ab", "abc", "user:"} {
		for _, after := range []string{"", "z", "zz"} {
			forms = append(forms, base64.StdEncoding.EncodeToString([]byte(before+secret+after)), base64.RawURLEncoding.EncodeToString([]byte(before+secret+after)))
		}
	}
	var outcomes []plan.Outcome
	for i, form := range forms {
		c := sample(i)
		c.Reason = "<" + form + ">"
		o := plan.Outcome{Change: c, Status: plan.Failed, Err: "says " + form, Response: "500 " + form, Attempts: 1}
		must(t, a.Begin(c))
		must(t, a.End(o))
		outcomes = append(outcomes, o)
	}
	must(t, a.WriteFile(PageFile, []byte(strings.Join(forms, "\n"))))
	must(t, a.Close(Summary{Outcomes: outcomes, Errors: forms, VerifyErr: secret}))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		must(t, err)
		middle := base64.StdEncoding.EncodeToString([]byte(secret))[8:20]
		for _, bad := range []string{secret, url.QueryEscape(secret), "with+odd", "with%2Bodd", middle} {
			if bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s holds %s", filepath.Base(name), bad)
			}
		}
		if strings.HasSuffix(name, ".json") && !json.Valid(text) {
			t.Errorf("%s is no JSON any more", name)
		}
	}
}

func TestCell(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"plain", "plain"},
		{"", ""},
		{"–", "–"},
		{"a=b", "a=b"},
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "' =1"},
		{"\r=1", "' =1"},
		{"  =1", "'  =1"},
		{`"=1`, `'"=1`},
		{" ' =1", "' ' =1"},
		{"\n=1", "' =1"},
		{"\u200b=1", `'\u200b=1`},
		{"＝1", "'＝1"},
		{"a\nb", "a b"},
		{"a\x00b\x1b", `a\u0000b\u001b`},
		{"\u202eevil", `\u202eevil`},
		{"\xff", "\uFFFD"},
	}
	for _, tc := range cases {
		if got := cell(tc.in); got != tc.want {
			t.Errorf("cell(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestFormulasInRows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := meta()
	m.Actor = "=actor()"
	a, err := Open(dir, m, "d")
	must(t, err)
	c := sample(1)
	c.Person, c.Ref.Name = `=HYPERLINK("x")`, "a\",b\n=c"
	c.Fields = []plan.Field{{Name: "+f", Before: "", After: "-1"}}
	o := done(c)
	o.Response = "@x"
	must(t, a.Close(Summary{Outcomes: []plan.Outcome{o}}))
	for _, row := range table(t, dir, SuccessFile) {
		for column, text := range row {
			if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r") {
				t.Errorf("%s: %q would be run", column, text)
			}
		}
		if row["Object"] != `profile a",b =c` {
			t.Errorf("object %q", row["Object"])
		}
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	c := func(kind plan.Kind, op plan.Op, more func(*plan.Change)) plan.Change {
		x := plan.Change{Domain: plan.Users, Op: op, Ref: plan.Ref{Kind: kind, Name: "Team"}}
		if more != nil {
			more(&x)
		}
		return x
	}
	person := func(x *plan.Change) { x.Person, x.Ref.Name = "a@x.io", "a@x.io" }
	leaver := func(x *plan.Change) { x.Leaver = "l@x.io" }
	manager := func(x *plan.Change) { x.Fields = []plan.Field{{Name: "team manager", After: "m@x.io"}} }
	fallback := func(x *plan.Change) { x.Cause = state.CauseNoManager }
	both := func(fs ...func(*plan.Change)) func(*plan.Change) {
		return func(x *plan.Change) {
			for _, f := range fs {
				f(x)
			}
		}
	}
	cases := []struct {
		change        plan.Change
		action, email string
	}{
		{c(plan.KindField, plan.Create, nil), "Create Custom Field", ""},
		{c(plan.KindGroup, plan.Create, nil), "Create Group", ""},
		{c(plan.KindGroup, plan.Create, func(x *plan.Change) { x.Ref.Name = "Sam (sam@x.io)" }), "Create Group", ""},
		{c(plan.KindGroup, plan.Update, nil), "Rename Group", ""},
		{c(plan.KindGroup, plan.Delete, nil), "Delete Group", ""},
		{c(plan.KindGroup, plan.Delete, leaver), "Delete Manager Group", ""},
		{c(plan.KindPerson, plan.Create, person), "Invite", "a@x.io"},
		{c(plan.KindPerson, plan.Update, person), "Reactivate", "a@x.io"},
		{c(plan.KindPerson, plan.Update, both(person, func(x *plan.Change) { x.Phase = plan.Deactivate })), "Deactivate", "a@x.io"},
		{c(plan.KindProfile, plan.Delete, person), "Update Profile", "a@x.io"},
		{c(plan.KindMembership, plan.Create, person), "Add to Group", "a@x.io"},
		{c(plan.KindMembership, plan.Create, both(person, leaver)), "Pre-Deactivation Reassign", "a@x.io"},
		{c(plan.KindMembership, plan.Delete, person), "Remove from Group", "a@x.io"},
		{c(plan.KindManager, plan.Create, person), "Assign Direct Mgr", "a@x.io"},
		{c(plan.KindManager, plan.Create, both(person, fallback)), "Fallback Assignment", "a@x.io"},
		{c(plan.KindManager, plan.Create, both(person, leaver)), "Pre-Deactivation Reassign", "a@x.io"},
		{c(plan.KindManager, plan.Create, manager), "Assign Group Mgr", "m@x.io"},
		{c(plan.KindManager, plan.Create, both(manager, fallback)), "Auto-Fix Group Mgr", "m@x.io"},
		{c(plan.KindManager, plan.Delete, person), "Wipe Role", "a@x.io"},
		{c(plan.KindProject, plan.Create, func(x *plan.Change) { x.Domain = plan.Time }), "Create Project", ""},
		{c(plan.KindEntry, plan.Create, func(x *plan.Change) { x.Domain = plan.Time }), "Create Time Entry", ""},
		{c(plan.KindEntry, plan.Update, nil), "Update Time Entry", ""},
		{c(plan.KindEntry, plan.Delete, nil), "Delete Time Entry", ""},
	}
	for _, tc := range cases {
		r := record(tc.change)
		if got := action(r); got != tc.action {
			t.Errorf("%s %s: action %q, want %q", tc.change.Op, tc.change.Ref.Kind, got, tc.action)
		}
		if got := email(r); got != tc.email {
			t.Errorf("%s: email %q, want %q", tc.action, got, tc.email)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := meta()
	m.Run = "../../2026-11-21T12:00:00Z evil"
	a, err := Open(dir, m, "d")
	must(t, err)
	for _, bad := range []string{"", ".", "..", "../x", `a\b`, "a:b", JournalFile} {
		if a.WriteFile(bad, nil) == nil {
			t.Errorf("wrote a file called %q", bad)
		}
	}
	// not finished: the next run keeps the journal under a name that is safe everywhere
	_, err = Open(dir, m, "d")
	must(t, err)
	names, err := os.ReadDir(dir)
	must(t, err)
	if !slices.ContainsFunc(names, func(e os.DirEntry) bool { return e.Name() == "journal-..-..-2026-11-21T12-00-00Z-evil.jsonl" }) {
		t.Errorf("files: %v", names)
	}

	// a link in the folder leads nowhere
	outside := filepath.Join(t.TempDir(), "victim")
	must(t, os.WriteFile(outside, []byte("keep"), 0o644))
	linked := t.TempDir()
	must(t, os.Symlink(outside, filepath.Join(linked, RunFile)))
	b, err := Open(linked, meta(), "d")
	must(t, err)
	must(t, b.Close(Summary{}))
	if text, _ := os.ReadFile(outside); string(text) != "keep" {
		t.Error("a link led out of the folder")
	}
}

// BenchmarkJournal shows what a change costs: two lines, each with one write, with and without waiting for the disk.
func BenchmarkJournal(b *testing.B) {
	for _, fsync := range []bool{false, true} {
		b.Run(fmt.Sprintf("fsync=%t", fsync), func(b *testing.B) {
			m := meta()
			m.Fsync = fsync
			a, err := Open(b.TempDir(), m, "d")
			if err != nil {
				b.Fatal(err)
			}
			c := sample(1)
			for b.Loop() {
				if err := errors.Join(a.Begin(c), a.End(done(c))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

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
	"regexp"
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
	return Meta{
		About:  About{Run: "77-1", Command: "apply", Actor: "octo", Commit: "4f2d9aa", Approver: "rev on #7", PullRequest: "acme/people#7"},
		Reason: func(c plan.Change) string { return c.CauseAbout }, Now: func() time.Time { return noon },
	}
}

func sample(i int) plan.Change {
	email := fmt.Sprintf("p%d@example.com", i)
	return plan.Change{
		ID: fmt.Sprintf("%016x", i), Domain: plan.Users, Phase: plan.Profiles, Op: plan.Update, Person: email,
		Ref: plan.Ref{Workspace: "Acme", Kind: plan.KindProfile, Name: email}, Fields: []plan.Field{{Name: "capacity", Before: "PT8H", After: "PT7H30M"}},
	}
}

func done(c plan.Change) plan.Outcome {
	return plan.Outcome{Change: c, Status: plan.Done, HTTPStatus: 200, Attempts: 1, Started: noon, Duration: 120 * time.Millisecond}
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
	const columns = "Email,Action,Details,Status,Response,Time,Run,Domain,Phase,Object,Before,After,Attempts,Duration,Digest,Actor,Commit,Approver,PullRequest"
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
	folder := filepath.Join(t.TempDir(), "deep", "clockify-audit")
	a, err := Open(folder, meta(), "d1")
	must(t, err)
	dir := filepath.Join(folder, a.Folder())
	failed := plan.Outcome{Change: sample(2), Status: plan.Failed, Err: "change manager: 403 501 Access Denied", HTTPStatus: 403, Response: "403 501 Access Denied", Attempts: 1, Started: noon}
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
	must(t, a.Close(Summary{Outcomes: outcomes, ExitCode: 1, ApprovalDigest: "a1", Calls: plan.Calls{Made: 9, Needed: 7}, Started: noon, Finished: noon.Add(time.Minute)}))

	want := []map[string]string{{
		"Email": "p1@example.com", "Action": "Update Profile", "Details": "capacity: PT8H -> PT7H30M", "Status": "200", "Response": "",
		"Time": "2026-11-21T12:00:00Z", "Run": "77-1", "Domain": "users", "Phase": "profiles", "Object": "profile p1@example.com",
		"Before": "capacity: PT8H", "After": "capacity: PT7H30M", "Attempts": "1", "Duration": "0.120", "Digest": "d1", "Actor": "octo", "Commit": "4f2d9aa", "Approver": "rev on #7", "PullRequest": "acme/people#7",
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

// kill ends a run as the end of its process does.
func kill(t *testing.T, a *Audit) {
	t.Helper()
	must(t, errors.Join(a.journal.Close(), a.release()))
}

// completed completes a run of a folder, and returns the folder and what was found.
func completed(t *testing.T, dir, name string) Completed {
	t.Helper()
	c, err := Complete(dir, name)
	must(t, err)
	return c
}

// TestKilledLeaves: of a run that was killed run.json lists what it did not come to, as its plan.json tells: equal changes
// are as many as they are.
func TestKilledLeaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.WriteFile(PlanFile, fmt.Appendf(nil, `{"approval_digest":"a1","changes":[{"id":%q,"name":"one"},{"id":%[1]q,"name":"its double"},{"id":"later","op":"delete","kind":"group","name":"Old"}]}`, sample(1).ID)))
	must(t, a.Begin(sample(1)))
	must(t, a.End(done(sample(1))))
	kill(t, a)
	if c := completed(t, dir, a.Folder()); c.Done != 1 || c.NotTried != 2 {
		t.Errorf("%+v", c)
	}
	var r run
	must(t, json.Unmarshal([]byte(read(t, filepath.Join(dir, a.Folder()), RunFile)), &r))
	want := []notTried{{sample(1).ID, plan.NotTried, "", "", "", "its double"}, {"later", plan.NotTried, "", plan.Delete, "group", "Old"}}
	if diff := cmp.Diff(want, r.NotTried); diff != "" || r.ApprovalDigest != "a1" || r.Totals["not_tried"] != 2 {
		t.Errorf("%+v (-want +got):\n%s", r, diff)
	}
}

func TestNothingDone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Close(Summary{}))
	if n := len(table(t, filepath.Join(dir, a.Folder()), SuccessFile)) + len(table(t, filepath.Join(dir, a.Folder()), ErrorFile)); n != 0 {
		t.Errorf("%d rows of no change", n)
	}
	if c := completed(t, dir, a.Folder()); !c.Already || c.Run != "77-1" || c.ExitCode != "0" {
		t.Errorf("a run that ended: %+v", c)
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
				o.Status, o.HTTPStatus, o.Response, o.Err = plan.Failed, 403, "403", "no"
			}
			must(t, a.End(o))
		}
	}
	kill(t, a)
	journal := read(t, filepath.Join(whole, a.Folder()), JournalFile)
	begin := strings.Index(journal, "\n") + 1
	for cut := begin; cut <= len(journal); cut += 7 {
		dir := t.TempDir()
		run := filepath.Join(dir, a.Folder())
		text := journal[:cut]
		must(t, os.Mkdir(run, 0o755))
		must(t, os.WriteFile(filepath.Join(run, JournalFile), []byte(text), 0o644))
		c := completed(t, dir, a.Folder())
		lines := 0
		for _, l := range strings.Split(text, "\n") {
			if strings.HasPrefix(l, `{"event":"begin"`) && json.Valid([]byte(l)) {
				lines++
			}
		}
		success, failure := table(t, run, SuccessFile), table(t, run, ErrorFile)
		if n := len(success) + len(failure); n != lines || c.Done+c.Failed+c.Unknown != n {
			t.Fatalf("cut at %d: %d changes were begun, the logs have %d, completing says %+v", cut, lines, n, c)
		}
	}
	if list, err := List(whole); err != nil || len(list) != 1 || !list[0].Open || list[0].Done != 1 || list[0].Unknown != 1 {
		t.Errorf("before it is completed: %+v, %v", list, err)
	}
	if c := completed(t, whole, a.Folder()[len(a.Folder())-4:]); c.Already || c.Done != 1 || c.Failed != 1 || c.Unknown != 1 || c.Run != "77-1" {
		t.Errorf("completed: %+v", c)
	}
	last := table(t, filepath.Join(whole, a.Folder()), ErrorFile)
	if got := last[len(last)-1]; got["Status"] != "unknown" || got["Email"] != "p2@example.com" || got["Time"] != "2026-11-21T12:00:00Z" || got["Digest"] != "d" || got["PullRequest"] != "acme/people#7" {
		t.Errorf("the change that was begun: %v", got)
	}
	if list, err := List(whole); err != nil || len(list) != 1 || list[0].Open || list[0].ExitCode != "" {
		t.Errorf("after it was completed: %+v, %v", list, err)
	}
	if c := completed(t, whole, a.Folder()); !c.Already {
		t.Errorf("completed twice: %+v", c)
	}
}

// tree returns every file below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	}))
	return files
}

// TestRuns makes runs that end, are killed and are completed, in one folder: each adds files and lines, and none changes
// what is there.
func TestRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := map[string]string{}
	nothingLost := func(what string) {
		t.Helper()
		now := tree(t, dir)
		for name, text := range before {
			if filepath.Base(name) == RunsFile && strings.HasPrefix(now[name], text) {
				continue
			}
			if now[name] != text {
				t.Errorf("%s changed %s", what, name)
			}
		}
		before = now
	}
	var folders []string
	for i := range 4 {
		a, err := Open(dir, meta(), "d") // all in one second, of one plan
		must(t, err)
		folders = append(folders, a.Folder())
		must(t, a.WriteFile(PlanFile, []byte("{}\n")))
		must(t, a.Begin(sample(i)))
		if i%2 == 0 {
			must(t, a.End(done(sample(i))))
			must(t, a.Close(Summary{Outcomes: []plan.Outcome{done(sample(i))}, ExitCode: 3}))
		} else {
			kill(t, a)
		}
		nothingLost("run " + a.Folder())
	}
	must(t, os.WriteFile(filepath.Join(dir, "plan.json"), []byte("{}"), 0o644)) // of a plan
	for _, i := range []int{3, 1} {
		killed := filepath.Join(dir, folders[i])
		for name := range before {
			if filepath.Dir(name) == killed && filepath.Base(name) != JournalFile && filepath.Base(name) != PlanFile {
				t.Errorf("a killed run has %s", name)
			}
		}
		completed(t, dir, folders[i])
		nothingLost("completing " + folders[i])
	}
	list, err := List(dir)
	must(t, err)
	got := map[string]string{}
	for _, l := range list {
		got[l.Folder] = fmt.Sprintf("%s %d %d %t", l.ExitCode, l.Done, l.Unknown, l.Open)
	}
	want := map[string]string{folders[0]: "3 1 0 false", folders[1]: " 0 1 false", folders[2]: "3 1 0 false", folders[3]: " 0 1 false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}

	// A line that was cut off, one of another program: what can be read is, and the next line stands by itself.
	runs := filepath.Join(dir, RunsFile)
	must(t, os.WriteFile(runs, []byte(before[runs]+"hello\n2026-11-21T120000Z-app"), 0o644))
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Close(Summary{}))
	if list, err := List(dir); err != nil || len(list) != 5 || slices.ContainsFunc(list, func(l Listed) bool { return l.Open }) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestCompleteNothing(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "typo")
	if _, err := Complete(nowhere, "x"); err == nil {
		t.Error("completed a run of no folder")
	}
	if _, err := List(nowhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("listing no folder: %v", err)
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("a folder was made")
	}
	dir := t.TempDir()
	for _, name := range []string{"", ".", "..", "typo", "2026-11-21T120000Z-apply-0000"} {
		if _, err := Complete(dir, name); err == nil {
			t.Errorf("completed %q, which is not there", name)
		}
	}
	for i := range 2 {
		run := filepath.Join(dir, fmt.Sprintf("2026-11-21T120000Z-apply-000%d", i))
		must(t, os.Mkdir(run, 0o755))
		must(t, os.WriteFile(filepath.Join(run, JournalFile), []byte(`{"event":"open","version":9}`+"\n"), 0o644))
	}
	if _, err := Complete(dir, "0001"); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("a journal of a later version: %v", err)
	}
	if _, err := Complete(dir, "apply"); err == nil || !strings.Contains(err.Error(), "2 runs are named") {
		t.Errorf("a name that two runs have: %v", err)
	}
	if got := len(tree(t, dir)); got != 2 {
		t.Errorf("%d files, want the two journals", got)
	}
}

// TestRunning: a run that has not ended is neither completed nor taken for one that was killed.
func TestRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Begin(sample(1)))
	before := tree(t, dir)
	if list, err := List(dir); err != nil || len(list) != 1 || !list[0].Open || !list[0].Running {
		t.Errorf("while it runs: %+v, %v", list, err)
	}
	if _, err := Complete(dir, a.Folder()); err == nil || !strings.Contains(err.Error(), "is still running") {
		t.Errorf("completing it says %v", err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("files were changed:\n%s", diff)
	}
	kill(t, a)
	if list, err := List(dir); err != nil || len(list) != 1 || !list[0].Open || list[0].Running {
		t.Errorf("once it was killed: %+v, %v", list, err)
	}
	if c := completed(t, dir, a.Folder()); c.Already || c.Unknown != 1 {
		t.Errorf("completed: %+v", c)
	}
}

// TestEndOverCompletion completes a run that is still running where there are no locks: its own end counts, in every file.
func TestEndOverCompletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Begin(sample(1)))
	must(t, a.release())
	a.running = nil
	if c := completed(t, dir, a.Folder()); c.Unknown != 1 {
		t.Errorf("completed: %+v", c)
	}
	must(t, a.End(done(sample(1))))
	must(t, a.Close(Summary{Outcomes: []plan.Outcome{done(sample(1))}}))
	list, err := List(dir)
	if err != nil || len(list) != 1 || list[0].ExitCode != "0" || list[0].Done != 1 || list[0].Unknown != 0 {
		t.Errorf("listed as %+v, %v", list, err)
	}
	run := filepath.Join(dir, a.Folder())
	if good, bad := len(table(t, run, SuccessFile)), len(table(t, run, ErrorFile)); good != 1 || bad != 0 {
		t.Errorf("%d rows of success and %d of errors, want 1 and 0", good, bad)
	}
	if c := completed(t, dir, a.Folder()); !c.Already || c.ExitCode != "0" {
		t.Errorf("completed again: %+v", c)
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
	kill(t, a)
	if c := completed(t, dir, a.Folder()); c.Done != 1 || c.Unknown != 1 {
		t.Errorf("%+v, want one done and one unknown", c)
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
	run := filepath.Join(dir, a.Folder())
	if got := len(table(t, run, SuccessFile)); got != n {
		t.Errorf("%d rows, want %d", got, n)
	}
	h, err := readJournal([]byte(read(t, run, JournalFile)))
	must(t, err)
	open := slices.ContainsFunc(h.entries, func(e entry) bool { return e.Status != plan.Done })
	if lines := strings.Count(read(t, run, JournalFile), "\n"); lines != 2*n+2 || len(h.entries) != n || open || h.exit == nil {
		t.Errorf("journal: %d lines, %d entries, one without its end: %t, exit code %v", lines, len(h.entries), open, h.exit)
	}
}

var errFull = errors.New("no space left on device")

// full is a folder whose disk holds only so many bytes more.
func full(f folder, room *int) folder {
	f.wrap = func(inner file) file { return &fullFile{inner, room} }
	return f
}

type fullFile struct {
	file
	room *int
}

func (f *fullFile) Write(text []byte) (int, error) {
	n, _ := f.file.Write(text[:min(len(text), *f.room)])
	*f.room -= n
	if n < len(text) {
		return n, errFull
	}
	return n, nil
}

func (f *fullFile) Sync() error { return nil }

// TestDiskFull lets the disk be full at every byte of a run: no change is let through after the journal had failed, and a
// run of which a file is missing is never listed as one that ended, nor has its journal a closing line.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	ended := false
	for room := 0; !ended; room += 7 {
		dir := t.TempDir()
		inner, err := openFolder(dir)
		must(t, err)
		left := room
		a, err := start(full(inner, &left), meta(), "d")
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
		err = a.Close(Summary{})
		ended = err == nil
		if !ended && !errors.Is(err, errFull) {
			t.Fatalf("room %d: closing says %v", room, err)
		}
		run := filepath.Join(dir, a.Folder())
		h, err := readJournal([]byte(read(t, run, JournalFile)))
		must(t, err)
		all := true
		for _, name := range []string{SuccessFile, ErrorFile, RunFile} {
			_, err := os.Stat(filepath.Join(run, name))
			all = all && err == nil
		}
		list, err := List(dir)
		must(t, err)
		if (h.exit != nil || !list[0].Open) && (refused || !all) {
			t.Fatalf("room %d: the journal is closed: %t, listed as open: %t; a line was refused: %t, all files there: %t", room, h.exit != nil, list[0].Open, refused, all)
		}
		if ended && h.exit == nil {
			t.Fatalf("room %d: it is said to have ended, and the journal is not closed", room)
		}
		if list[0].Open { // with room again, it is completed
			plenty := 1 << 20
			again, err := openFolder(dir)
			must(t, err)
			c, err := complete(full(again, &plenty), a.Folder())
			must(t, err)
			if c.Done != len(h.entries) && c.Done+c.Unknown != len(h.entries) {
				t.Fatalf("room %d: completed %+v of %d entries", room, c, len(h.entries))
			}
		}
	}
}

// TestFullAtTheEnd: where the other files find no room, the journal says so.
func TestFullAtTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir, meta(), "d")
	must(t, err)
	must(t, a.Begin(sample(1)))
	must(t, a.End(done(sample(1))))
	none := 0
	a.folder = full(a.folder, &none)
	if err := a.Close(Summary{Outcomes: []plan.Outcome{done(sample(1))}}); !errors.Is(err, errFull) {
		t.Errorf("closing says %v", err)
	}
	journal := read(t, filepath.Join(dir, a.Folder()), JournalFile)
	if !strings.Contains(journal, `{"event":"incomplete"`) || !strings.Contains(journal, errFull.Error()) || strings.Contains(journal, `"close"`) {
		t.Errorf("journal:\n%s", journal)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	const secret = "k3y/with+odd=chars&more"
	const quoted = `qu"ote;=d,key`
	m := meta()
	m.Secrets = []string{secret, quoted, "short", ""}
	folder := t.TempDir()
	a, err := Open(folder, m, "d")
	must(t, err)
	dir := filepath.Join(folder, a.Folder())
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, before := range []string{"", "a", "ab", "abc", "user:"} {
		for _, after := range []string{"", "z", "zz"} {
			forms = append(forms, base64.StdEncoding.EncodeToString([]byte(before+secret+after)), base64.RawURLEncoding.EncodeToString([]byte(before+secret+after)))
		}
	}
	var outcomes []plan.Outcome
	for i, form := range forms {
		c := sample(i)
		c.CauseAbout = "<" + form + ">"
		c.Person = quoted
		o := plan.Outcome{Change: c, Status: plan.Failed, Err: "says " + form, Response: "500 " + form, HTTPStatus: 500, Attempts: 1}
		must(t, a.Begin(c))
		must(t, a.End(o))
		outcomes = append(outcomes, o)
	}
	must(t, a.WriteFile(PageFile, []byte(strings.Join(forms, "\n"))))
	must(t, a.Close(Summary{Outcomes: outcomes, Errors: forms, VerifyErr: secret}))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	names = append(names, filepath.Join(folder, RunsFile))
	for _, name := range names {
		text, err := os.ReadFile(name)
		must(t, err)
		middle := base64.StdEncoding.EncodeToString([]byte(secret))[8:20]
		for _, bad := range []string{secret, url.QueryEscape(secret), "with+odd", "with%2Bodd", middle, "ote;", `qu""`, `qu\"`} {
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
		{"a;=1", "a;'=1"},
		{"a,=1|@x", "a,'=1|'@x"},
		{`a; "=1`, `a;' "=1`},
		{"a;\t+1", "a;' +1"},
		{"a\t=1", "a =1"},
		{"a; b, c - d", "a; b, c - d"},
		{"capacity: PT8H -> PT7H; x", "capacity: PT8H -> PT7H; x"},
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
	for _, row := range table(t, filepath.Join(dir, a.Folder()), SuccessFile) {
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
		{c(plan.KindTag, plan.Create, func(x *plan.Change) { x.Domain = plan.Time }), "Create Tag", ""},
		{c(plan.KindTask, plan.Create, func(x *plan.Change) { x.Domain = plan.Time }), "Create Task", ""},
		{c(plan.KindEntry, plan.Create, func(x *plan.Change) { x.Domain = plan.Time }), "Create Time Entry", ""},
		{c(plan.KindEntry, plan.Update, nil), "Update Time Entry", ""},
		{c(plan.KindEntry, plan.Delete, nil), "Delete Time Entry", ""},
	}
	for _, tc := range cases {
		if got := action(&tc.change); got != tc.action {
			t.Errorf("%s %s: action %q, want %q", tc.change.Op, tc.change.Ref.Kind, got, tc.action)
		}
		if got := email(&tc.change); got != tc.email {
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
	m.Command = "../evil"
	evil, err := Open(dir, m, "d")
	must(t, err)
	if !regexp.MustCompile(`^2026-11-21T120000Z-[0-9a-f]{4}$`).MatchString(evil.Folder()) {
		t.Errorf("folder %s", evil.Folder())
	}

	// a link in the folder leads nowhere
	outside := filepath.Join(t.TempDir(), "victim")
	must(t, os.WriteFile(outside, []byte("keep"), 0o644))
	linked := t.TempDir()
	must(t, os.Symlink(outside, filepath.Join(linked, RunsFile)))
	b, err := Open(linked, meta(), "d")
	must(t, err)
	must(t, os.Symlink(outside, filepath.Join(linked, b.Folder(), RunFile)))
	if b.Close(Summary{}) == nil {
		t.Error("wrote the list of runs through a link")
	}
	if text, _ := os.ReadFile(outside); string(text) != "keep" {
		t.Error("a link led out of the folder")
	}
}

// BenchmarkJournal shows what a change costs: two lines, each with one write.
func BenchmarkJournal(b *testing.B) {
	a, err := Open(b.TempDir(), meta(), "d")
	if err != nil {
		b.Fatal(err)
	}
	c := sample(1)
	for b.Loop() {
		if err := errors.Join(a.Begin(c), a.End(done(c))); err != nil {
			b.Fatal(err)
		}
	}
}

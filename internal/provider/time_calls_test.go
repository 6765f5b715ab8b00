package provider_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// onceTime are the calls a sync's two workspaces cost once, however many syncs share them: the key's workspaces, and the
// projects of both sides.
const onceTime = 3

// many books n entries, a minute each.
func many(n int) func(o *office, home, theirs *sandbox.Workspace) {
	return func(o *office, home, theirs *sandbox.Workspace) {
		start := o.now.Add(-6 * 24 * time.Hour)
		for i := range n {
			home.AddEntry(o.ann, home.Projects[0].ID, fmt.Sprintf("work %d", i), start.Add(time.Duration(i)*time.Minute), time.Minute)
		}
	}
}

// An idle sync costs its workspaces' calls once, and two of its own where a side's entries fit a page.
func TestTimeIdleCalls(t *testing.T) {
	t.Parallel()
	for _, linked := range []bool{false, true} {
		o := newOffice(t, many(900))
		s := o.sync()
		once := onceTime
		if linked {
			s = o.linked()
			once++ // the destination's custom fields
		}
		if _, failed := o.run(s); failed != nil {
			t.Fatal(failed)
		}
		o.settled(s)
		if n := o.Total(); n > once+2 {
			t.Errorf("linked=%t: an idle sync makes %d calls, want %d at most: %v", linked, n, once+2, o.Calls())
		}
	}
}

// Five syncs that share their workspaces share what is read of them, also when they read side by side.
func TestTimeSyncsShareReads(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		tag := home.AddTag("dev")
		theirs.AddTag("dev")
		o.book(home, 20, "09:00", time.Hour, "plan").TagIDs = []string{tag}
	})
	home := o.workspace(o.home)
	theirs := o.workspaceOf(o.theirs, home.Account)
	o.ResetCalls()
	done := make(chan error)
	const syncs = 5
	for i := range syncs {
		go func() {
			s := o.sync()
			s.Name = fmt.Sprint(i)
			_, err := remoteTime(home, theirs).Read(t.Context(), s, o.now, differs(s))
			done <- err
		}()
	}
	for range syncs {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if n, most := o.Total(), onceTime+5+2*syncs; n > most { // and whose the key is, its roles, the tags of both and the fields
		t.Errorf("%d calls, want %d at most: %v", n, most, o.Calls())
	}
}

// What was written is read again, and so is what others wrote meanwhile, through the same Workspace.
func TestTimeReadsAnewAfterWriting(t *testing.T) {
	t.Parallel()
	o := newOffice(t, equals(1))
	home, theirs := o.workspace(o.home), o.workspace(o.theirs)
	read := func() (*plan.Plan, []string) {
		tm := remoteTime(home, theirs)
		l, err := tm.Read(t.Context(), o.sync(), o.now, differs(o.sync()))
		if err != nil {
			t.Fatal(err)
		}
		p := computeTime(o.sync(), l...)
		return p, do(tm, p, false)
	}
	if _, failed := read(); failed != nil {
		t.Fatal(failed)
	}
	o.change(func(_, theirs *sandbox.Workspace) { theirs.AddProject("", "Fresh") })
	p, failed := read()
	if failed != nil || len(p.Changes) != 1 || p.Changes[0].Ref.Name != "Fresh" {
		t.Errorf("the second reading plans %v; %v", p.Changes, failed)
	}
	if p, _ := read(); !p.Empty() {
		t.Errorf("the third plans %v", p.Changes)
	}
}

// A first run writes each entry once and reads little.
func TestTimeFirstRunCalls(t *testing.T) {
	t.Parallel()
	const n = 5000
	o := newOffice(t, many(n))
	o.ResetCalls()
	if _, failed := o.run(o.sync()); failed != nil {
		t.Fatal(failed[0])
	}
	if writes := o.WriteCount(); writes != n {
		t.Errorf("%d writes for %d entries", writes, n)
	}
	if reads := o.Total() - o.WriteCount(); reads > 30 {
		t.Errorf("%d reads, want 30 at most", reads)
	}
	if got := len(o.State().Workspaces[1].Entries); got != n {
		t.Errorf("%d entries arrived, want %d", got, n)
	}
	o.settled(o.sync())
}

// An edit is one call, with every field that stays; a delete is one.
func TestTimeCallsOfChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t, many(20))
	s := o.linked()
	s.Deletes = true
	o.run(s)
	o.change(func(home, _ *sandbox.Workspace) {
		for i := range 10 {
			home.Entries[i].Description = "changed"
		}
		home.Entries = home.Entries[:19]
	})
	o.ResetCalls()
	o.run(s, true)
	if n := o.WriteCount(); n != 11 {
		t.Errorf("%d writes for ten edits and a delete", n)
	}
	reads := 0
	for _, c := range o.Calls() {
		if !c.Writes && strings.HasSuffix(c.Route, "time-entries/{entry}") {
			reads += c.N
		}
	}
	if reads != 1 {
		t.Errorf("%d single entries are read, want the source of the deleted one", reads)
	}
}

// BenchmarkReadTime reads and plans entries that are all there, and tells how much of them is kept. Most of the time goes
// into the in-memory Clockify, which makes each page of the whole list.
func BenchmarkReadTime(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			o := newOffice(b, nil)
			s := o.sync()
			s.Window = time.Duration(n+60) * time.Minute
			o.change(func(home, theirs *sandbox.Workspace) {
				for i := range n {
					at := o.now.Add(-time.Duration(i+1) * time.Minute)
					home.AddEntry(o.ann, home.Projects[0].ID, fmt.Sprintf("work %d", i), at, time.Hour)
					theirs.AddEntry(o.ann, theirs.Projects[0].ID, fmt.Sprintf("work %d", i), at, time.Hour)
				}
			})
			b.ReportAllocs()
			var grown uint64
			for b.Loop() {
				before := heap()
				l, err := o.open(s).Read(b.Context(), s, o.now, differs(s))
				if err != nil {
					b.Fatal(err)
				}
				if p := computeTime(s, l...); !p.Empty() {
					b.Fatalf("%d changes", len(p.Changes))
				}
				grown = max(grown, heap()-before)
				runtime.KeepAlive(l)
			}
			b.ReportMetric(float64(grown)/(1<<20), "MB-kept")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The state tells what a reader of the plan wants to know of the two sides.
func TestTimeState(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
		field := home.AddEntryField("Cost", "TXT")
		o.book(home, 20, "09:00", time.Hour, "plan").FieldValues = map[string]any{field: "12"}
		theirs.AddTag("dev")
		theirs.Tags = append(theirs.Tags, sandbox.Tag{ID: sandbox.ID("tag", 99), Name: "old", Archived: true})
		o.book(theirs, 20, "09:00", time.Hour, "plan").TagIDs = []string{theirs.Tags[0].ID}
	})
	l, err := o.open(o.sync()).Read(t.Context(), o.sync(), o.now, nil)
	if err != nil {
		t.Fatal(err)
	}
	src, dst := l[0].Source, l[0].Destination
	if l[0].Sync != "acme" || !l[0].To.Equal(o.now) || l[0].To.Sub(l[0].From) != 7*24*time.Hour {
		t.Errorf("the window is %s to %s", l[0].From, l[0].To)
	}
	if src.Workspace != "Home" || src.Client != "Acme" || src.User != "ann@x.io" || !src.IsKeyOwner || dst.Workspace != "Theirs" {
		t.Errorf("they are of %s (%s) of %s, and %s", src.Workspace, src.Client, src.User, dst.Workspace)
	}
	if !slices.Equal(dst.Tags, []string{"dev"}) || !slices.Equal(dst.ArchivedTags, []string{"old"}) || !slices.Equal(dst.Entries[0].Tags, []string{"dev"}) {
		t.Errorf("tags are %v, archived %v, of the entry %v", dst.Tags, dst.ArchivedTags, dst.Entries[0].Tags)
	}
	if !slices.Equal(src.Entries[0].Unmapped, []string{"custom field Cost"}) {
		t.Errorf("not carried: %v", src.Entries[0].Unmapped)
	}
	if (state.Project{Client: "Alpha", Name: "Website"}).Label() != dst.Projects[0].Label() {
		t.Errorf("projects are %v", dst.Projects)
	}
}

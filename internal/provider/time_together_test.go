package provider_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// jitter takes between 10 and 400 ms for every call, before and after it is answered.
type jitter struct {
	next http.RoundTripper
	mu   sync.Mutex
	rand *rand.Rand
}

func (j *jitter) wait() {
	j.mu.Lock()
	d := 5 + j.rand.IntN(200)
	j.mu.Unlock()
	time.Sleep(time.Duration(d) * time.Millisecond)
}

func (j *jitter) RoundTrip(r *http.Request) (*http.Response, error) {
	j.wait()
	defer j.wait()
	return j.next.RoundTrip(r)
}

// inBubble runs f in an office whose clock is that of the test, without a network.
func inBubble(t *testing.T, seed int, set func(o *office, home, theirs *sandbox.Workspace), f func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(cron[0]))
		o := &office{t: t, address: "https://clockify.test", retries: -1, now: cron[0], live: true, keys: map[string]string{}}
		o.build(set)
		o.base = &jitter{next: o.Transport(), rand: rand.New(rand.NewPCG(uint64(seed), 1))}
		f(t, o)
	})
}

// whole is all that an apply does: it reads, plans, writes, reads again and takes back what another run made too.
func (o *office) whole(s state.TimeSync) (tm *provider.Time, left *plan.Plan, failed []string) {
	tm = o.open(s)
	states, err := tm.Read(context.Background(), s, o.now, differs(s))
	if err != nil {
		return tm, nil, []string{err.Error()}
	}
	p := computeTime(s, states...)
	if p.Empty() {
		return tm, p, nil
	}
	failed = do(tm, p, false)
	for range 3 {
		states, _, err := tm.Reread(context.Background())
		if err != nil {
			return tm, nil, append(failed, err.Error())
		}
		left = computeTime(s, states...)
		doubled := *left
		doubled.Changes = slices.DeleteFunc(slices.Clone(left.Changes), func(c plan.Change) bool { return c.Cause != state.CauseDoubled })
		if doubled.Empty() {
			break
		}
		failed = append(failed, do(tm, &doubled, false)...)
	}
	return tm, left, failed
}

// Two or three runs at once, at any moment of each other, with new entries, equal ones, edits and somebody's own bookings:
// in the end everything is there as often as in the source, and nothing of anybody else's is gone.
func TestTimeRunsAtOnce(t *testing.T) {
	t.Parallel()
	for _, linked := range []bool{false, true} {
		for _, runs := range []int{2, 3} {
			for _, lost := range []bool{false, true} {
				t.Run(fmt.Sprintf("linked=%t/runs=%d/lost=%t", linked, runs, lost), func(t *testing.T) {
					t.Parallel()
					for seed := range seeds() {
						runsAtOnce(t, seed, runs, linked, lost, "", false)
					}
				})
			}
		}
	}
}

// The same where lists lag behind: those with a window alone, or all.
func TestTimeRunsAtOnceWhereListsLag(t *testing.T) {
	t.Parallel()
	for _, lagging := range []string{"3s", "10s", "20s", "45s"} {
		for _, all := range []bool{false, true} {
			for _, linked := range []bool{false, true} {
				for _, runs := range []int{2, 3} {
					t.Run(fmt.Sprintf("%s/all=%t/linked=%t/runs=%d", lagging, all, linked, runs), func(t *testing.T) {
						t.Parallel()
						for seed := range max(1, seeds()/6) {
							runsAtOnce(t, seed, runs, linked, seed%2 == 1, lagging, all)
						}
					})
				}
			}
		}
	}
}

func runsAtOnce(t *testing.T, seed, runs int, linked, lost bool, lagging string, all bool) {
	t.Helper()
	booked := func(o *office, home, theirs *sandbox.Workspace) {
		for i := range 4 {
			o.book(home, 19, fmt.Sprintf("%02d:00", 8+i), time.Hour, fmt.Sprintf("before %d", i))
		}
		o.book(theirs, 19, "20:00", time.Hour, "own")
	}
	inBubble(t, seed, booked, func(t *testing.T, o *office) {
		s := o.sync()
		if linked {
			s = o.linked()
		}
		if _, _, failed := o.whole(s); failed != nil {
			t.Fatalf("seed %d: the first run: %v", seed, failed)
		}
		time.Sleep(time.Minute) // what was made then is in all lists
		o.now = time.Now()
		o.change(func(home, theirs *sandbox.Workspace) {
			theirs.ListLag, theirs.AllListsLag = lagging, all
			home.Entries[0].End = home.Entries[0].End.Add(30 * time.Minute)
			home.Entries[1].Description = "edited"
			for i := range 6 {
				o.book(home, 20, fmt.Sprintf("%02d:00", 8+i), time.Hour, fmt.Sprintf("new %d", i))
			}
			for range 2 {
				o.book(home, 20, "16:00", time.Hour, "equal")
			}
			o.book(theirs, 20, "16:30", time.Hour, "own at that hour")
			if !linked { // somebody's own entry that reads like one of the source is its twin
				o.book(theirs, 20, "08:00", time.Hour, "new 0")
			}
		})
		if lost {
			o.SetFaults(sandbox.Faults{Seed: uint64(seed), Rate: 0.2, Only: []string{"POST"}, Kinds: []string{"cut_after", "cut_before", "500_after"}})
		}
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		var group sync.WaitGroup
		var mu sync.Mutex
		var failed []string
		told := 0
		for range runs {
			wait := time.Duration(r.IntN(3000)) * time.Millisecond
			group.Go(func() {
				time.Sleep(wait)
				_, left, f := o.whole(s)
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, f...)
				told += len(findings(left, state.FindingCountedTwice))
				for _, c := range left.Changes {
					failed = append(failed, fmt.Sprintf("left: %s %s", c.Op, c.Ref.Name))
				}
			})
		}
		group.Wait()
		o.SetFaults(sandbox.Faults{})
		if failed != nil {
			t.Errorf("seed %d: %v", seed, failed)
		}
		want := []string{
			"19T08:00-19T09:30 before 0", "19T09:00-19T10:00 edited", "19T10:00-19T11:00 before 2", "19T11:00-19T12:00 before 3", "19T20:00-19T21:00 own",
			"20T08:00-20T09:00 new 0", "20T09:00-20T10:00 new 1", "20T10:00-20T11:00 new 2", "20T11:00-20T12:00 new 3", "20T12:00-20T13:00 new 4", "20T13:00-20T14:00 new 5",
			"20T16:00-20T17:00 equal", "20T16:00-20T17:00 equal",
			"20T16:30-20T17:30 own at that hour",
		}
		for i := range want {
			want[i] = "Alpha / Website " + want[i]
		}
		if got := o.entries(o.theirs); all && lost && told > 0 {
			// Whose an entry is that no list shows when it is looked for is not known: it stays, and is told.
		} else if !slices.Equal(got, want) {
			t.Fatalf("seed %d: there are\n%s", seed, strings.Join(got, "\n"))
		}
		time.Sleep(time.Minute)
		if p := computeTime(s, must(o.open(s).Read(context.Background(), s, o.now, nil))...); !p.Empty() {
			t.Fatalf("seed %d: a further run would %v", seed, p.Changes)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// seeds is how many moments of each other runs are tried at: fifty where CLOCKIFY_TESTS is full.
func seeds() int {
	if os.Getenv("CLOCKIFY_TESTS") == "full" {
		return 50
	}
	return 12
}

// What somebody books within the seconds of a lost answer is theirs, though it has the content that was sent: it is not taken
// back when it differs in anything, nor when it came after what was found, and is told as counting twice.
func TestTimeLostAnswerAndSomebodysOwn(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		faults string
		own    func(theirs *sandbox.Workspace, e *sandbox.Entry)
		left   int
	}{
		{"a tag, made", "only=POST,kinds=cut_after,times=1", func(theirs *sandbox.Workspace, e *sandbox.Entry) { e.TagIDs = []string{theirs.AddTag("mine")} }, 2},
		{"billable, made", "only=POST,kinds=cut_after,times=1", func(_ *sandbox.Workspace, e *sandbox.Entry) { e.Billable = true }, 2},
		{"a field, made", "only=POST,kinds=cut_after,times=1", func(theirs *sandbox.Workspace, e *sandbox.Entry) {
			theirs.AddEntryField("Cost", "TXT")
			e.FieldValues = map[string]any{theirs.CustomFields[0].ID: "12"}
		}, 2},
		{"nothing, made", "only=POST,kinds=cut_after,times=1", func(*sandbox.Workspace, *sandbox.Entry) {}, 2},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, _ *sandbox.Workspace) { o.book(home, 20, "09:00", time.Hour, "plan") })
			f, err := sandbox.ParseFaults(tc.faults)
			if err != nil {
				t.Fatal(err)
			}
			o.SetFaults(f)
			s := o.sync()
			tm, p := o.plan(s)
			if failed := do(tm, p, false); failed != nil {
				t.Fatal(failed)
			}
			const own = "fffffffffffffffffffffff1" // came later
			o.change(func(_, theirs *sandbox.Workspace) {
				e := o.book(theirs, 20, "09:00", time.Hour, "plan")
				e.ID = own
				tc.own(theirs, e)
			})
			states, _, err := tm.Reread(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			left := computeTime(s, states...)
			if failed := do(tm, left, false); failed != nil {
				t.Fatal(failed)
			}
			if got := o.entries(o.theirs); len(got) != tc.left {
				t.Errorf("%d entries are left, want %d: %v", len(got), tc.left, got)
			}
			if tc.left == 2 && len(findings(left, state.FindingCountedTwice)) != 1 {
				t.Errorf("the entry that is there beside it is not told: %+v", left.Findings)
			}
		})
	}
}

// An entry that is found where one was not made is somebody's own, if it differs from what was sent: it stands for it, and is never
// counted as made.
func TestTimeLostAnswerFindsSomebodysOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) { o.book(home, 20, "09:00", time.Hour, "plan") })
	f, err := sandbox.ParseFaults("only=POST,kinds=cut_before")
	if err != nil {
		t.Fatal(err)
	}
	s := o.sync()
	tm, p := o.plan(s)
	o.change(func(_, theirs *sandbox.Workspace) {
		o.book(theirs, 20, "09:00", time.Hour, "plan").TagIDs = []string{theirs.AddTag("mine")}
	})
	o.SetFaults(f)
	if failed := do(tm, p, false); failed != nil {
		t.Fatal(failed)
	}
	if made := tm.Made(); len(made) > 0 {
		t.Errorf("%v counts as made by this run", made)
	}
}

// lag has every list with a window miss what is new.
func lag(o *office, d string) {
	o.change(func(_, theirs *sandbox.Workspace) { theirs.ListLag = d })
}

// Lists may lag behind what was written: it is looked at by its id, and nothing is left to do.
func TestTimeListsThatLag(t *testing.T) {
	t.Parallel()
	three := func(o *office, home, theirs *sandbox.Workspace) {
		for i := range 3 {
			o.book(home, 20, fmt.Sprintf("%02d:00", 9+i), time.Hour, fmt.Sprintf("work %d", i))
		}
	}
	for _, faults := range []string{"", "only=POST,kinds=cut_after,times=1"} {
		t.Run(faults, func(t *testing.T) {
			t.Parallel()
			inBubble(t, 1, three, func(t *testing.T, o *office) {
				lag(o, "20s")
				f, err := sandbox.ParseFaults(faults)
				if err != nil {
					t.Fatal(err)
				}
				o.SetFaults(f)
				s := o.sync()
				first, left, failed := o.whole(s)
				if failed != nil || !left.Empty() {
					t.Fatalf("failed %v, left %v", failed, left.Changes)
				}
				// The next run is told what was made, and makes nothing again.
				next := o.open(s)
				next.Earlier = func() (list []provider.Earlier) {
					for _, id := range first.Made() {
						list = append(list, provider.Earlier{ID: id, Lately: true})
					}
					return list
				}
				if p := computeTime(s, must(next.Read(t.Context(), s, o.now, differs(s)))...); !p.Empty() {
					t.Errorf("the next run would make %d entries again", len(p.Changes))
				}
				if got := o.entries(o.theirs); len(got) != 3 {
					t.Errorf("%d entries are there, want 3", len(got))
				}
			})
		})
	}
}

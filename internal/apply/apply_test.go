package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/apply"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// change makes a change called id in a phase, that needs others.
func change(id string, phase plan.Phase, needs ...string) plan.Change {
	return plan.Change{ID: id, Domain: plan.Users, Phase: phase, Op: plan.Update, Ref: plan.Ref{Kind: plan.KindPerson, Name: id}, Needs: needs}
}

func gated(c plan.Change) plan.Change {
	c.Gated = true
	return c
}

// recorder is a Doer and a Journal that keeps what happened, in order.
type recorder struct {
	mu      sync.Mutex
	events  []string
	doing   int
	most    int // changes under way at once
	do      func(ctx context.Context, c plan.Change) (plan.Result, error)
	waits   func(c plan.Change) // before it may write
	begin   func(c plan.Change) error
	end     func(o plan.Outcome) error
	perhaps time.Duration // a Do takes this long
}

func (r *recorder) note(format string, args ...any) {
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

func (r *recorder) Do(ctx context.Context, c plan.Change, begin func() error) (plan.Result, error) {
	if r.waits != nil {
		r.waits(c)
	}
	if err := begin(); err != nil {
		return plan.Result{}, err
	}
	r.mu.Lock()
	r.note("do %s", c.ID)
	r.doing++
	r.most = max(r.most, r.doing)
	r.mu.Unlock()
	if r.perhaps > 0 {
		time.Sleep(r.perhaps)
	}
	receipt, err := plan.Result{Attempts: 1, Response: "200"}, error(nil)
	if r.do != nil {
		receipt, err = r.do(ctx, c)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.doing--
	return receipt, err
}

func (r *recorder) Begin(c plan.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note("begin %s", c.ID)
	if r.begin != nil {
		return r.begin(c)
	}
	return nil
}

func (r *recorder) End(o plan.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note("end %s %s", o.Change.ID, o.Status)
	if r.end != nil {
		return r.end(o)
	}
	return nil
}

func run(ctx context.Context, p *plan.Plan, r *recorder, o apply.Options) ([]plan.Outcome, error) {
	o.Now = time.Now
	return apply.Run(ctx, p, r, r, o)
}

// render shows outcomes as lines "id status: error".
func render(outcomes []plan.Outcome) string {
	var b strings.Builder
	for _, o := range outcomes {
		fmt.Fprintf(&b, "%s %s", o.Change.ID, o.Status)
		if o.Err != "" {
			fmt.Fprintf(&b, ": %s", o.Err)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

var errBroken = errors.New("broken")

func TestOutcomes(t *testing.T) {
	t.Parallel()
	fails := func(ids ...string) func(context.Context, plan.Change) (plan.Result, error) {
		return func(_ context.Context, c plan.Change) (plan.Result, error) {
			if slices.Contains(ids, c.ID) {
				return plan.Result{Attempts: 3, Response: "500"}, errBroken
			}
			return plan.Result{Attempts: 1, Response: "200"}, nil
		}
	}
	cases := []struct {
		name    string
		changes []plan.Change
		refuse  []plan.Refusal
		problem bool
		approve plan.Approval
		do      func(context.Context, plan.Change) (plan.Result, error)
		want    string
	}{
		{
			name:    "a failure stops what depends on it and nothing else",
			changes: []plan.Change{change("a", plan.Provision), change("b", plan.Provision), change("c", plan.Assign, "a"), change("d", plan.Assign, "b"), change("e", plan.Remove, "d", "c")},
			do:      fails("a"),
			want: `a failed: broken
				b done
				c skipped: needs update person a, which was not done
				d done
				e skipped: needs update person c, which was not done`,
		},
		{
			name:    "everything may fail",
			changes: []plan.Change{change("a", plan.Provision), change("b", plan.Remove)},
			do:      fails("a", "b"),
			want:    "a failed: broken\nb failed: broken",
		},
		{
			name:    "gated changes wait, and what needs them with them",
			changes: []plan.Change{gated(change("a", plan.Deactivate)), change("b", plan.Deactivate, "a"), change("c", plan.Deactivate)},
			want: `a withheld: needs approval
				b withheld: needs update person a, which is withheld
				c done`,
		},
		{
			name:    "approved ones are done, the others not",
			changes: []plan.Change{gated(change("a", plan.Cleanup)), gated(change("b", plan.Cleanup))},
			approve: plan.ApproveIDs([]string{"b"}),
			want:    "a withheld: needs approval\nb done",
		},
		{
			name:    "all are approved",
			changes: []plan.Change{gated(change("a", plan.Cleanup)), gated(change("b", plan.Cleanup, "a"))},
			approve: plan.ApproveAll(),
			want:    "a done\nb done",
		},
		{
			name:    "an approved change whose need failed is skipped",
			changes: []plan.Change{change("a", plan.Remove), gated(change("b", plan.Deactivate, "a"))},
			approve: plan.ApproveAll(), do: fails("a"),
			want: "a failed: broken\nb skipped: needs update person a, which was not done",
		},
		{
			name:    "a need that failed tells more than one that waits",
			changes: []plan.Change{gated(change("a", plan.Remove)), change("b", plan.Remove), change("c", plan.Deactivate, "a", "b")},
			do:      fails("b"),
			want: `a withheld: needs approval
				b failed: broken
				c skipped: needs update person b, which was not done`,
		},
		{
			name:    "not tried is skipped",
			changes: []plan.Change{change("a", plan.Provision), change("b", plan.Assign, "a"), change("c", plan.Assign)},
			do: func(_ context.Context, c plan.Change) (plan.Result, error) {
				if c.ID == "a" {
					return plan.Result{}, fmt.Errorf("%w: not ours", plan.ErrNotTried)
				}
				return plan.Result{Attempts: 1}, nil
			},
			want: "a skipped: not tried: not ours\nb skipped: needs update person a, which was not done\nc done",
		},
		{
			name:    "a refusal lets nothing of its domain be written",
			changes: []plan.Change{change("a", plan.Provision), gated(change("b", plan.Deactivate))},
			refuse:  []plan.Refusal{{Domain: plan.Users, Setting: "guards.max_shrink"}}, approve: plan.ApproveAll(),
			want: "a skipped: refused: nothing is written\nb skipped: refused: nothing is written",
		},
		{
			name:    "a refusal of another domain does not matter",
			changes: []plan.Change{change("a", plan.Provision)},
			refuse:  []plan.Refusal{{Domain: plan.Time, Sync: "acme"}},
			want:    "a done",
		},
		{
			name:    "a problem lets nothing be written",
			changes: []plan.Change{change("a", plan.Provision)}, problem: true,
			want: "a skipped: refused: nothing is written",
		},
		{name: "nothing to do"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := &plan.Plan{Changes: tc.changes, Refusals: tc.refuse}
			if tc.problem {
				p.Problems = append(p.Problems, state.Problem{Text: "bad row"})
			}
			r := &recorder{do: tc.do}
			told := map[string]plan.Status{}
			outcomes, err := run(t.Context(), p, r, apply.Options{Approval: tc.approve, Progress: func(o plan.Outcome) { told[o.Change.ID] = o.Status }})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(tc.want), render(outcomes)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			for _, o := range outcomes {
				tried := o.Status == plan.Done || o.Status == plan.Failed
				if did := slices.Contains(r.events, "do "+o.Change.ID); tried && !did || did && !slices.Contains(r.events, "begin "+o.Change.ID) {
					t.Errorf("%s is %s, and this happened: %v", o.Change.ID, o.Status, r.events)
				}
				if tried && (o.Attempts == 0 || o.Started.IsZero()) {
					t.Errorf("%s: attempts %d, started %v", o.Change.ID, o.Attempts, o.Started)
				}
				if told[o.Change.ID] != o.Status {
					t.Errorf("progress was told %q of %s, want %q", told[o.Change.ID], o.Change.ID, o.Status)
				}
			}
		})
	}
}

// TestNotCleared: a clearing that the server refuses is skipped for good and stops nothing; the journal has its beginning and
// its end, and the run is not called wrong.
func TestNotCleared(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{change("a", plan.Profiles), change("b", plan.Profiles)}}
	r := &recorder{do: func(_ context.Context, c plan.Change) (plan.Result, error) {
		if c.ID == "a" {
			return plan.Result{Attempts: 1, HTTPStatus: 400}, fmt.Errorf("%w: 400", plan.ErrNotCleared)
		}
		return plan.Result{Attempts: 1, HTTPStatus: 200}, nil
	}}
	outcomes, err := run(t.Context(), p, r, apply.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if a := outcomes[0]; a.Status != plan.Skipped || a.Cause != plan.ClearingRefused || a.Attempts != 1 || a.Err == "" {
		t.Errorf("the clearing is %+v", a)
	}
	if outcomes[1].Status != plan.Done || plan.Wrong(outcomes) != 0 {
		t.Errorf("%+v; %d wrong", outcomes[1], plan.Wrong(outcomes))
	}
	for _, want := range []string{"begin a", "end a"} {
		if !slices.ContainsFunc(r.events, func(e string) bool { return strings.HasPrefix(e, want) }) {
			t.Errorf("no %q in %v", want, r.events)
		}
	}
}

// TestPhases: a phase is finished before the next begins, whatever the order in the plan.
func TestPhases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plan.Plan{}
		for _, sync := range []string{"", "acme"} { // two domains joined: the second begins with the first phase again
			for i, phase := range plan.Phases {
				for n := range 3 {
					p.Changes = append(p.Changes, change(fmt.Sprintf("%d%s%d", i, sync, n), phase))
				}
			}
		}
		r := &recorder{perhaps: time.Second}
		outcomes, err := run(t.Context(), p, r, apply.Options{Workers: 4})
		if err != nil {
			t.Fatal(err)
		}
		last, ended := byte('0'), 0
		for _, e := range r.events {
			kind, id, _ := strings.Cut(e, " ")
			if kind == "end" {
				ended++
			}
			if kind == "do" && id[0] != last {
				if id[0] < last || ended%6 != 0 {
					t.Fatalf("phase %c begins after %d changes have ended: %v", id[0], ended, r.events)
				}
				last = id[0]
			}
		}
		for i, o := range outcomes {
			if o.Change.ID != p.Changes[i].ID || o.Status != plan.Done || o.Duration != time.Second {
				t.Errorf("outcome %d is %s %s after %v", i, o.Change.ID, o.Status, o.Duration)
			}
		}
		if r.most != 4 {
			t.Errorf("%d changes under way at once, want 4", r.most)
		}
	})
}

// TestNeedsWithinAPhase: what needs a change of its own phase waits for it, however few the workers.
func TestNeedsWithinAPhase(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2, 0} {
		synctest.Test(t, func(t *testing.T) {
			p := &plan.Plan{}
			for i := range 50 {
				c := change(fmt.Sprintf("c%d", i), plan.Deactivate)
				if i > 0 {
					c.Needs = []string{fmt.Sprintf("c%d", i/2)}
				}
				if i%7 == 3 {
					c.Needs = append(c.Needs, fmt.Sprintf("c%d", i-1))
				}
				p.Changes = append(p.Changes, c)
			}
			r := &recorder{perhaps: time.Second}
			if _, err := run(t.Context(), p, r, apply.Options{Workers: workers}); err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Changes {
				for _, need := range c.Needs {
					if slices.Index(r.events, "end "+need+" done") > slices.Index(r.events, "do "+c.ID) {
						t.Errorf("%s was done before %s had ended", c.ID, need)
					}
				}
			}
		})
	}
}

// TestEqualChanges: two changes that say the same are both done.
func TestEqualChanges(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{change("a", plan.Entries), change("a", plan.Entries)}}
	outcomes, err := run(t.Context(), p, &recorder{}, apply.Options{})
	if err != nil || render(outcomes) != "a done\na done\n" {
		t.Errorf("%v, %s", err, render(outcomes))
	}
}

// TestNoLineNoWrite: once the journal refuses a line, nothing further is done.
func TestNoLineNoWrite(t *testing.T) {
	t.Parallel()
	for n := range 20 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			p := &plan.Plan{}
			for i := range 20 {
				p.Changes = append(p.Changes, change(fmt.Sprintf("c%d", i), plan.Phases[i/10]))
			}
			r := &recorder{}
			begun, refusedAt := 0, -1
			r.begin = func(plan.Change) error {
				if begun++; begun > n {
					refusedAt = len(r.events)
					return errBroken
				}
				return nil
			}
			outcomes, err := run(t.Context(), p, r, apply.Options{})
			if !errors.Is(err, errBroken) {
				t.Errorf("error is %v, want the journal's", err)
			}
			if begun != n+1 {
				t.Errorf("the journal was asked %d times, want %d", begun, n+1)
			}
			for _, e := range r.events[refusedAt:] {
				id, begins := strings.CutPrefix(e, "do ")
				if begins && slices.Index(r.events, "begin "+id) >= refusedAt-1 {
					t.Errorf("%s after the journal refused", e)
				}
			}
			if got := plan.Tally(outcomes); got[plan.Done] != n || got[plan.NotTried] != 20-n {
				t.Errorf("outcomes are %v, want %d done and the others unfinished", got, n)
			}
		})
	}
}

// TestEndRefused: a journal that cannot say how a change ended lets none follow, and what was done stays done.
func TestEndRefused(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{change("a", plan.Provision), change("b", plan.Assign)}}
	outcomes, err := run(t.Context(), p, &recorder{end: func(plan.Outcome) error { return errBroken }}, apply.Options{})
	if !errors.Is(err, errBroken) {
		t.Errorf("error is %v, want the journal's", err)
	}
	if want := "a done\nb not_tried: write the journal: broken\n"; render(outcomes) != want {
		t.Errorf("outcomes are\n%swant\n%s", render(outcomes), want)
	}
}

// TestUnknown: what may have been done and may not is unknown, whatever else the error says. What needs it is left to the next
// run where this one stopped at it.
func TestUnknown(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{change("a", plan.Provision), change("b", plan.Assign, "a"), change("c", plan.Remove)}}
	r := &recorder{do: func(_ context.Context, c plan.Change) (plan.Result, error) {
		if c.ID == "a" {
			return plan.Result{Attempts: 1}, fmt.Errorf("%w: %w", plan.ErrUnknown, plan.ErrStop)
		}
		return plan.Result{Attempts: 1}, nil
	}}
	outcomes, err := run(t.Context(), p, r, apply.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := lines(`a unknown: whether it was done could not be found out: stopped early
		b not_tried: the run stopped while it did update person a
		c not_tried: whether it was done could not be found out: stopped early`)
	if diff := cmp.Diff(want, render(outcomes)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// TestStop: when no more may be tried the rest is left for the next run, what it would have needed too.
func TestStop(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{
		change("a", plan.Provision), change("b", plan.Profiles), change("c", plan.Assign, "b"), change("d", plan.Remove), gated(change("e", plan.Deactivate)),
	}}
	r := &recorder{do: func(_ context.Context, c plan.Change) (plan.Result, error) {
		if c.ID == "b" {
			return plan.Result{}, fmt.Errorf("%w: the budget is used up", plan.ErrStop)
		}
		return plan.Result{Attempts: 1}, nil
	}}
	outcomes, err := run(t.Context(), p, r, apply.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := lines(`a done
		b not_tried: stopped early: the budget is used up
		c not_tried: the run stopped before update person b
		d not_tried: stopped early: the budget is used up
		e withheld: needs approval`)
	if diff := cmp.Diff(want, render(outcomes)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// TestCancel: no new change starts, the ones under way end and count.
func TestCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := &plan.Plan{}
		for i := range 9 {
			p.Changes = append(p.Changes, change(fmt.Sprintf("c%d", i), plan.Provision))
		}
		r := &recorder{perhaps: time.Second, do: func(ctx context.Context, c plan.Change) (plan.Result, error) {
			if c.ID == "c1" { // it was waiting for its turn and has sent nothing
				return plan.Result{}, ctx.Err()
			}
			return plan.Result{Attempts: 1}, nil
		}}
		go func() {
			time.Sleep(time.Second / 2)
			cancel(errors.New("interrupted"))
		}()
		outcomes, err := run(ctx, p, r, apply.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		want := "c0 done\nc1 not_tried: context canceled\nc2 done\n"
		for i := 3; i < 9; i++ {
			want += fmt.Sprintf("c%d not_tried: interrupted\n", i)
		}
		if diff := cmp.Diff(want, render(outcomes)); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
	})
}

// TestBeginsWithTheWrite: changes that are let go and wait for their turn to write have no line yet, and where the run ends
// meanwhile they get none and are not tried.
func TestBeginsWithTheWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := &plan.Plan{}
		for i := range 40 {
			p.Changes = append(p.Changes, change(fmt.Sprintf("c%d", i), plan.Provision))
		}
		turn := make(chan struct{})
		r := &recorder{waits: func(plan.Change) { <-turn }}
		go func() {
			for range 3 {
				time.Sleep(time.Second)
				turn <- struct{}{}
			}
			synctest.Wait()
			cancel(errors.New("interrupted"))
			close(turn)
		}()
		outcomes, err := run(ctx, p, r, apply.Options{})
		if err != nil {
			t.Fatal(err)
		}
		begun := slices.DeleteFunc(slices.Clone(r.events), func(e string) bool { return !strings.HasPrefix(e, "begin ") })
		if got := plan.Tally(outcomes); len(begun) != 3 || got[plan.Done] != 3 || got[plan.NotTried] != 37 {
			t.Errorf("begun %v; outcomes %v, want 3 done and 37 not tried", begun, got)
		}
	})
}

// TestNothingToWrite: what turns out to be as asked, or wrong, without a write has both its lines.
func TestNothingToWrite(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Changes: []plan.Change{change("a", plan.Provision), change("b", plan.Assign)}}
	r := &silent{recorder{}}
	outcomes, err := apply.Run(t.Context(), p, r, r, apply.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if want := "a done\nb failed: broken\n"; render(outcomes) != want {
		t.Errorf("outcomes are\n%swant\n%s", render(outcomes), want)
	}
	if want := []string{"begin a", "end a done", "begin b", "end b failed"}; !slices.Equal(r.events, want) {
		t.Errorf("events are %v, want %v", r.events, want)
	}
}

// silent never writes.
type silent struct{ recorder }

func (s *silent) Do(_ context.Context, c plan.Change, _ func() error) (plan.Result, error) {
	if c.ID == "b" {
		return plan.Result{}, errBroken
	}
	return plan.Result{}, nil
}

// TestFailsAt: whichever call fails, every change has its outcome and only what needs the failed one is left out.
func TestFailsAt(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{}
	for i := range 24 {
		c := change(fmt.Sprintf("c%d", i), plan.Phases[i/8])
		if i >= 8 {
			c.Needs = []string{fmt.Sprintf("c%d", i-8)}
		}
		p.Changes = append(p.Changes, c)
	}
	for n := range p.Changes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			bad := p.Changes[n].ID
			outcomes, err := run(t.Context(), p, &recorder{do: func(_ context.Context, c plan.Change) (plan.Result, error) {
				if c.ID == bad {
					return plan.Result{Attempts: 1}, errBroken
				}
				return plan.Result{Attempts: 1}, nil
			}}, apply.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range outcomes {
				want := plan.Done
				switch {
				case i == n:
					want = plan.Failed
				case i > n && (i-n)%8 == 0:
					want = plan.Skipped
				}
				if o.Status != want {
					t.Errorf("%s is %s, want %s", o.Change.ID, o.Status, want)
				}
			}
		})
	}
}

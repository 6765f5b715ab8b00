package cli

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Syncs to one person share what is taken, those before them in the config first; others do not, and one that cannot be
// read holds up none.
func TestReaderSharesWhatIsTaken(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	syncOf := func(name, client, user string) state.TimeSync {
		return state.TimeSync{Name: name, Source: state.Endpoint{WorkspaceID: "s", ClientID: client, UserID: user}, Destination: state.Endpoint{WorkspaceID: "d", UserID: user}}
	}
	syncs := []state.TimeSync{syncOf("a", "c1", "ann"), syncOf("b", "c2", "ann"), syncOf("c", "c3", "bob"), syncOf("d", "c4", "ann")}
	var jobs []*job
	for _, sync := range syncs {
		j := &job{title: sync.Name, spec: state.Spec{Time: syncs}, target: targetOf(sync, syncs)}
		j.open = func(*reader) (source, error) {
			return source{read: func(context.Context) (state.State, error) {
				if sync.Name == "a" {
					time.Sleep(time.Millisecond) // the first is read last; the order of reading counts for nothing
				}
				if sync.Name == "d" {
					return state.State{}, errors.New("not read")
				}
				entry := state.Entry{Project: "Website", Start: day, End: day.Add(time.Hour), Description: "plan", ID: "1"}
				projects := []state.Project{{Name: "Website"}}
				return state.State{Time: []state.TimeState{{
					Sync: sync.Name, Place: sync.Destination.UserID, From: day.Add(-time.Hour), To: day.Add(time.Hour),
					Source:      state.WorkspaceEntries{Projects: projects, Entries: []state.Entry{entry}},
					Destination: state.WorkspaceEntries{Projects: projects, Entries: []state.Entry{entry}, IsKeyOwner: true},
				}}}, nil
			}}, nil
		}
		jobs = append(jobs, j)
	}
	want := []int{0, 1, 0} // changes: b's twin is a's already
	for i, m := range (&reader{}).make(t.Context(), jobs) {
		switch {
		case i == 3:
			if m.err == nil || m.plan != nil {
				t.Errorf("d: got %v, %v, want an error and no plan", m.plan, m.err)
			}
		case m.err != nil || len(m.plan.Changes) != want[i]:
			t.Errorf("%s: got %d changes and %v, want %d", jobs[i].title, len(m.plan.Changes), m.err, want[i])
		}
	}
}

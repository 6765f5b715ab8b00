package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestStricter(t *testing.T) {
	t.Parallel()
	strict := func() *state.Users {
		return &state.Users{
			Guards: state.Guards{
				MaxDeactivations: state.Limit{Share: .05, Floor: 3}, MaxRemovals: state.Limit{Share: .2, Floor: 10},
				MaxShrink: state.Limit{Share: .2}, MinKnown: .5, MinActiveUsers: 5,
			},
			Protect: state.Protect{Groups: []string{"Board*"}, Users: []string{"ceo@example.com"}},
		}
	}
	cases := []struct {
		name     string
		head     func(*state.Users)
		loosened []Loosened
	}{
		{"the same", func(*state.Users) {}, nil},
		{"stricter", func(u *state.Users) {
			u.Guards.MaxRemovals = state.Limit{Count: 0}
			u.Guards.MinActiveUsers = 50
			u.Protect.Users = append(u.Protect.Users, "cfo@example.com")
		}, nil},
		{"what is asked for beside", func(u *state.Users) {
			u.Absent, u.DeleteUnmanaged, u.Invite = state.AbsentDeactivate, true, true
		}, nil},
		{"looser", func(u *state.Users) {
			u.Guards = state.Guards{
				MaxDeactivations: state.Limit{Share: 1}, MaxRemovals: state.Limit{Count: 100},
				MaxShrink: state.Limit{Share: .9}, MinKnown: .1, MinActiveUsers: 0,
			}
			u.Protect, u.DeactivateAdmins = state.Protect{}, true
		}, []Loosened{
			{"guards.max_deactivations", "5%", "100%"},
			{"guards.max_removals", "20%", "100"},
			{"guards.max_shrink", "20%", "90%"},
			{"guards.min_known", "50%", "10%"},
			{"guards.min_active_users", "5", "0"},
			{"deactivate_admins", "false", "true"},
			{"protect.groups", "Board*", ""},
			{"protect.users", "ceo@example.com", ""},
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			base, head := strict(), strict()
			tc.head(head)
			both, loosened := Stricter(base, head)
			if diff := cmp.Diff(tc.loosened, loosened); diff != "" {
				t.Errorf("loosened (-want +got):\n%s", diff)
			}
			if _, again := Stricter(base, both); len(again) > 0 && tc.name != "looser" {
				t.Errorf("still loosened: %v", again)
			}
			if both.Absent != head.Absent || both.DeleteUnmanaged != head.DeleteUnmanaged || both.Invite != head.Invite {
				t.Error("what head asks for was taken from it")
			}
			for _, group := range base.Protect.Groups {
				if !contains(both.Protect.Groups, group) {
					t.Errorf("%s is not protected", group)
				}
			}
			for _, user := range base.Protect.Users {
				if !contains(both.Protect.Users, user) {
					t.Errorf("%s is not protected", user)
				}
			}
		})
	}
	if both, loosened := Stricter(nil, strict()); both == nil || loosened != nil {
		t.Error("without a base there is nothing to hold against head")
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// TestStricterLimits: of two limits the stricter holds for every number of people, and a limit that is called stricter is.
func TestStricterLimits(t *testing.T) {
	t.Parallel()
	limit := rapid.Custom(func(t *rapid.T) state.Limit {
		if rapid.Bool().Draw(t, "count") {
			return state.Limit{Count: rapid.IntRange(0, 20).Draw(t, "n")}
		}
		return state.Limit{Share: float64(rapid.IntRange(1, 100).Draw(t, "share")) / 100, Floor: rapid.IntRange(0, 12).Draw(t, "floor")}
	})
	rapid.Check(t, func(t *rapid.T) {
		base, head := limit.Draw(t, "base"), limit.Draw(t, "head")
		total := rapid.IntRange(0, 500).Draw(t, "total")
		if base.Allows(head) && head.Of(total) > base.Of(total) {
			t.Fatalf("of %d: %+v allows %d, %+v %d", total, head, head.Of(total), base, base.Of(total))
		}
		if got, want := head.And(base).Of(total), min(base.Of(total), head.Of(total)); got != want {
			t.Fatalf("both allow %d of %d, want %d", got, total, want)
		}
	})
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	sync := func(set func(*state.TimeSync)) state.TimeSync {
		s := state.TimeSync{
			Name: "acme", Source: state.Endpoint{WorkspaceID: "s", ClientID: "c", UserID: "u"}, Destination: state.Endpoint{WorkspaceID: "d", UserID: "v"},
			People: []state.PersonPair{{Source: "a@x", Destination: "a@x"}},
		}
		set(&s)
		return s
	}
	cases := map[string]struct {
		head  func(*state.TimeSync)
		moved []Loosened
		all   bool // the base has people: all
	}{
		"all, then some":      {head: func(*state.TimeSync) {}, all: true},
		"all, then elsewhere": {head: func(s *state.TimeSync) { s.People[0].Destination = "b@x" }, all: true, moved: []Loosened{{"time_sync.acme.people", "", "a@x: b@x"}}},
		"some, then all":      {head: func(s *state.TimeSync) { s.People, s.AllPeople = nil, true }},
		"the same":            {head: func(s *state.TimeSync) { s.Color, s.Source.Token = "#000000", "OTHER" }},
		"a new name":          {head: func(s *state.TimeSync) { s.Name = "new" }},
		"a new sync":          {head: func(s *state.TimeSync) { s.Name, s.Source.ClientID = "new", "o" }, moved: []Loosened{{"time_sync.new", "", "s to d"}}},
		"people added": {head: func(s *state.TimeSync) {
			s.People = append(s.People, state.PersonPair{Source: "b@x", Destination: "b@x"})
		}},
		"people added, with whose time goes to somebody else": {head: func(s *state.TimeSync) {
			s.People = append(s.People, state.PersonPair{Source: "b@x", Destination: "a@x"})
		}, moved: []Loosened{{"time_sync.acme.people", "", "b@x: a@x"}}},
		"source":         {head: func(s *state.TimeSync) { s.Source.WorkspaceID = "o" }, moved: []Loosened{{"time_sync.acme.source.workspace_id", "s", "o"}}},
		"client":         {head: func(s *state.TimeSync) { s.Source.ClientID = "o" }, moved: []Loosened{{"time_sync.acme.source.client_id", "c", "o"}}},
		"person":         {head: func(s *state.TimeSync) { s.Source.UserID = "o" }, moved: []Loosened{{"time_sync.acme.source.user_id", "u", "o"}}},
		"destination":    {head: func(s *state.TimeSync) { s.Destination.WorkspaceID = "o" }, moved: []Loosened{{"time_sync.acme.destination.workspace_id", "d", "o"}}},
		"person there":   {head: func(s *state.TimeSync) { s.Destination.UserID = "o" }, moved: []Loosened{{"time_sync.acme.destination.user_id", "v", "o"}}},
		"another person": {head: func(s *state.TimeSync) { s.People[0].Destination = "b@x" }, moved: []Loosened{{"time_sync.acme.people", "a@x", "a@x: b@x"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			head := sync(tc.head)
			was := sync(func(s *state.TimeSync) { s.AllPeople = tc.all })
			if tc.all {
				was.People = nil
			}
			marked, moved := Elsewhere([]state.TimeSync{was}, head)
			if diff := cmp.Diff(tc.moved, moved); diff != "" {
				t.Errorf("moved (-want +got):\n%s", diff)
			}
			if marked.Elsewhere != (tc.moved != nil) {
				t.Errorf("marked %t", marked.Elsewhere)
			}
			if marked, moved := Elsewhere(nil, head); !marked.Elsewhere || len(moved) != 1 {
				t.Errorf("without a base: marked %t, %v", marked.Elsewhere, moved)
			}
		})
	}
}

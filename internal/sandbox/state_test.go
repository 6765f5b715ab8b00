package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestReadStateErrors(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"unknown key", "{\n \"people\": []}", `line 2 column`},
		{"wrong type", "{\"users\": [\n{\"id\": 7}]}", "line 2 column"},
		{"syntax", "{\"users\": [}", "line 1 column 12"},
		{"second value", "{} {}", "something follows"},
		{"double id", `{"users":[{"id":"a"},{"id":"a"}]}`, "users[1]: id a is there twice"},
		{"dangling member", `{"workspaces":[{"id":"w","members":[{"userId":"x"}]}]}`, "workspaces[0].members[0]: id x is not there"},
		{"dangling role", `{"users":[{"id":"u"}],"workspaces":[{"id":"w","members":[{"userId":"u"}],"roles":[{"userId":"u","role":"BOSS"}]}]}`, "roles[0]"},
		{"time zone", `{"users":[{"id":"u","timeZone":"Mars/Olympus"}]}`, "users[0]"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadState(strings.NewReader(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestStateRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.space().Members[0].FieldValues = map[string]any{w.field: "x"}
	served := New(Options{State: w.State}).State()
	var first, second bytes.Buffer
	if err := served.Write(&first); err != nil {
		t.Fatal(err)
	}
	back, err := ReadState(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := New(Options{State: back}).State().Write(&second); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.String(), second.String()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestStateIsACopy(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.space().Members[2].FieldValues = map[string]any{w.field: "x"}
	s := New(Options{State: w.State})
	out := s.State()
	out.Workspaces[0].Members[2].FieldValues[w.field] = "y"
	out.Workspaces[0].Groups[0].UserIDs[0] = "gone"
	w.space().Groups[0].UserIDs[0] = "gone"
	again := s.State().Workspaces[0]
	if again.Members[2].FieldValues[w.field] != "x" || again.Groups[0].UserIDs[0] != w.member {
		t.Error("the server shares memory with the states it was given or gave")
	}
}

// TestIndexesAgree makes random writes to the index and compares it with a plain list.
func TestIndexesAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sp := loadSpace(Workspace{ID: "w"})
		plain := map[string]Entry{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id"))
			if rapid.Bool().Draw(t, "delete") {
				if e := sp.entries.get(id); e != nil {
					sp.delEntry(e)
					delete(plain, id)
				}
				continue
			}
			e := Entry{ID: id, UserID: fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "user")), Start: time.Unix(int64(rapid.IntRange(0, 5).Draw(t, "start")), 0)}
			plain[id] = e
			sp.putEntry(&e)
		}
		byUser := 0
		for user, list := range sp.byUser {
			byUser += len(list)
			for _, e := range list {
				if e.UserID != user || !cmp.Equal(plain[e.ID], *e) {
					t.Fatalf("entry %s of %s is stale", e.ID, user)
				}
			}
		}
		if len(sp.timeline) != len(plain) || byUser != len(plain) || sp.entries.len() != len(plain) {
			t.Fatalf("%d in the timeline, %d by user, %d by id, want %d", len(sp.timeline), byUser, sp.entries.len(), len(plain))
		}
		for i := 1; i < len(sp.timeline); i++ {
			if newestFirst(sp.timeline[i-1], sp.timeline[i]) >= 0 {
				t.Fatal("the timeline is out of order")
			}
		}
	})
}

func TestTableForgets(t *testing.T) {
	t.Parallel()
	var tb table[Tag]
	for i := range 500 {
		id := fmt.Sprint(i)
		tb.put(id, &Tag{ID: id})
	}
	for i := range 400 {
		tb.del(fmt.Sprint(i), tagID)
	}
	if tb.len() != 100 || len(tb.rows) > 400 || tb.get("450") == nil || tb.get("450").ID != "450" || tb.get("3") != nil {
		t.Errorf("%d rows, %d slots", tb.len(), len(tb.rows))
	}
}

// big is a workspace of many people and entries.
func big(people, entries int) State {
	var s State
	sp := Workspace{ID: ID("workspace", 1)}
	for i := range people {
		sp.AddMember(s.AddUser(fmt.Sprintf("p%05d@example.com", i), fmt.Sprintf("Person %d", i)))
	}
	sp.Members[0].Owner = true
	group := sp.AddGroup("All")
	for i := 1; i < people; i++ {
		sp.AddManager(s.Users[i/100].ID, s.Users[i].ID)
		sp.Groups[0].UserIDs = append(sp.Groups[0].UserIDs, s.Users[i].ID)
	}
	sp.AddGroupManager(s.Users[0].ID, group)
	project := sp.AddProject("", "Work")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range entries {
		sp.AddEntry(s.Users[i%people].ID, project, "work", start.Add(time.Duration(i)*time.Minute), time.Hour)
	}
	s.Workspaces = []Workspace{sp}
	s.AddKey("key-admin", s.Users[0].ID)
	return s
}

// ask calls without a network.
func ask(b *testing.B, s *Server, method, path, body string) {
	b.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("X-Api-Key", "key-admin")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code >= http.StatusBadRequest {
		b.Fatalf("%s %s = %d: %s", method, path, w.Code, w.Body)
	}
}

func BenchmarkServer(b *testing.B) {
	state := big(10_000, 100_000)
	ws, user := "/v1/workspaces/"+state.Workspaces[0].ID, state.Users[7].ID
	s := New(Options{State: state})
	cases := []struct{ name, method, path, body string }{
		{"users page of 1000", "GET", ws + "/users?status=ALL&memberships=WORKSPACE&include-roles=true&page=5&page-size=1000", ""},
		{"groups", "GET", ws + "/user-groups?includeTeamManagers=true&page-size=1000", ""},
		{"totals page of 200", "POST", ws + "/scheduling/assignments/user-filter/totals", `{"start":"2026-01-01T00:00:00Z","end":"2026-01-08T00:00:00Z","pageSize":200,"page":9}`},
		{"report page of 1000", "POST", ws + "/reports/detailed", `{"dateRangeStart":"2026-01-01T00:00:00Z","dateRangeEnd":"2026-12-31T00:00:00Z","timeZone":"UTC","detailedFilter":{"page":50,"pageSize":1000}}`},
		{"entries of one", "GET", ws + "/user/" + user + "/time-entries?page-size=1000", ""},
		{"create entry", "POST", ws + "/user/" + user + "/time-entries", `{"start":"2026-01-15T00:00:00Z","end":"2026-01-15T01:00:00Z"}`},
		{"profile of a person", "GET", ws + "/member-profile/" + user, ""},
	}
	for _, tc := range cases {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask(b, s, tc.method, tc.path, tc.body)
			}
		})
	}
}

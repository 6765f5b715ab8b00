package export

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// readBack writes a draft and reads it as a run does.
func readBack(t interface{ Fatalf(string, ...any) }, d config.Draft) *state.Users {
	var csv, yaml bytes.Buffer
	if err := userscsv.Write(&csv, d.Users); err != nil {
		t.Fatalf("write users.csv: %v", err)
	}
	if err := config.WriteConfig(&yaml, d); err != nil {
		t.Fatalf("write the config: %v", err)
	}
	file := config.Read("clockify-sync.yaml", yaml.Bytes())
	r := userscsv.Read("users.csv", csv.Bytes(), file.Layout, file.Users)
	if problems := append(file.Problems, r.Problems...); len(problems) > 0 {
		t.Fatalf("%v\n%s\n%s", problems, csv.String(), yaml.String())
	}
	if file.Settings.Workspace.ID != d.WorkspaceID {
		t.Fatalf("workspace.id is read back as %q", file.Settings.Workspace.ID)
	}
	return r.Users
}

// TestWriteReadsBack writes people with any text in their cells, and any names, and reads them back.
func TestWriteReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@"',;:#{}\[\]&*!|>%\\\n\t -]{0,6}[a-z]{0,2}`)).Filter(userscsv.HoldsCell)
		name := text.Filter(func(s string) bool {
			return s != "" && !userscsv.ReservedColumn(s) && s != userscsv.CountryColumn && !strings.ContainsAny(s, "\x00\ufeff")
		})
		u := state.Users{
			File: "users.csv", Absent: state.AbsentKeep, FallbackManager: "boss@example.com",
			FallbackGroup: name.Draw(t, "group"), SendEmail: true, NoGroups: rapid.Bool().Draw(t, "no groups"),
		}
		u.Fields = []state.Mapping{{Column: name.Draw(t, "column"), Field: name.Draw(t, "field")}}
		for i := range rapid.IntRange(1, 4).Draw(t, "people") {
			u.People = append(u.People, state.Row{
				Email:    fmt.Sprintf("p%d@example.com", i),
				Manager:  rapid.SampledFrom([]string{"", "boss@example.com"}).Draw(t, "manager"),
				Capacity: time.Duration(rapid.IntRange(0, 1440).Draw(t, "minutes")) * time.Minute,
				Cells:    []state.Cell{{Field: u.Fields[0].Field, Text: text.Draw(t, "cell")}},
			})
		}
		for _, g := range rapid.SliceOfN(name, 0, 3).Draw(t, "groups") {
			u.Protect.Groups = append(u.Protect.Groups, config.GroupPattern(g))
		}
		got := readBack(t, config.Draft{WorkspaceID: "w1", WorkspaceName: text.Draw(t, "workspace"), Users: &u})
		opts := []cmp.Option{cmpopts.IgnoreTypes(state.Source{}, state.Guards{}), cmpopts.IgnoreFields(state.Row{}, "Week"), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(&u, got, opts...); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

// TestWriteManyGroups writes more groups than a config may have: as many as can be read are listed.
func TestWriteManyGroups(t *testing.T) {
	t.Parallel()
	u := state.Users{Absent: state.AbsentKeep, People: []state.Row{{Email: "a@example.com"}}}
	for i := range 5_000 {
		u.Protect.Groups = append(u.Protect.Groups, fmt.Sprintf("%s %d", strings.Repeat("a-", 40), i))
	}
	if got := len(readBack(t, config.Draft{WorkspaceID: "w1", Users: &u}).Protect.Groups); got < 50 || got == 5_000 {
		t.Errorf("%d groups are listed", got)
	}
}

// workspace is one of n people, every tenth of whom manages the nine after them, by roles on people alone.
func workspace(n int) *state.Directory {
	dir := &state.Directory{Workspace: "Acme", Self: "p0000@example.com", Now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	for i := range n {
		p := state.Person{Email: fmt.Sprintf("p%04d@example.com", i), Name: fmt.Sprintf("Person %d", i), Status: state.Active, Capacity: 8 * time.Hour}
		if i%10 > 0 {
			p.Managers = []string{fmt.Sprintf("p%04d@example.com", i-i%10)}
		}
		dir.People = append(dir.People, p)
	}
	dir.People[0].Owner, dir.People[0].Admin = true, true
	return dir
}

// managers counts the rows that name one.
func managers(e *Export) int {
	n := 0
	for _, row := range e.Users.People {
		if row.Manager != "" {
			n++
		}
	}
	return n
}

// TestManagersWithoutGroups: every direct manager is written, and the next plan is empty, which Files asks the planner.
func TestManagersWithoutGroups(t *testing.T) {
	t.Parallel()
	e, err := New(workspace(300), "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	csv, yaml, err := e.Files("64a687e29ae1f428e7ebe303", "clockify-sync.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := managers(e); got != 270 || len(e.Users.People) != 300 {
		t.Errorf("%d people, %d with a manager; want 300 and 270", len(e.Users.People), got)
	}
	if !strings.Contains(string(yaml), "manager_groups: false") || !strings.Contains(string(csv), "p0001@example.com,p0000@example.com,40") {
		t.Errorf("the files say otherwise:\n%s\n%.400s", yaml, csv)
	}
}

// TestManagersWithSomeGroups: one group that is not as the tool keeps it costs nobody their manager.
func TestManagersWithSomeGroups(t *testing.T) {
	t.Parallel()
	dir := workspace(40)
	group := state.Group{Name: "Person 0", Managers: []string{"p0000@example.com"}}
	for i := 1; i < 10; i++ {
		group.Members = append(group.Members, fmt.Sprintf("p%04d@example.com", i))
	}
	dir.Groups = []state.Group{group}
	e, err := New(dir, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Files("64a687e29ae1f428e7ebe303", "clockify-sync.yaml"); err != nil {
		t.Fatal(err)
	}
	if got := managers(e); got != 36 {
		t.Errorf("%d rows have a manager, want 36", got)
	}
}

// TestManagersWithGroups: groups that are as the tool keeps them stay its own.
func TestManagersWithGroups(t *testing.T) {
	t.Parallel()
	dir := workspace(30)
	for i := 0; i < 30; i += 10 {
		group := state.Group{Name: fmt.Sprintf("Person %d", i), Managers: []string{dir.People[i].Email}}
		for j := i + 1; j < i+10; j++ {
			group.Members = append(group.Members, dir.People[j].Email)
		}
		dir.Groups = append(dir.Groups, group)
	}
	e, err := New(dir, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Files("64a687e29ae1f428e7ebe303", "clockify-sync.yaml"); err != nil {
		t.Fatal(err)
	}
	if e.Users.NoGroups || managers(e) != 27 {
		t.Errorf("no groups: %t, %d with a manager; want false and 27", e.Users.NoGroups, managers(e))
	}
}

// TestWhoFitsNoRow is set aside by name and with the reason.
func TestWhoFitsNoRow(t *testing.T) {
	t.Parallel()
	dir := workspace(10)
	dir.Fields = []state.Field{{Name: "Badge", Type: state.FieldNumber}, {Name: "Grade", Type: state.FieldText}}
	dir.People[3].Fields = map[string]string{"Grade": "#N/A"}
	dir.People[4].Fields = map[string]string{"Badge": "1000000000000000000000"} // more digits than a NUMBER field keeps
	e, err := New(dir, "users.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, yaml, err := e.Files("64a687e29ae1f428e7ebe303", "clockify-sync.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(yaml), "- p0003@example.com   # a value of Grade") || !strings.Contains(string(yaml), "- p0004@example.com   # a value of Badge") || len(e.Users.People) != 8 {
		t.Errorf("the config does not say who is set aside:\n%s", yaml)
	}
}

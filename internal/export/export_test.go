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

package spec

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// written writes a draft and reads it back.
func written(t interface{ Fatalf(string, ...any) }, d Draft) *state.Users {
	var csv, yaml bytes.Buffer
	if err := WriteUsers(&csv, d.Users); err != nil {
		t.Fatalf("WriteUsers: %v", err)
	}
	if err := WriteConfig(&yaml, d); err != nil {
		t.Fatalf("WriteConfig: %v", err)
	}
	l, err := Load(fstest.MapFS{"users.csv": {Data: csv.Bytes()}, "clockify-sync.yaml": {Data: yaml.Bytes()}}, Options{Users: "users.csv"})
	if err != nil {
		t.Fatalf("Load: %v\n%s\n%s", err, csv.String(), yaml.String())
	}
	if l.Settings.WorkspaceID != d.WorkspaceID {
		t.Fatalf("workspace.id is read back as %q", l.Settings.WorkspaceID)
	}
	return l.Spec.Users
}

// TestWriteReadsBack writes people with any text in their cells, and any names, and reads them back.
func TestWriteReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@"',;:#{}\[\]&*!|>%\\\n\t -]{0,6}[a-z]{0,2}`)).Filter(HoldsCell)
		name := text.Filter(func(s string) bool {
			return s != "" && !ReservedColumn(s) && s != defaultCountry && !strings.ContainsAny(s, "\x00\ufeff")
		})
		u := state.Users{
			File: "users.csv", Absent: state.AbsentKeep, FallbackManager: "boss@example.com",
			FallbackGroup: name.Draw(t, "group"), SendEmail: true,
		}
		u.Fields = []state.Mapping{{Column: name.Draw(t, "column"), Field: name.Draw(t, "field")}}
		for i := range rapid.IntRange(1, 4).Draw(t, "people") {
			p := state.Row{
				Email:    fmt.Sprintf("p%d@example.com", i),
				Manager:  rapid.SampledFrom([]string{"", "boss@example.com"}).Draw(t, "manager"),
				Capacity: time.Duration(rapid.IntRange(0, 2016).Draw(t, "minutes")) * time.Minute,
			}
			p.Cells = []state.Cell{{Field: u.Fields[0].Field, Text: text.Draw(t, "cell")}}
			u.People = append(u.People, p)
		}
		for _, g := range rapid.SliceOfN(name, 0, 3).Draw(t, "groups") {
			u.Protect.Groups = append(u.Protect.Groups, GroupPattern(g))
		}
		got := written(t, Draft{WorkspaceID: "w1", WorkspaceName: text.Draw(t, "workspace"), Users: &u})
		opts := []cmp.Option{cmpopts.IgnoreTypes(state.Source{}, state.Guards{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(&u, got, opts...); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

// TestWriteManyGroups writes more groups than a config may have: as many as Load takes are listed.
func TestWriteManyGroups(t *testing.T) {
	t.Parallel()
	u := state.Users{Absent: state.AbsentKeep, People: []state.Row{{Email: "a@example.com"}}}
	for i := range 5_000 {
		u.Protect.Groups = append(u.Protect.Groups, fmt.Sprintf("%s %d", strings.Repeat("a-", 40), i))
	}
	if got := len(written(t, Draft{WorkspaceID: "w1", Users: &u}).Protect.Groups); got < 50 || got == 5_000 {
		t.Errorf("%d groups are listed", got)
	}
}

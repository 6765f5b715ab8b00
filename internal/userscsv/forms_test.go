package userscsv_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// TestFormDoesNotMatter writes one table in any of the forms that spreadsheets write, and wants the same people of each.
func TestFormDoesNotMatter(t *testing.T) {
	t.Parallel()
	table := [][]string{
		{"NTID email", "Manager NTID email", "Weekly Working Hours", "Company (Label)", "Country (Label)", "Shoe size"},
		{"anna.berg@example.com", "rosa.vega@example.com", "37.5", "Malmö \"Nord\" AB", "Sweden", "38"},
		{"bob.wilson@example.com", "", "", "a, b; c\td", "Åland", ""},
		{"rosa.vega@example.com", "", "40", "two\nlines", "Spain", "40"},
	}
	l := layout("plain")
	l.Fields = append(l.Fields, state.FieldColumn{Column: state.Column{Name: "Company (Label)"}, Field: "Company"})
	want := userscsv.Read("users.csv", []byte(encode(table, ",", "\n", true)), l, state.Users{})
	if len(want.Problems) > 0 || len(want.Users.People) != 3 {
		t.Fatalf("%d people, %v", len(want.Users.People), want.Problems)
	}
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t"}).Draw(t, "delimiter")
		text := encode(table, delimiter, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"), rapid.Bool().Draw(t, "all quoted"))
		if rapid.Bool().Draw(t, "sep") {
			text = "sep=" + delimiter + "\r\n" + text
		}
		l := l
		var data []byte
		switch rapid.SampledFrom([]string{"UTF-8", "with a mark", "two marks", "UTF-16", "Windows-1252"}).Draw(t, "encoding") {
		case "UTF-8":
			data = []byte(text)
		case "with a mark":
			data = []byte("\ufeff" + text)
		case "two marks":
			data = []byte("\ufeff\ufeff" + text)
		case "UTF-16":
			for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
				data = append(data, byte(unit), byte(unit>>8))
			}
		case "Windows-1252":
			l.Windows1252 = true
			data, _ = charmap.Windows1252.NewEncoder().Bytes([]byte(text)) // every letter of the table is in it
		}
		got := userscsv.Read("users.csv", data, l, state.Users{})
		opts := []cmp.Option{cmpopts.IgnoreTypes(state.Source{}), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(want.Users, got.Users, opts...); diff != "" || len(got.Problems) > 0 {
			t.Fatalf("%q: %v (-want +got):\n%s", text, got.Problems, diff)
		}
	})
}

// encode writes a table with every cell in quotes, or those that need them.
func encode(table [][]string, delimiter, end string, all bool) string {
	var b strings.Builder
	for _, row := range table {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(delimiter)
			}
			if all || strings.ContainsAny(cell, delimiter+"\"\n") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	return b.String()
}

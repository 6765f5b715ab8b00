package userscsv_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

var update = flag.Bool("update", false, "write the .want files")

// layout is what the config of a file in testdata says about it.
func layout(name string) state.UsersFile {
	at := func(column string) state.Column {
		return state.Column{Name: column, At: state.Source{File: "clockify-sync.yaml", Line: 3, Column: 5}}
	}
	l := state.UsersFile{
		Email: state.Column{Name: userscsv.EmailColumn}, Manager: state.Column{Name: userscsv.ManagerColumn},
		Hours: state.Column{Name: userscsv.HoursColumn}, Protect: state.Column{Name: userscsv.CountryColumn},
		WeeklyHours: -1, WorkingDays: 5,
	}
	switch name {
	case "windows1252_said", "windows1252_said_utf8":
		l.Windows1252 = true
	case "delimiter_pipe":
		l.Delimiter = '|'
	case "mapped_column_missing":
		l.Fields = []state.FieldColumn{{Column: at("Company (Label)"), Field: "Company"}}
	case "replacement_char", "excel_errors", "decomposed", "plain":
		l.Fields = []state.FieldColumn{{Column: at("Country (Label)"), Field: "Country"}}
	case "no_email_skip":
		l.SkipWithoutEmail = true
	case "hours_default":
		l.WeeklyHours = 40
	case "working_days":
		l.Days = at("Days")
	case "ids", "ids_scientific", "ids_zeros":
		l.ID = at("Global Id")
		l.Fields = []state.FieldColumn{{Column: at("Global Id"), Field: "Global ID"}}
	case "status", "status_all_left", "status_most_left":
		l.Status, l.ActiveValues = at("State"), []string{"Active", "On leave"}
	case "dates":
		l.Starts, l.Ends = at("From"), at("Until")
	case "rows_only_ids":
		l.ID = at("Global Id")
		l.Only = []state.OnlyRows{{Column: at("Country (Label)"), Values: []string{"Sweden"}}}
	case "rows_only", "rows_only_missing", "rows_only_nothing", "rows_only_typo", "rows_only_few":
		l.Only = []state.OnlyRows{{Column: at("Country (Label)"), Values: []string{"sweden", "Norway"}}}
	}
	return l
}

// TestFiles reads every file of testdata, each with the people, findings and problems it gives in the .want beside it.
func TestFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := render(userscsv.Read("users.csv", data, layout(name), state.Users{}))
			want := strings.TrimSuffix(file, ".csv") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func render(r userscsv.Result) string {
	var b strings.Builder
	for _, p := range r.Problems {
		fmt.Fprintln(&b, p)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s %s of %s", f.Source, f.Level, f.Kind, f.Name)
		if f.About != "" {
			fmt.Fprintf(&b, ", about %s", f.About)
		}
		if len(f.Values) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(f.Values, ", "))
		}
		fmt.Fprintln(&b)
	}
	for _, p := range r.Users.People {
		fmt.Fprint(&b, p.Email)
		add := func(name string, value any, there bool) {
			if there {
				fmt.Fprintf(&b, " %s=%v", name, value)
			}
		}
		add("manager", p.Manager, p.Manager != "")
		add("day", p.Capacity, p.Capacity != state.CapacityUnknown)
		add("days", p.Days, p.Days != nil)
		add("id", p.ID, p.ID != "")
		add("left", p.Left, p.Left)
		add("starts", p.Starts.Format("2006-01-02"), !p.Starts.IsZero())
		add("ends", p.Ends.Format("2006-01-02"), !p.Ends.IsZero())
		for _, c := range p.Cells {
			add(c.Field, c.Text, true)
		}
		fmt.Fprintln(&b)
	}
	u := r.Users
	for _, list := range []struct {
		is    string
		value any
		there bool
	}{
		{"with a problem", u.InvalidEmails, len(u.InvalidEmails) > 0},
		{"unreadable", u.UnreadableRows, u.UnreadableRows > 0},
		{"left out", u.LeftOut, len(u.LeftOut) > 0},
		{"without email", u.WithoutEmail, len(u.WithoutEmail) > 0},
		{"no managers", u.NoManagers, u.NoManagers},
		{"no hours", u.NoHours, u.NoHours},
		{"id field", u.IDField, u.IDField != ""},
		{"protected values", u.Protect.Values, len(u.Protect.Values) > 0},
	} {
		if list.there {
			fmt.Fprintf(&b, "%s: %v\n", list.is, list.value)
		}
	}
	return b.String()
}

package userscsv_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// FuzzRead holds of any content: it never panics; every problem has a place in the file; who is unsound is not among the
// people; nobody is there twice; and a file of which nothing can be read lets nobody count as absent.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, strings.TrimSuffix(filepath.Base(file), ".csv"))
	}
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		r := userscsv.Read("users.csv", data, layout(name), state.Users{})
		lines := max(bytes.Count(data, []byte("\n")), bytes.Count(data, []byte("\r"))) + 2
		for _, p := range r.Problems {
			if p.Source.Line < 1 || p.Source.Line > lines || p.Source.Column < 1 {
				t.Errorf("%s is no place in the file", p.Source)
			}
			if strings.ContainsAny(p.Text, "\n\r\x1b") || !utf8.ValidString(p.Text) {
				t.Errorf("%q is no harmless line", p.Text)
			}
		}
		seen := map[string]bool{}
		for _, p := range r.Users.People {
			if seen[p.Email] || slices.Contains(r.Users.InvalidEmails, p.Email) || p.Email == "" {
				t.Errorf("%q is there twice, unsound or nobody", p.Email)
			}
			seen[p.Email] = true
		}
		if len(r.Problems) == 0 && len(r.Users.People)+len(r.Users.LeftOut)+len(r.Users.WithoutEmail) == 0 && r.Users.UnreadableRows == 0 {
			t.Error("no problem and nobody: everybody would count as absent")
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var csv bytes.Buffer
	csv.WriteString("NTID email,Manager NTID email,Weekly Working Hours,Company (Label),Country (Label),Global Id\n")
	for i := range 100_000 {
		fmt.Fprintf(&csv, "person.%d@example.com,person.%d@example.com,37.5,Acme Research and Development,Sverige,%d\n", i, i/10, 100000+i)
	}
	l := layout("plain")
	l.Fields = append(l.Fields, state.FieldColumn{Column: state.Column{Name: "Company (Label)"}, Field: "Company"}, state.FieldColumn{Column: state.Column{Name: "Global Id"}, Field: "Global ID"})
	b.ReportAllocs()
	for b.Loop() {
		if r := userscsv.Read("users.csv", csv.Bytes(), l, state.Users{}); len(r.Users.People) != 100_000 || len(r.Problems) > 0 {
			b.Fatalf("%d people, %v", len(r.Users.People), r.Problems)
		}
	}
}

package spec

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// FuzzUsers reads any bytes as a CSV: nothing panics, every problem is inside the file, and the people that come out are
// what the contract of model.Users says.
func FuzzUsers(f *testing.F) {
	seed(f, "users.csv")
	f.Add([]byte("NTID email,Weekly Working Hours\r\n\"a@b\",\"1,5\"\r\na@b,x\r\n\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		config := "field_mapping: {Company (Label): Company}\n"
		l, problems := fuzzLoad(t, fstest.MapFS{
			"users.csv":          {Data: data},
			"clockify-sync.yaml": {Data: []byte(config)},
		})
		inside(t, problems, "users.csv", string(data))
		for _, finding := range l.Spec.Findings {
			inside(t, Problems{{Source: finding.Source}}, "users.csv", string(data))
		}
		u := l.Spec.Users
		if len(u.People) == 0 && len(problems) == 0 {
			t.Error("nobody is in the file, and that is no problem")
		}
		seen := map[string]bool{}
		for _, p := range u.People {
			switch {
			case seen[p.Email]:
				t.Errorf("%s is there twice", p.Email)
			case slices.Contains(u.InvalidEmails, p.Email):
				t.Errorf("%s is both sound and unsound", p.Email)
			case p.Email != strings.ToLower(p.Email) || strings.Count(p.Email, "@") != 1 || len(p.Email) > maxEmail:
				t.Errorf("%q is no email", p.Email)
			case p.Manager == p.Email:
				t.Errorf("%s is their own manager", p.Email)
			case p.Capacity < 0 || p.Capacity.Hours() > 168.0/5+.01:
				t.Errorf("%s works %v a day", p.Email, p.Capacity)
			case len(p.Cells) != len(u.Fields):
				t.Errorf("%s has %d cells for %d fields", p.Email, len(p.Cells), len(u.Fields))
			}
			seen[p.Email] = true
		}
		if (len(u.InvalidEmails) > 0 || u.UnreadableRows > 0) && len(problems) == 0 {
			t.Error("rows were left out without a problem")
		}
	})
}

// FuzzConfig reads any bytes as a config: nothing panics and every problem is inside the file.
func FuzzConfig(f *testing.F) {
	seed(f, "clockify-sync.yaml")
	f.Add([]byte("a: &a [*a]\n<<: *a\nworkspace: {<<: *a, id: !!str 1}\n? [x]\n: y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, problems := fuzzLoad(t, fstest.MapFS{"clockify-sync.yaml": {Data: data}})
		inside(t, problems, "clockify-sync.yaml", strings.TrimPrefix(string(data), "\ufeff"))
		for _, p := range problems {
			if p.Text == "" || strings.ContainsAny(p.Text, "\r\n") || strings.Count(p.Excerpt, "\n") > 1 {
				t.Errorf("the problem %q, %q is not fit to be shown", p.Text, p.Excerpt)
			}
		}
		names := map[string]bool{}
		for _, s := range l.Spec.Time {
			if s.Name == "" || names[s.Name] || s.Window <= 0 || s.Source.WorkspaceID == s.Destination.WorkspaceID || s.Deletes && !s.Link {
				t.Errorf("unsound time sync %+v", s)
			}
			names[s.Name] = true
		}
		if a := l.Settings.API; a.RequestsPerSecond <= 0 || a.RequestsPerSecond > fastest || a.BaseURL == "" {
			t.Errorf("unsound settings %+v", a)
		}
	})
}

func seed(f *testing.F, name string) {
	files, err := filepath.Glob("testdata/*/*/" + name)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../testdata/"+name) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

func fuzzLoad(t *testing.T, fsys fstest.MapFS) (Loaded, Problems) {
	l, err := Load(fsys, Options{Users: "users.csv"})
	var problems Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatal(err)
	}
	return l, problems
}

// inside checks that places are in the file: CSV columns count bytes, those of the config characters.
func inside(t *testing.T, problems Problems, file, text string) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for _, p := range problems {
		at := p.Source
		if at.File != file {
			continue
		}
		if at.Line < 1 || at.Line > len(lines) {
			t.Errorf("%v is outside of a file of %d lines", p, len(lines))
			continue
		}
		width := len(lines[at.Line-1])
		if strings.HasSuffix(file, ".yaml") {
			width = utf8.RuneCountInString(lines[at.Line-1])
		}
		if at.Column < 1 || at.Column > width+1 {
			t.Errorf("%v is outside of its line, which has %d columns", p, width)
		}
	}
}

// BenchmarkLoad reads 10,000 people with three mapped columns.
func BenchmarkLoad(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("NTID email,Manager NTID email,Weekly Working Hours,Company (Label),Country (Label),Global Id\n")
	for i := range 10_000 {
		fmt.Fprintf(&csv, "person.%d@example.com,person.%d@example.com,\"37,5\",Example Iberia,Spain,E%d\n", i, i/10, i)
	}
	config := "field_mapping: {Company (Label): Company, Country (Label): Country, Global Id: Global ID}\n"
	fsys := fstest.MapFS{"users.csv": {Data: []byte(csv.String())}, "clockify-sync.yaml": {Data: []byte(config)}}
	b.ReportAllocs()
	b.SetBytes(int64(csv.Len()))
	for b.Loop() {
		l, err := Load(fsys, Options{Users: "users.csv"})
		if err != nil || len(l.Spec.Users.People) != 10_000 {
			b.Fatalf("Load = %d people, %v", len(l.Spec.Users.People), err)
		}
	}
}

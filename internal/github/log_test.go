package github

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

// hostile are texts that a CSV cell or a name in Clockify may hold.
var hostile = []string{
	"::set-output name=approved::true",
	"  \t ::error::x",
	"\u00a0\u2003::add-mask::a",
	"\u200b::add-mask::a",
	"\ufeff::add-mask::a",
	"\u034f::add-mask::a",
	":\u0301:add-mask::a",
	"x ##[set-output name=approved]true",
	"##[add-matcher]/github/workspace/evil.json",
	"#\u200b#[add-mask]a",
	"##\u034f[add-mask]a",
	"###[add-mask]a",
	"##[##[add-mask]a",
	"Ann\r::stop-commands::x",
	"Ann\r\n::stop-commands::x",
	"Ann\n##[add-mask]x",
	"Ann\x85::add-mask::x",
	"Ann\u2028::add-mask::x",
	"\x1b[31m::add-mask::x",
	"%0A::add-mask::x",
	"::ADD-MASK::x",
	"\x00::add-mask::x",
	"\xff::add-mask::x",
	strings.Repeat("x", maxLine-2) + "##[add-mask]a",
	strings.Repeat("x", maxLine-1) + "::add-mask::a",
	strings.Repeat("x", maxLine) + "::add-mask::a",
}

func TestLogHostile(t *testing.T) {
	t.Parallel()
	ways := map[string]func(l *Log, s string){
		"write":  func(l *Log, s string) { _, _ = io.WriteString(l, s+"\n") },
		"open":   func(l *Log, s string) { _, _ = io.WriteString(l, s) },
		"printf": func(l *Log, s string) { l.Printf("%s", s) },
		"bytes": func(l *Log, s string) {
			for i := range len(s) {
				_, _ = l.Write([]byte{s[i]})
			}
		},
	}
	for name, way := range ways {
		for i, text := range hostile {
			t.Run(fmt.Sprintf("%s %d", name, i), func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				l := NewLog(&b, LogOptions{Actions: true})
				way(l, text)
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if got := githubtest.Commands(b.String()); got != nil {
					t.Errorf("%q became %q: the runner sees %+v", text, b.String(), got)
				}
			})
		}
	}
}

// A command issued between two texts is the only one the runner sees, and its
// data comes back on one line.
func TestLogHostileInCommands(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		var b bytes.Buffer
		l := NewLog(&b, LogOptions{Actions: true, Debug: true})
		_, _ = io.WriteString(l, text) // no line end
		l.Group(text)
		l.Error(Annotation{File: text, Line: 3, Col: 5, Title: text, Message: text})
		l.Debugf("%s", text)
		l.EndGroup()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range githubtest.Commands(b.String()) {
			names = append(names, c.Name)
			if c.Name == "error" && (c.Properties["line"] != "3" || c.Properties["col"] != "5" || len(c.Properties) != 4) {
				t.Errorf("%.80q: properties %.300q", text, c.Properties)
			}
		}
		if diff := cmp.Diff([]string{"group", "error", "debug", "endgroup"}, names); diff != "" {
			t.Errorf("%.80q (-want +got):\n%s", text, diff)
		}
	}
}

func FuzzLogLine(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, "tail")
	}
	f.Add("::", "add-mask::x")
	f.Add("##", "[add-mask]x")
	f.Fuzz(func(t *testing.T, a, b string) {
		var out bytes.Buffer
		l := NewLog(&out, LogOptions{Actions: true, Debug: true})
		_, _ = io.WriteString(l, a)
		_, _ = io.WriteString(l, b+"\n")
		l.Printf("%s%s", b, a)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if got := githubtest.Commands(out.String()); got != nil {
			t.Errorf("the runner sees %+v in %q", got, out.String())
		}
		if !utf8.Valid(out.Bytes()) {
			t.Errorf("%q is not UTF-8", out.String())
		}
		out.Reset()
		l.Warning(Annotation{File: a, Line: 1, Title: b, Message: a + b})
		if got := githubtest.Commands(out.String()); len(got) != 1 || got[0].Name != "warning" {
			t.Errorf("the runner sees %+v in %q", got, out.String())
		}
	})
}

func TestLog(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		o     LogOptions
		write func(l *Log)
		want  string
	}{
		{"lines", LogOptions{Actions: true}, func(l *Log) {
			fmt.Fprint(l, "one\ntw")
			fmt.Fprint(l, "o\r\n\nthree")
		}, "one\ntwo\n\nthree\n"},
		{"printf", LogOptions{Actions: true}, func(l *Log) { l.Printf("a %d\nb\n", 1) }, "a 1\nb\n"},
		{"names", LogOptions{Actions: true}, func(l *Log) { l.Printf("Zoë Ñandú 李 😀 #12 [x] a::b") }, "Zoë Ñandú 李 😀 #12 [x] a::b\n"},
		{"groups", LogOptions{Actions: true}, func(l *Log) {
			l.Group("one")
			l.Group("two")
			l.Printf("x")
		}, "::group::one\n::endgroup::\n::group::two\nx\n::endgroup::\n"},
		{"end without group", LogOptions{Actions: true}, func(l *Log) { l.EndGroup() }, ""},
		{"debug off", LogOptions{Actions: true}, func(l *Log) { l.Debugf("x") }, ""},
		{"debug on", LogOptions{Actions: true, Debug: true}, func(l *Log) { l.Debugf("x%%y") }, "::debug::x%25y\n"},
		{"annotation", LogOptions{Actions: true}, func(l *Log) {
			l.Error(Annotation{File: "users.csv", Line: 12, Col: 5, Title: "Hours", Message: "not 100%: \"37h\""})
		}, "::error col=5,file=users.csv,line=12,title=Hours::not 100%25: \"37h\"\n"},
		{"two lines", LogOptions{Actions: true}, func(l *Log) { l.Notice(Annotation{Message: "a\nb"}) }, "::notice::a%0Ab\n"},
		{"plain", LogOptions{Debug: true}, func(l *Log) {
			l.Group("Users")
			l.Mask("s3cret")
			l.Error(Annotation{File: "users.csv", Line: 12, Col: 5, Message: "bad s3cret"})
			l.Warning(Annotation{File: "users.csv", Message: "odd"})
			l.Debugf("x")
			l.EndGroup()
		}, "Users\nusers.csv:12:5: bad ***\nusers.csv: warning: odd\ndebug: x\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			l := NewLog(&b, tc.o)
			tc.write(l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogCountsAnnotations(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := NewLog(&b, LogOptions{Actions: true})
	for i := range 46 {
		l.Error(Annotation{File: "users.csv", Line: i + 2, Message: "bad"})
	}
	for range 9 {
		l.Warning(Annotation{Message: "odd"})
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	last := githubtest.Command{}
	for _, c := range githubtest.Commands(b.String()) {
		got[c.Name]++
		last = c
	}
	if diff := cmp.Diff(map[string]int{"error": 10, "warning": 9}, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if want := "and 37 more, in the log and the summary"; last.Data != want {
		t.Errorf("the last says %q, want %q", last.Data, want)
	}
	if !strings.Contains(b.String(), "\nusers.csv:47: bad\n") {
		t.Error("the 46th error is not in the log")
	}
}

func TestLogMasks(t *testing.T) {
	t.Parallel()
	const secret = "p@ss/word+key=1?~~~>"
	forms := []string{
		secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret), url.PathEscape(secret),
	}
	var b bytes.Buffer
	l := NewLog(&b, LogOptions{Actions: true})
	l.Mask("")
	l.Mask(" \n")
	l.Mask(secret)
	l.Mask(secret)
	l.Mask("first line\nsecond line")
	masked := map[string]int{}
	for _, c := range githubtest.Commands(b.String()) {
		if c.Name != "add-mask" {
			t.Errorf("command %s", c.Name)
		}
		masked[c.Data]++
	}
	for _, form := range append(forms, "second line") {
		if masked[strings.TrimRight(form, "=")] != 1 && masked[form] != 1 {
			t.Errorf("%q is not masked once: %v", form, masked)
		}
	}
	b.Reset()
	for _, form := range forms {
		l.Printf("key %s.", form)
		l.Error(Annotation{Message: form})
	}
	for _, form := range forms {
		if strings.Contains(b.String(), form) {
			t.Errorf("%q is in the log:\n%s", form, b.String())
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestLogWriteError(t *testing.T) {
	t.Parallel()
	l := NewLog(broken{}, LogOptions{Actions: true})
	l.Group("x")
	l.Error(Annotation{Message: "x"})
	if _, err := l.Write([]byte("x\n")); err == nil {
		t.Error("Write hides the error")
	}
	if err := l.Close(); err == nil {
		t.Error("Close hides the error")
	}
}

func TestLogConcurrent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := NewLog(&b, LogOptions{Actions: true})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				fmt.Fprintln(l, "line")
				l.Warning(Annotation{Message: "odd"})
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := len(githubtest.Lines(b.String()))-1, 8*50*2+1; got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
}

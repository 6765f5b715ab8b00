package github

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	testRepo   = "acme/people"
	testSecret = "the Clockify key"
)

// at is a minute of one morning.
func at(minute int) time.Time { return time.Date(2026, 11, 2, 10, minute, 0, 0, time.UTC) }

func testMarker() Marker {
	m := Marker{Key: "users.csv", Digest: "9c41", Approval: "e07b", Head: "4f2d9aa"}
	return MergeShown(m, Marker{}, at(0), []string{"c2", "c1"})
}

func TestMarkerRead(t *testing.T) {
	t.Parallel()
	signed := SignMarker(testMarker(), testSecret, testRepo, 7)
	body := signed.Line() + "\n### Clockify: merging changes 4 people\n"
	cases := []struct {
		name, body, secret, repo string
		pr                       int
		ok                       bool
	}{
		{"as signed", body, testSecret, testRepo, 7, true},
		{"CRLF", strings.ReplaceAll(body, "\n", "\r\n"), testSecret, testRepo, 7, true},
		{"white space around", "\n " + strings.ReplaceAll(body, "\n", "  \n"), testSecret, testRepo, 7, true},
		{"repository by other case", body, testSecret, "Acme/People", 7, true},
		{"the line alone", signed.Line(), testSecret, testRepo, 7, true},
		{"other secret", body, "guess", testRepo, 7, false},
		{"no secret", body, "", testRepo, 7, false},
		{"other pull request", body, testSecret, testRepo, 8, false},
		{"other repository", body, testSecret, "eve/people", 7, false},
		{"unsigned", testMarker().Line(), testSecret, testRepo, 7, false},
		{"unsigned, no secret", testMarker().Line(), "", testRepo, 7, false},
		{"signed with no secret", SignMarker(testMarker(), "", testRepo, 7).Line(), "", testRepo, 7, false},
		{"other head", strings.Replace(body, "4f2d9aa", "4f2d9ab", 1), testSecret, testRepo, 7, false},
		{"other key", strings.Replace(body, "users.csv", "users.tsv", 1), testSecret, testRepo, 7, false},
		{"one more", strings.Replace(body, `"c1"`, `"c1","c9"`, 1), testSecret, testRepo, 7, false},
		{"earlier", strings.Replace(body, "T10:00", "T09:00", 1), testSecret, testRepo, 7, false},
		{"unknown field", strings.Replace(body, `{"v":1`, `{"x":2,"v":1`, 1), testSecret, testRepo, 7, false},
		{"other version", strings.Replace(body, `"v":1`, `"v":2`, 1), testSecret, testRepo, 7, false},
		{"two objects", strings.Replace(body, `} -->`, `}{} -->`, 1), testSecret, testRepo, 7, false},
		{"not in the first line", "hello\n" + body, testSecret, testRepo, 7, false},
		{"cut off", body[:60], testSecret, testRepo, 7, false},
		{"empty", "", testSecret, testRepo, 7, false},
		{"open and close overlap", "<!-- clockify-sync:plan -->", testSecret, testRepo, 7, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ReadMarker(tc.body, tc.secret, tc.repo, tc.pr)
			if ok != tc.ok {
				t.Fatalf("ok = %v, want %v", ok, tc.ok)
			}
			want := Marker{}
			if ok {
				want = testMarker()
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Marker{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever edits the comment later may change what people read below the marker.
func TestUntouched(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		edited time.Time
		want   bool
	}{
		"as posted": {at(0), true}, "posted a moment before its time": {at(0).Add(-time.Second), true},
		"edited": {at(0).Add(time.Second), false}, "nobody knows when": {time.Time{}, false},
	}
	for name, tc := range cases {
		if got := testMarker().Untouched(Comment{Edited: tc.edited}); got != tc.want {
			t.Errorf("%s: untouched %v, want %v", name, got, tc.want)
		}
	}
	if (Marker{}).Untouched(Comment{Edited: at(0)}) {
		t.Error("a marker without its time is believed")
	}
}

// One form, so that a plan that did not change makes a body that did not.
func TestMarkerLine(t *testing.T) {
	t.Parallel()
	m := testMarker()
	m.Key = "a-->b--c"
	want := `<!-- clockify-sync:plan {"v":1,"key":"a-\u002d\u003eb-\u002dc","digest":"9c41","approval":"e07b","head":"4f2d9aa","gated":{"2026-11-02T10:00:00Z":["c1","c2"]},"posted":"2026-11-02T10:00:00Z"} -->`
	if diff := cmp.Diff(want, m.Line()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a, b := SignMarker(m, testSecret, testRepo, 7).Line(), SignMarker(m, testSecret, testRepo, 7).Line(); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestMergeShown(t *testing.T) {
	t.Parallel()
	read := func(m Marker) Marker {
		m, ok := ReadMarker(SignMarker(m, testSecret, testRepo, 7).Line(), testSecret, testRepo, 7)
		if !ok {
			t.Fatal("not read")
		}
		return m
	}
	old := read(testMarker()) // c1, c2 at 10:00
	next := Marker{Key: "users.csv", Head: "4f2d9aa"}
	moved := Marker{Key: "users.csv", Head: "5a5a5a5"}
	cases := []struct {
		name      string
		next, old Marker
		now       time.Time
		ids       []string
		want      []Shown
	}{
		{"the same commit", next, old, at(9), []string{"c3", "c1"}, []Shown{{"c1", at(0)}, {"c3", at(9)}}},
		{"the same id twice", next, old, at(9), []string{"c3", "c3"}, []Shown{{"c3", at(9)}}},
		{"another commit", moved, old, at(9), []string{"c1"}, []Shown{{"c1", at(9)}}},
		{"another plan", Marker{Key: "other", Head: "4f2d9aa"}, old, at(9), []string{"c1"}, []Shown{{"c1", at(9)}}},
		{"not read from a comment", next, testMarker(), at(9), []string{"c1"}, []Shown{{"c1", at(9)}}},
		{"signed by us, not read", next, SignMarker(testMarker(), testSecret, testRepo, 7), at(9), []string{"c1"}, []Shown{{"c1", at(9)}}},
		{"none before", next, Marker{}, at(9), []string{"c1"}, []Shown{{"c1", at(9)}}},
		{"rounded up", next, Marker{}, at(9).Add(time.Millisecond), []string{"c1"}, []Shown{{"c1", at(9).Add(time.Second)}}},
		{"nothing gated", next, old, at(9), nil, nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := MergeShown(tc.next, tc.old, tc.now, tc.ids)
			if diff := cmp.Diff(tc.want, got.Gated); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	// Gone from one plan and back in the next: shown anew.
	without := read(MergeShown(next, old, at(5), []string{"c1"}))
	back := MergeShown(next, without, at(6), []string{"c1", "c2"})
	if diff := cmp.Diff([]Shown{{"c1", at(0)}, {"c2", at(6)}}, back.Gated); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

func TestCovered(t *testing.T) {
	t.Parallel()
	first := SignMarker(testMarker(), testSecret, testRepo, 7)
	valid, _ := ReadMarker(first.Line(), testSecret, testRepo, 7)
	// c1 at 10:00, c9 at 10:05
	later, _ := ReadMarker(SignMarker(MergeShown(first, valid, at(5), []string{"c1", "c9"}), testSecret, testRepo, 7).Line(), testSecret, testRepo, 7)
	approved := func(needed int, minutes ...int) Approvals {
		a := Approvals{HeadSHA: "4f2d9aa", Needed: needed}
		for i, m := range minutes {
			a.Counted = append(a.Counted, Approval{Login: fmt.Sprint("r", i), SubmittedAt: at(m)})
		}
		return a
	}
	other := approved(1, 9)
	other.HeadSHA = "5a5a5a5"
	cases := []struct {
		name string
		m    Marker
		a    Approvals
		want []string
	}{
		{"approved after", valid, approved(1, 1), []string{"c1", "c2"}},
		{"approved in the same second", valid, approved(1, 0), []string{"c1", "c2"}},
		{"approved before it was shown", later, approved(1, 4), []string{"c1"}},
		{"approved after all", later, approved(1, 5), []string{"c1", "c9"}},
		{"two needed, one came", valid, approved(2, 1), nil},
		{"two needed, one saw all", later, approved(2, 4, 6), []string{"c1"}},
		{"two needed, both saw all", later, approved(2, 5, 6), []string{"c1", "c9"}},
		{"one needed, one of two saw all", later, approved(1, 4, 6), []string{"c1", "c9"}},
		{"none needed is one", valid, approved(0), nil},
		{"nobody", valid, approved(1), nil},
		{"approvals of another commit", valid, other, nil},
		{"not read from a comment", testMarker(), approved(1, 9), nil},
		{"signed by us, not read", first, approved(1, 9), nil},
		{"missing", Marker{}, Approvals{Needed: 1, Counted: approved(1, 9).Counted}, nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Covered(tc.m, tc.a)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzMarker(f *testing.F) {
	f.Add("users.csv", "c-->1", "4f2d9aa", "<!-- clockify-sync:plan {} -->", 3)
	f.Add("\xff", "\xfe", "\x80", "", 5)
	f.Add("a--b", "---", "", testMarker().Line(), 40)
	f.Fuzz(func(t *testing.T, key, id, head, body string, flip int) {
		if m, ok := ReadMarker(body, testSecret, testRepo, 7); ok {
			t.Fatalf("a signature nobody made holds: %v", m)
		}
		m := SignMarker(MergeShown(Marker{Key: key, Head: head}, Marker{}, at(0), []string{id}), testSecret, testRepo, 7)
		line := m.Line()
		inside := strings.TrimSuffix(strings.TrimPrefix(line, "<!--"), "-->")
		if strings.Contains(inside, "--") || strings.ContainsAny(inside, "<>\r\n") {
			t.Fatalf("%q ends its comment", line)
		}
		got, ok := ReadMarker(line+"\r\nbody", testSecret, testRepo, 7)
		if len(line) <= maxMarker && (!ok || got.Line() != line) {
			t.Fatalf("%q is not read back: %v", line, got)
		}
		// One changed byte that still reads as a marker must not say anything else.
		if flip = max(flip, -flip) % len(line); flip >= 0 {
			edited := []byte(line)
			edited[flip] ^= 0x01
			if e, ok := ReadMarker(string(edited), testSecret, testRepo, 7); ok && e.Line() != line && !strings.EqualFold(e.Line(), line) {
				t.Fatalf("%q edited to %q still holds", line, edited)
			}
		}
	})
}

package github

import (
	"errors"
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

var testSigner = Signer{testSecret, testRepo, 7}

// at is a minute of one morning.
func at(minute int) time.Time { return time.Date(2026, 11, 2, 10, minute, 0, 0, time.UTC) }

func testMarker() Marker {
	m := Marker{Key: "users.csv", Digest: "9c41", Approval: "e07b", Head: "4f2d9aa", By: bot}
	return MergeShown(m, Marker{}, at(0), []string{"c2", "c1"})
}

func TestMarkerRead(t *testing.T) {
	t.Parallel()
	const visible = "### Clockify: merging changes 4 people\n"
	body := testSigner.Sign(testMarker(), visible).Line() + "\n" + visible
	other := func(change func(*Signer)) Signer {
		s := testSigner
		change(&s)
		return s
	}
	cases := []struct {
		name, body string
		signer     Signer
		author     string
		want       error
	}{
		{"as signed", body, testSigner, bot, nil},
		{"CRLF", strings.ReplaceAll(body, "\n", "\r\n"), testSigner, bot, nil},
		{"white space around", "\n " + body + "\n\n", testSigner, bot, nil},
		{"repository by other case", body, other(func(s *Signer) { s.Repository = "Acme/People" }), bot, nil},
		{"other secret", body, other(func(s *Signer) { s.Secret = "guess" }), bot, ErrOtherKey},
		{"no secret", body, other(func(s *Signer) { s.Secret = "" }), bot, ErrNoSecret},
		{"other pull request", body, other(func(s *Signer) { s.PullRequest = 8 }), bot, ErrEdited},
		{"other repository", body, other(func(s *Signer) { s.Repository = "eve/people" }), bot, ErrEdited},
		{"unsigned", testMarker().Line() + "\n" + visible, testSigner, bot, ErrUnsigned},
		{"signed with no secret", Signer{"", testRepo, 7}.Sign(testMarker(), visible).Line() + "\n" + visible, testSigner, bot, ErrUnsigned},
		{"a copy", body, testSigner, "eve", ErrNotPoster},
		{"other text", body + "nothing to see\n", testSigner, bot, ErrEdited},
		{"text taken away", testSigner.Sign(testMarker(), visible).Line(), testSigner, bot, ErrEdited},
		{"text before the marker", "hello\n" + body, testSigner, bot, ErrNoMarker},
		{"other head", strings.Replace(body, "4f2d9aa", "4f2d9ab", 1), testSigner, bot, ErrEdited},
		{"other key", strings.Replace(body, "users.csv", "users.tsv", 1), testSigner, bot, ErrEdited},
		{"other poster", strings.Replace(body, bot, "eve", 1), testSigner, "eve", ErrEdited},
		{"one more", strings.Replace(body, `"c1"`, `"c1","c9"`, 1), testSigner, bot, ErrEdited},
		{"earlier", strings.Replace(body, "T10:00", "T09:00", 1), testSigner, bot, ErrEdited},
		{"unknown field", strings.Replace(body, `{"v":2`, `{"x":2,"v":2`, 1), testSigner, bot, ErrNoMarker},
		{"other version", strings.Replace(body, `"v":2`, `"v":1`, 1), testSigner, bot, ErrNoMarker},
		{"two objects", strings.Replace(body, `} -->`, `}{} -->`, 1), testSigner, bot, ErrNoMarker},
		{"cut off", body[:60], testSigner, bot, ErrNoMarker},
		{"empty", "", testSigner, bot, ErrNoMarker},
		{"open and close overlap", "<!-- clockify-sync:plan -->", testSigner, bot, ErrNoMarker},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.signer.Read(Comment{Body: tc.body, Author: tc.author})
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			want := Marker{}
			if err == nil {
				want = testMarker()
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Marker{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// One form, so that a plan that did not change makes a body that did not.
func TestMarkerLine(t *testing.T) {
	t.Parallel()
	m := testMarker()
	m.Key = "a-->b--c"
	want := `<!-- clockify-sync:plan {"v":2,"key":"a-\u002d\u003eb-\u002dc","digest":"9c41","approval":"e07b","head":"4f2d9aa","by":"github-actions[bot]","gated":{"2026-11-02T10:00:00Z":["c1","c2"]},"text":""} -->`
	if diff := cmp.Diff(want, m.Line()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a, b := testSigner.Sign(m, "x").Line(), testSigner.Sign(m, "x").Line(); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestMergeShown(t *testing.T) {
	t.Parallel()
	read := func(m Marker) Marker {
		t.Helper()
		m.By = bot
		m, err := testSigner.Read(Comment{Body: testSigner.Sign(m, "").Line(), Author: bot})
		if err != nil {
			t.Fatal(err)
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
		want      []FirstShown
	}{
		{"the same commit", next, old, at(9), []string{"c3", "c1"}, []FirstShown{{"c1", at(0)}, {"c3", at(9)}}},
		{"the same id twice", next, old, at(9), []string{"c3", "c3"}, []FirstShown{{"c3", at(9)}}},
		{"another commit", moved, old, at(9), []string{"c1"}, []FirstShown{{"c1", at(9)}}},
		{"another plan", Marker{Key: "other", Head: "4f2d9aa"}, old, at(9), []string{"c1"}, []FirstShown{{"c1", at(9)}}},
		{"not read from a comment", next, testMarker(), at(9), []string{"c1"}, []FirstShown{{"c1", at(9)}}},
		{"signed by us, not read", next, testSigner.Sign(testMarker(), ""), at(9), []string{"c1"}, []FirstShown{{"c1", at(9)}}},
		{"none before", next, Marker{}, at(9), []string{"c1"}, []FirstShown{{"c1", at(9)}}},
		{"rounded up", next, Marker{}, at(9).Add(time.Millisecond), []string{"c1"}, []FirstShown{{"c1", at(9).Add(time.Second)}}},
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
	if diff := cmp.Diff([]FirstShown{{"c1", at(0)}, {"c2", at(6)}}, back.Gated); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

func TestApprovedIDs(t *testing.T) {
	t.Parallel()
	first := testSigner.Sign(testMarker(), "")
	read := func(m Marker) Marker {
		got, err := testSigner.Read(Comment{Body: testSigner.Sign(m, "").Line(), Author: bot})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	valid := read(first)
	// c1 at 10:00, c9 at 10:05
	later := read(MergeShown(first, valid, at(5), []string{"c1", "c9"}))
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
			if diff := cmp.Diff(tc.want, ApprovedIDs(tc.m, tc.a)); diff != "" {
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
		if m, err := testSigner.Read(Comment{Body: body, Author: bot}); err == nil {
			t.Fatalf("a signature nobody made holds: %v", m)
		}
		line := testSigner.Sign(MergeShown(Marker{Key: key, Head: head, By: bot}, Marker{}, at(0), []string{id}), body).Line()
		inside := strings.TrimSuffix(strings.TrimPrefix(line, "<!--"), "-->")
		if strings.Contains(inside, "--") || strings.ContainsAny(inside, "<>\r\n") {
			t.Fatalf("%q ends its comment", line)
		}
		got, err := testSigner.Read(Comment{Body: line + "\r\n" + body, Author: bot})
		if len(line) <= maxMarker && (err != nil || got.Line() != line) {
			t.Fatalf("%q is not read back: %v, %v", line, got, err)
		}
		// One changed byte that still reads as a marker must not say anything else.
		if flip = max(flip, -flip) % len(line); flip >= 0 {
			edited := []byte(line)
			edited[flip] ^= 0x01
			e, err := testSigner.Read(Comment{Body: string(edited) + "\n" + body, Author: bot})
			if err == nil && e.Line() != line && !strings.EqualFold(e.Line(), line) {
				t.Fatalf("%q edited to %q still holds", line, edited)
			}
		}
	})
}

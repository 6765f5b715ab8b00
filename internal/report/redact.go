package report

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// mask replaces people by pseudonyms: emails anywhere (r***-3f2a1c@example.com) and the display names the plan knows
// (R***-3f2a1c, the same digits). A mask of nil leaves text as it is.
type mask struct {
	key   []byte
	names map[string][]alias // by the word they begin with (head), longest first
}

type alias struct{ text, by string }

var emailLike = regexp.MustCompile(`[^\s@<>()\[\]{}"',;:|\x60\\/=&?]+@[^\s@<>()\[\]{}"',;:|\x60\\/=&?*]*[^\s@<>()\[\]{}"',;:|\x60\\/=&?*.!]`)

var pseudonym = regexp.MustCompile(`^\S?\*\*\*-[0-9a-f]{6}@`)

// newMask knows the people of a plan. People without a name are known by their email alone.
func newMask(ctx Context, names map[string]string, more ...string) *mask {
	if ctx.Redact != Mask {
		return nil
	}
	m := &mask{key: ctx.RedactKey, names: map[string][]alias{}}
	holders := map[string][]string{}
	for _, email := range slices.Sorted(maps.Keys(names)) {
		holders[email] = []string{email} // it may hold what the pattern takes for the end of an email
		if name := strings.TrimSpace(names[email]); name != "" {
			holders[name] = append(holders[name], email)
		}
	}
	for _, name := range more {
		if name = strings.TrimSpace(name); name != "" && holders[name] == nil {
			holders[name] = []string{name}
		}
	}
	for name, emails := range holders {
		of := name
		if len(emails) == 1 {
			of = emails[0]
		}
		by := initial(name) + "***-" + m.hash(of)
		if strings.Contains(name, "@") && of == name {
			by = m.email(name)
		}
		m.names[head(name)] = append(m.names[head(name)], alias{name, by})
	}
	for _, list := range m.names {
		slices.SortFunc(list, func(a, b alias) int {
			return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text))
		})
	}
	return m
}

func initial(s string) string {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(r)
		}
	}
	return ""
}

// hash tells two people apart: 24 bits, so few that the hash alone confirms little.
func (m *mask) hash(s string) string {
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(strings.ToLower(s)))
	return hex.EncodeToString(h.Sum(nil))[:6]
}

func (m *mask) email(s string) string {
	s = strings.ToLower(s)
	if pseudonym.MatchString(s) {
		return s // text that was masked already: people keep the one pseudonym
	}
	at := strings.LastIndexByte(s, '@')
	return initial(s[:at]) + "***-" + m.hash(s) + s[at:]
}

// text replaces every email and every known name, the latter at word boundaries and in any case. A word of the plan's
// own, such as what a field is called, stays.
func (m *mask) text(s string) string {
	if m == nil || s == "" || attributes[s] {
		return s
	}
	emails := emailLike.FindAllStringIndex(s, -1)
	var b strings.Builder
	before := ' '
	for i := 0; i < len(s); {
		for len(emails) > 0 && emails[0][0] < i {
			emails = emails[1:]
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		end, by := i, ""
		if len(emails) > 0 && emails[0][0] == i {
			end = emails[0][1]
			by = m.email(s[i:end])
		}
		if !word(before) || !word(r) {
			if name, n := m.at(s[i:]); i+n > end {
				end, by = i+n, name
			}
		}
		if end > i {
			b.WriteString(by)
			before, _ = utf8.DecodeLastRuneInString(s[i:end])
			i = end
			continue
		}
		b.WriteString(s[i : i+size])
		before = r
		i += size
	}
	return b.String()
}

// at finds the longest name that s begins with and that ends at a word boundary; n is its length in s.
func (m *mask) at(s string) (by string, n int) {
	for _, a := range m.names[head(s)] {
		if len(s) < len(a.text) || !strings.EqualFold(s[:len(a.text)], a.text) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(a.text)
		next, _ := utf8.DecodeRuneInString(s[len(a.text):])
		if len(s) == len(a.text) || !word(last) || !word(next) {
			return a.by, len(a.text)
		}
	}
	return "", 0
}

// head is what s begins with, whatever its case: a word whole, or one rune of another kind.
func head(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !word(r) })
	switch {
	case end < 0:
		end = len(s)
	case end == 0:
		_, end = utf8.DecodeRuneInString(s)
	}
	return strings.Map(fold, s[:end])
}

// fold is the least of the runes that differ from r in case alone, as strings.EqualFold takes them.
func fold(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// masked is a copy of the plan in which nobody is recognisable, and the mask that made it; the plan itself and no mask where
// nothing is to be masked. Ids, and so digests, are those of the plan. more are further changes that name people.
func masked(p *plan.Plan, more []plan.Change, ctx Context) (*plan.Plan, *mask) {
	m := planMask(p, more, ctx)
	q := hide(m, p)
	if q != p {
		q.Problems = m.problems(p.Problems)
	}
	return q, m
}

// hide is a copy in which nobody is recognisable. What workspaces are called stays.
func hide[T plan.Texts](m *mask, v T) T {
	if m == nil {
		return v
	}
	return plan.MapTexts(v, m.text, "Workspace")
}

// planMask knows the people of a plan. A group may still have the name that a person had once, so that is masked as well.
func planMask(p *plan.Plan, more []plan.Change, ctx Context) *mask {
	var people []string
	for _, list := range [][]plan.Change{p.Changes, more} {
		for _, c := range list {
			people = append(people, c.Person, c.Leaver)
			if namedAfter(c) {
				people = append(people, c.Ref.Name)
			}
		}
	}
	return newMask(ctx, p.Names, people...)
}

// namedAfter reports whether the change is of a group that may have the name somebody once had: one that is renamed,
// or one that a leaver manages.
func namedAfter(c plan.Change) bool {
	switch do := c.Do.(type) {
	case plan.Manager:
		return do.Group != "" && c.Leaver != ""
	case plan.Group:
		if c.Op == plan.Delete {
			return c.Leaver != ""
		}
	}
	return c.Ref.Kind == plan.KindGroup && c.Op == plan.Update
}

// problems hides a line of the file where somebody is named in it: the caret would no longer stand under its column.
func (m *mask) problems(in []state.Problem) []state.Problem {
	out := hide(m, in)
	for i, p := range in {
		if out[i].Excerpt != p.Excerpt {
			out[i].Excerpt = ""
		}
	}
	return out
}

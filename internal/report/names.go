package report

import (
	"maps"
	"slices"
	"strings"
)

// names knows what people are called.
type names struct {
	byEmail map[string]string
	shared  map[string]bool // names that two people have
}

func newNames(byEmail map[string]string) names {
	n := names{byEmail: byEmail, shared: map[string]bool{}}
	seen := map[string]bool{}
	for _, email := range slices.Sorted(maps.Keys(byEmail)) {
		key := strings.ToLower(strings.TrimSpace(byEmail[email]))
		n.shared[key] = n.shared[key] || seen[key]
		seen[key] = true
	}
	return n
}

// label is the display name, with the email where two people share it, or the email of who has none.
func (n names) label(email string) string {
	called := strings.TrimSpace(n.byEmail[email])
	switch {
	case called == "":
		return email
	case n.shared[strings.ToLower(called)]:
		return called + " (" + email + ")"
	}
	return called
}

// person is the label as a part of a sentence.
func (n names) person(email string) Part {
	if label := n.label(email); label != email {
		return name(label)
	}
	return data(email)
}

// beside is the display name to show next to an email; empty when it says nothing more, as of a pseudonym.
func (n names) beside(email string) string {
	called := strings.TrimSpace(n.byEmail[email])
	if len(email) >= len(called) && strings.EqualFold(email[:len(called)], called) {
		return ""
	}
	return called
}

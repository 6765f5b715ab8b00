package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// handsOff is what no phase may touch, whatever the CSV says. Nothing else in this package decides that: a step that would
// touch a person or a group asks here first. The premise: what somebody named is left alone whole, roles over it included,
// and what cannot be known is not acted on.
//
// Protected groups match protect.groups, or are named like a value of the protecting column that the CSV has or anybody in
// the workspace holds, before the run or after it. Protected people match protect.users. An exact name always matches,
// whatever characters are in it; anything else is a glob. Letters of another case and another Unicode form are the same.
type handsOff struct {
	groups []string // patterns, folded
	values set      // values of the protecting column, folded
	users  []string // patterns, folded
	known  map[string]bool
}

func newHandsOff(spec *state.Users, dir *state.Directory) *handsOff {
	h := &handsOff{groups: foldedAll(spec.Protect.Groups), values: set{}, users: foldedAll(spec.Protect.Users), known: map[string]bool{}}
	add := func(value string) {
		if value = folded(value); value != "" {
			h.values[value] = true
		}
	}
	for _, v := range spec.Protect.Values {
		add(v)
	}
	for _, v := range heldValues(spec.Protect.Field, dir) {
		add(v)
	}
	return h
}

// heldValues are the values of a field that anybody in the workspace holds, sorted.
func heldValues(field string, dir *state.Directory) []string {
	if field == "" {
		return nil
	}
	held := set{}
	for _, person := range dir.People {
		for value := range strings.SplitSeq(person.Fields[field], separator) {
			if value = strings.TrimSpace(value); value != "" {
				held[value] = true
			}
		}
	}
	return sorted(held)
}

func (p *userPlanner) heldValues() []string { return heldValues(p.spec.Protect.Field, p.dir) }

// StillProtected is the declaration for planning again after a plan was carried out: what it found protected stays so,
// also where nobody holds the value any more.
func StillProtected(spec *state.Users, before *Plan) *state.Users {
	if spec == nil {
		return nil
	}
	still := *spec
	for _, s := range before.Subjects {
		still.Protect.Values = slices.Concat(still.Protect.Values, s.Protects)
	}
	return &still
}

// group reports whether a group of that name is protected.
func (h *handsOff) group(name string) bool {
	name = folded(name)
	return h.values[name] || slices.ContainsFunc(h.groups, func(pattern string) bool { return matches(pattern, name) })
}

// user reports whether the person is protected.
func (h *handsOff) user(email string) bool {
	if len(h.users) == 0 {
		return false
	}
	protected, asked := h.known[email]
	if !asked {
		name := folded(email)
		protected = slices.ContainsFunc(h.users, func(pattern string) bool { return matches(pattern, name) })
		h.known[email] = protected
	}
	return protected
}

// holds reports whether a protected person is in the group or manages it.
func (h *handsOff) holds(g *state.Group) bool {
	return slices.ContainsFunc(g.Members, h.user) || slices.ContainsFunc(g.Managers, h.user)
}

// folded is a name without what people overlook.
func folded(name string) string { return strings.ToLower(text.NFC(strings.TrimSpace(name))) }

func foldedAll(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = folded(name)
	}
	return list
}

// matches reports whether a folded pattern of the config matches a folded name.
func matches(pattern, name string) bool {
	if pattern == name {
		return true
	}
	slash := func(s string) string { return strings.ReplaceAll(s, "/", "\x01") } // special to path.Match, not to people
	ok, err := path.Match(slash(pattern), slash(name))
	return err == nil && ok
}

// sayUnmatched says which entries of protect match nothing.
func (p *userPlanner) sayUnmatched(before *userState) {
	say := func(setting, pattern string, names func(func(string) bool)) {
		for name := range names {
			if matches(folded(pattern), folded(name)) {
				return
			}
		}
		p.note(state.Finding{Kind: state.FindingProtectsNothing, Level: state.LevelAttention, Name: pattern, About: setting})
	}
	for _, pattern := range p.spec.Protect.Groups {
		say("protect.groups", pattern, func(yield func(string) bool) {
			for _, g := range before.groups {
				if !yield(g.Name) {
					return
				}
			}
		})
	}
	if c := p.spec.Protect.Column; c != "" && !slices.ContainsFunc(p.dir.Groups, func(g state.Group) bool { return p.keep.values[folded(g.Name)] }) {
		p.note(state.Finding{Kind: state.FindingProtectsNothing, Name: c, About: "protect.groups_from_column"})
	}
	for _, pattern := range p.spec.Protect.Users {
		say("protect.users", pattern, func(yield func(string) bool) {
			for email := range before.people {
				if !yield(email) {
					return
				}
			}
			for _, row := range p.spec.People {
				if !yield(row.Email) {
					return
				}
			}
		})
	}
}

// exempt says why an absent person is never deactivated; empty: they may be.
func (p *userPlanner) exempt(person *state.Person) Cause {
	switch {
	case person.Email == p.dir.Self:
		return state.CauseOwnKey
	case person.Owner:
		return state.CauseOwner
	case p.keep.user(person.Email):
		return state.CauseProtected
	case person.Email == p.spec.FallbackManager:
		return state.CauseFallbackManager
	case person.Admin && !p.spec.DeactivateAdmins:
		return state.CauseAdmin
	}
	return ""
}

// handsOffGroups reports whether groups are left alone altogether.
func (p *userPlanner) handsOffGroups() bool {
	return p.spec.IdentityProvider || p.spec.NoGroups || p.spec.NoManagers
}

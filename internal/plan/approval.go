package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ShortDigest is how many hexadecimal digits of an approval digest are shown and asked for: 128 bits.
const ShortDigest = 32

var approvalForm = regexp.MustCompile(`^([0-9a-f]{32,64})(?::([0-9a-f.]*))?$`)

// Approval says which gated changes may be run. The zero value allows none.
type Approval struct {
	allowed map[string]bool
	all     bool
}

// Permits reports whether the gated change may be run. Who approved a deactivation when there were more than the guard
// allows has approved it when there are fewer; the other way round they have not.
func (a Approval) Permits(c Change) bool {
	return a.all || a.allowed[c.ApprovalID()] || a.allowed[ApprovalID(c.ID, MaxDeactivations)]
}

// ApproveAll allows everything that is gated: someone has just been shown the list.
func ApproveAll() Approval { return Approval{all: true} }

// ApproveIDs allows the gated changes with these approval ids.
func ApproveIDs(ids []string) Approval {
	a := Approval{allowed: map[string]bool{}}
	for _, id := range ids {
		a.allowed[id] = true
	}
	return a
}

// ApprovalToken is the approval digest followed by what it covers, "digest:id.id.id", so that whoever receives it can
// tell a part of the approved set from a new one. Empty when nothing is gated. Of very long lists the digest alone is
// given: it must fit into an environment variable.
func (p *Plan) ApprovalToken() string {
	gated := p.Gated()
	if len(gated) == 0 {
		return ""
	}
	const most = 3000 // 33 bytes each: 99 kB of the 128 kB that Linux allows one variable
	if len(gated) > most {
		return p.ApprovalDigest()
	}
	list := approvalIDs(gated)
	slices.Sort(list)
	return p.ApprovalDigest() + ":" + strings.Join(list, ".")
}

// ParseApproval understands what was given as approval: a digest of at least 32 hexadecimal digits, or a whole token.
// The digest covers the plan's gated changes when they are exactly the approved ones; a token, or one of the earlier
// plans' lists of gated ids that hash to the digest, also covers what is still to do of them. A token whose list does
// not hash to its digest is an error. reason says why something is left out, empty when everything is covered.
func (p *Plan) ParseApproval(token string, earlier ...[]string) (a Approval, reason string, err error) {
	token = strings.ToLower(strings.TrimSpace(token))
	if token == "" {
		return Approval{}, "", nil
	}
	m := approvalForm.FindStringSubmatch(token)
	if m == nil {
		return Approval{}, "", fmt.Errorf("approval %q is not an approval digest: give at least %d hexadecimal digits of the one the plan shows", truncate(token), ShortDigest)
	}
	want := m[1]
	if now := p.ApprovalDigest(); now != "" && strings.HasPrefix(now, want) {
		return ApproveIDs(approvalIDs(p.Gated())), "", nil
	}
	if m[2] != "" {
		list := strings.Split(m[2], ".")
		if digest("approval", list) != want {
			return Approval{}, "", fmt.Errorf("approval %s… does not belong to the list behind it: copy the whole value", want[:ShortDigest])
		}
		earlier = append(earlier, list)
	}
	for _, list := range earlier {
		if len(list) > 0 && strings.HasPrefix(digest("approval", slices.Clone(list)), want) {
			a = ApproveIDs(list)
			left := 0
			for _, c := range p.Gated() {
				if !a.Permits(c) {
					left++
				}
			}
			if left > 0 {
				reason = fmt.Sprintf("%d of the changes that need approval are new since %s was approved", left, want[:ShortDigest])
			}
			return a, reason, nil
		}
	}
	if p.ApprovalDigest() == "" {
		return Approval{}, "", nil
	}
	return Approval{}, fmt.Sprintf("what needs approval is no longer what %s approved; it is now %s", want[:ShortDigest], p.ApprovalDigest()[:ShortDigest]), nil
}

func truncate(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Package plan computes the difference between what is asked (state.Spec) and what is (state.State): an ordered list of
// changes, as data, that can be shown, hashed, approved and run. It is pure: no clock, no I/O, no Clockify ids; it knows
// neither how a change is made nor how it looks.
package plan

import (
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// A Plan is what a run would do and what it has to say. The same Spec and State give the same Plan, byte for byte.
type Plan struct {
	Changes  []Change // in the order they are run: by domain, phase and then by what they need
	Findings []state.Finding
	Problems []state.Problem   // input that cannot be used; while there is one, what it is about is not written (Blocked)
	Refusals []Refusal         // guards and preflight checks that stand against any write
	Exceeded []Exceeded        // guards that make changes wait
	Subjects []Subject         // what was planned, one per domain and workspace
	Names    map[string]string // email to display name, of everybody in the workspace; for showing and for masking
	Calls    Calls
}

// Domain says which of the two syncs a change belongs to.
type Domain string

// The two domains.
const (
	Users Domain = "users"
	Time  Domain = "time"
)

// Subject says what a plan was made for.
type Subject struct {
	Domain      Domain   `json:"domain"`
	Sync        string   `json:"sync,omitempty"`         // name of the time sync
	Workspace   string   `json:"workspace"`              // the one that is changed
	WorkspaceID string   `json:"workspace_id,omitempty"` // Clockify's
	People      int      `json:"people,omitempty"`       // active people (users)
	Declared    int      `json:"declared,omitempty"`     // people in the CSV (users)
	Groups      int      `json:"groups,omitempty"`       // groups (users)
	Entries     int      `json:"entries,omitempty"`      // source entries in the window (time)
	From        string   `json:"from,omitempty"`         // the window, RFC 3339 (time)
	To          string   `json:"to,omitempty"`
	Protects    []string `json:"-"` // values that people held before the run and that protect groups (users)
	Reports     []Report `json:"-"` // who reports to whom before and after (users), for those whose manager changes
}

// Report is one person's managers before and after the plan, gated changes included.
type Report struct {
	Person        string   // email
	Before, After []string // emails of managers, sorted
	Leaves        bool     // the person is to be deactivated
}

// Calls counts API calls: made for reading (filled by who reads), needed to carry the plan out. Where a run may make only
// so many, whoever runs it fills in the rest.
type Calls struct {
	Made   int  `json:"made"`             // for reading, as the server saw them
	Needed int  `json:"needed"`           // to carry the plan out
	Budget int  `json:"budget,omitempty"` // calls one run may make, reading included; 0: any number
	Hourly bool `json:"hourly,omitempty"` // the budget is of an hour, and not of a run: the free plan
	Runs   int  `json:"runs,omitempty"`   // runs the plan takes at that; 0 with a budget: reading alone uses it up
}

// Refusal is a reason why nothing of a domain may be written.
type Refusal struct {
	Domain  Domain `json:"domain"`
	Sync    string `json:"sync,omitempty"`
	Setting string `json:"setting"` // the setting or feature it is about, as written in the config
	Cause   Cause  `json:"cause,omitempty"`
	About   string `json:"about,omitempty"` // what the cause is about: an email, a workspace, a feature
	Figures
}

// Figures are what a guard counted.
type Figures struct {
	Have  int    `json:"have,omitempty"`  // of a guard: so many there would be
	Limit int    `json:"limit,omitempty"` // so many are allowed
	Base  int    `json:"base,omitempty"`  // of so many
	Allow string `json:"allow,omitempty"` // the setting's value that would allow it
}

// Exceeded is a guard that makes changes wait: those with its Guard and Attribute.
type Exceeded struct {
	Guard     Guard
	Attribute string
	Figures
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// Gated returns the changes that wait for approval.
func (p *Plan) Gated() []Change {
	var gated []Change
	for _, c := range p.Changes {
		if c.Gated {
			gated = append(gated, c)
		}
	}
	return gated
}

// Blocked reports whether nothing of the change's domain may be written.
func (p *Plan) Blocked(c Change) bool {
	for _, problem := range p.Problems {
		if !problem.Users || c.Domain == Users {
			return true
		}
	}
	for _, r := range p.Refusals {
		if r.Domain == c.Domain && r.Sync == c.Sync {
			return true
		}
	}
	return false
}

// AllBlocked reports whether no change may be written, as where there is none.
func (p *Plan) AllBlocked() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return !p.Blocked(c) })
}

// Join puts the plans of several domains together, in the order given.
func Join(plans ...*Plan) *Plan {
	all := &Plan{Names: map[string]string{}}
	for _, p := range plans {
		if p == nil {
			continue
		}
		all.Changes = append(all.Changes, p.Changes...)
		all.Findings = append(all.Findings, p.Findings...)
		all.Problems = append(all.Problems, p.Problems...)
		all.Refusals = append(all.Refusals, p.Refusals...)
		all.Exceeded = append(all.Exceeded, p.Exceeded...)
		all.Subjects = append(all.Subjects, p.Subjects...)
		for email, name := range p.Names {
			all.Names[email] = name
		}
		all.Calls.Made += p.Calls.Made
		all.Calls.Needed += p.Calls.Needed
	}
	return all
}

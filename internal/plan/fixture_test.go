package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// workspace reads a Directory written for people. Underscores in values stand for spaces.
//
//	person EMAIL [owner admin inactive pending declined ghost] [name=Ann] [cap=8h] [mgr=a@x,b@x] [Field=value]
//	group NAME = members | managers
//	field NAME TYPE [allowed,values] [dormant] [required]
//
// A person's name is the first part of the email with a capital, unless given; capacity is 8h.
func workspace(t testing.TB, text string) *state.Directory {
	t.Helper()
	dir := &state.Directory{Workspace: "Acme", Self: "owner@x", Features: []string{"MANAGER_ROLE", "USER_CUSTOM_FIELDS", "CUSTOM_FIELDS", "EDIT_MEMBER_PROFILE"}}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "person":
			dir.People = append(dir.People, readPerson(t, words[1], words[2:]))
		case "group":
			_, rest, _ := strings.Cut(line, "=")
			members, managers, _ := strings.Cut(rest, "|")
			g := state.Group{Name: spaced(words[1]), Members: strings.Fields(members), Managers: strings.Fields(managers)}
			slices.Sort(g.Members)
			slices.Sort(g.Managers)
			dir.Groups = append(dir.Groups, g)
		case "field":
			f := state.Field{Name: spaced(words[1]), Type: state.FieldType(words[2])}
			for _, w := range words[3:] {
				switch w {
				case "dormant":
					f.Inactive = true
				case "required":
					f.Required = true
				default:
					f.Allowed = strings.Split(w, ",")
				}
			}
			dir.Fields = append(dir.Fields, f)
		default:
			t.Fatalf("workspace: what is %q?", line)
		}
	}
	return dir
}

func readPerson(t testing.TB, email string, words []string) state.Person {
	t.Helper()
	p := state.Person{Email: email, Status: state.Active, Capacity: 8 * time.Hour, Fields: map[string]string{}}
	if local, _, _ := strings.Cut(email, "@"); local != "" {
		p.Name = strings.ToUpper(local[:1]) + local[1:]
	}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "owner":
			p.Owner, p.Admin = true, true
		case "admin":
			p.Admin = true
		case "ghost":
			p.EmptyRole = true
		case "inactive", "pending", "declined":
			p.Status = state.Status(key)
		case "name":
			p.Name = spaced(value)
		case "cap":
			p.Capacity = duration(t, value)
		case "mgr":
			p.Managers = strings.Split(value, ",")
			slices.Sort(p.Managers)
		default:
			p.Fields[spaced(key)] = spaced(value)
		}
	}
	return p
}

// declares reads a users.csv written for people: a line "EMAIL MANAGER [cap=8h] [Field=value]", with - for a blank. Lines
// are counted as in the file, after a header.
func declares(t testing.TB, text string) *state.Users {
	t.Helper()
	users := &state.Users{
		File: "users.csv", FallbackManager: "ops@x", FallbackGroup: "Other functions",
		Guards: state.Guards{
			MaxDeactivations: state.Limit{Share: 0.05, Floor: 3}, MaxRemovals: state.Limit{Share: 0.2, Floor: 10},
			MaxReactivations: state.Limit{Count: 1000}, MaxInvitations: state.Limit{Count: 1000}, MaxChanges: state.Limit{Count: 1000},
			MaxShrink: state.Limit{Count: 1000}, MinActiveUsers: 2,
		},
	}
	line := 1
	for row := range strings.Lines(text) {
		words := strings.Fields(row)
		if len(words) == 0 {
			continue
		}
		line++
		d := state.Row{
			Email: words[0], Capacity: 8 * time.Hour,
			At: state.Source{File: users.File, Line: line, Column: 1}, ManagerAt: state.Source{File: users.File, Line: line, Column: 2},
		}
		if words[1] != "-" {
			d.Manager = words[1]
		}
		for i, w := range words[2:] {
			key, value, _ := strings.Cut(w, "=")
			if key == "cap" {
				d.Capacity = duration(t, value)
				continue
			}
			field := spaced(key)
			if !slices.ContainsFunc(users.Fields, func(m state.Mapping) bool { return m.Field == field }) {
				users.Fields = append(users.Fields, state.Mapping{Column: field, Field: field})
			}
			d.Cells = append(d.Cells, state.Cell{Field: field, Text: spaced(value), At: state.Source{File: users.File, Line: line, Column: 4 + i}})
		}
		users.People = append(users.People, d)
	}
	return users
}

func duration(t testing.TB, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

func compute(spec *state.Users, dir *state.Directory) *plan.Plan {
	return plan.Compute(state.Spec{Users: spec}, state.State{Users: dir})
}

// render shows a plan as a person would read it: changes, then what it has to say, each a line.
func render(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		b.WriteString(renderChange(c))
	}
	for _, r := range p.Refusals {
		fmt.Fprintf(&b, "refused %s: %s", r.Setting, joined(r.Cause, r.About))
		if r.Base > 0 {
			fmt.Fprintf(&b, ", %d of %d, limit %d, %s would do", r.Have, r.Base, r.Limit, r.Allow)
		}
		b.WriteString("\n")
	}
	for _, x := range p.Problems {
		fmt.Fprintf(&b, "problem %s\n", x)
	}
	for _, f := range p.Findings {
		at := ""
		if f.Source != (state.Source{}) {
			at = " @" + f.Source.String()
		}
		failed := ""
		if f.Failed {
			failed = " [failed]"
		}
		fmt.Fprintf(&b, "finding %s %s%s: %s", f.Kind, f.Name, at, joined(f.Cause, f.About))
		if len(f.Values) > 0 {
			fmt.Fprintf(&b, " %q", f.Values)
		}
		if f.Count > 0 {
			fmt.Fprintf(&b, " (%d)", f.Count)
		}
		b.WriteString(failed + "\n")
	}
	return b.String()
}

func renderChange(c plan.Change) string {
	var fields []string
	for _, f := range c.Fields {
		fields = append(fields, fmt.Sprintf("%s: %s -> %s", f.Name, orNone(f.Before), orNone(f.After)))
	}
	line := fmt.Sprintf("%s %s %s %s %s", c.Phase, c.Op, c.Ref.Kind, c.Ref.Name, strings.Join(fields, "; "))
	if c.Gated {
		line += " [" + strings.TrimSpace("gated "+string(c.Guard)) + "]"
	}
	why := joined(c.Cause, c.CauseAbout)
	if h := c.Handover; h != nil && (h.To != "" || len(h.Projects)+len(h.NamedBy) > 0) {
		why += fmt.Sprintf("; %d people and groups %q to %s, projects %q, named by %q", h.People, h.Groups, h.To, h.Projects, h.NamedBy)
	}
	if why != "" {
		line += " (" + why + ")"
	}
	return line + "\n"
}

func joined(cause plan.Cause, about string) string {
	return strings.TrimSpace(string(cause) + " " + about)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// lines trims what a test has written between backticks.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

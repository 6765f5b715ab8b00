package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Report is one person's managers before and after, and how the changes of them ended.
type Report struct {
	Person string // email
	Label  string
	Leaves bool
	Before []Manager
	After  []Manager
}

// Manager is one of a person's managers at one of the two times.
type Manager struct {
	Email, Label string
	Moves        bool   // new, or no longer theirs
	Result       Result // of the change; empty where nothing moves
}

// reports says who reports to whom before and after, for those whose manager changes.
func (b *builder) reports() {
	results := map[string]Result{}
	key := func(op plan.Op, manager, person string) string { return joined("\x00", string(op), manager, person) }
	for _, e := range b.ends {
		if e.Ref.Kind == plan.KindManager {
			results[key(e.Op, fieldOf(e.Change, "manager"), e.Ref.Name)] = e.result
		}
	}
	for _, s := range b.plan.Subjects {
		for _, r := range s.Reports {
			list := func(op plan.Op, managers, other []string) (out []Manager) {
				for _, m := range managers {
					x := Manager{Email: m, Label: b.names.label(m), Moves: !slices.Contains(other, m)}
					if x.Moves {
						x.Result = results[key(op, m, r.Person)]
					}
					out = append(out, x)
				}
				return out
			}
			b.doc.Reports = append(b.doc.Reports, Report{
				Person: r.Person, Label: b.names.label(r.Person), Leaves: r.Leaves,
				Before: list(plan.Delete, r.Before, r.After), After: list(plan.Create, r.After, r.Before),
			})
		}
	}
}

// A diagram is readable at the width of a comment (780 pixels) with so many people in all, and so many in one column.
const (
	mostInDiagram = 40
	mostColumns   = 3
	widestLabel   = 24
)

// diagram draws the part of the manager tree that changes, as a Mermaid flowchart from left to right; nil when nothing
// changes or it could not be read. Node ids are counted here, never taken from data.
func diagram(reports []Report) []string {
	var order, edges, leaves []string
	ids, labels := map[string]string{}, map[string]string{}
	node := func(email, label string) string {
		if _, ok := ids[email]; !ok {
			ids[email] = fmt.Sprintf("n%d", len(ids))
			labels[email] = label
			order = append(order, email)
		}
		return ids[email]
	}
	above := map[string][]string{}
	for _, r := range reports {
		for _, m := range r.After {
			arrow := "-->"
			if m.Moves {
				arrow = "==>|new|"
			}
			edges = append(edges, "  "+node(m.Email, m.Label)+" "+arrow+" "+node(r.Person, r.Label))
			above[r.Person] = append(above[r.Person], m.Email)
		}
		for _, m := range r.Before {
			if m.Moves {
				edges = append(edges, "  "+node(m.Email, m.Label)+" -.->|ends| "+node(r.Person, r.Label))
				above[r.Person] = append(above[r.Person], m.Email)
			}
		}
		if r.Leaves {
			leaves = append(leaves, node(r.Person, r.Label))
		}
		if len(ids) > mostInDiagram {
			return nil
		}
	}
	if len(edges) == 0 || deeper(order, above, mostColumns) {
		return nil
	}
	lines := []string{"flowchart LR"}
	for _, email := range order {
		lines = append(lines, fmt.Sprintf(`  %s["%s"]`, ids[email], mermaid(labels[email])))
	}
	lines = append(lines, edges...)
	if len(leaves) > 0 {
		lines = append(lines, "  classDef leaves stroke-dasharray: 4 3,opacity: 0.6", "  class "+strings.Join(leaves, ",")+" leaves")
	}
	return lines
}

// deeper reports whether more than most people stand one above the other, or some in a circle.
func deeper(people []string, above map[string][]string, most int) bool {
	level := map[string]int{}
	for range most {
		for _, p := range people {
			for _, m := range above[p] {
				level[p] = max(level[p], level[m]+1)
			}
		}
	}
	return slices.ContainsFunc(people, func(p string) bool { return level[p] >= most })
}

// mermaid renders a label: whatever is no letter, digit or space becomes Mermaid's numeric entity #NN;, so that no quote,
// bracket, tag, directive or keyword is left of it. The ligature is what Mermaid itself stands entities in with.
func mermaid(s string) string {
	var b strings.Builder
	for _, r := range text.Clip(text.Sanitize(s), widestLabel) {
		if r < 0x80 && r != ' ' && !alphanumeric(r) || r == 'ﬂ' {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

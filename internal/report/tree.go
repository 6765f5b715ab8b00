package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// mostInTree is how many people a diagram may have and still be read.
const mostInTree = 40

// tree draws the part of the manager tree that changes, as a Mermaid flowchart; empty when nothing changes or it would
// have too many people. Node ids are counted here, never taken from data.
func (v *view) tree() string {
	var reports []plan.Report
	for _, s := range v.plan.Subjects {
		reports = append(reports, s.Reports...)
	}
	var order []string
	ids, leaves := map[string]string{}, []string{}
	node := func(email string) string {
		if _, ok := ids[email]; !ok {
			ids[email] = fmt.Sprintf("n%d", len(ids))
			order = append(order, email)
		}
		return ids[email]
	}
	var edges []string
	for _, r := range reports {
		for _, m := range r.After {
			arrow := "==>|new|"
			if slices.Contains(r.Before, m) {
				arrow = "-->"
			}
			edges = append(edges, "  "+node(m)+" "+arrow+" "+node(r.Person))
		}
		for _, m := range r.Before {
			if !slices.Contains(r.After, m) {
				edges = append(edges, "  "+node(m)+" -.->|ends| "+node(r.Person))
			}
		}
		if r.Leaves {
			leaves = append(leaves, node(r.Person))
		}
		if len(ids) > mostInTree {
			return ""
		}
	}
	if len(edges) == 0 {
		return ""
	}
	lines := []string{"flowchart TD"}
	for _, email := range order {
		lines = append(lines, fmt.Sprintf(`  %s["%s"]`, ids[email], mermaid(v.names.label(email))))
	}
	lines = append(lines, edges...)
	if len(leaves) > 0 {
		lines = append(lines, "  classDef leaves stroke-dasharray: 4 3,opacity: 0.6", "  class "+strings.Join(leaves, ",")+" leaves")
	}
	return fence("mermaid", lines)
}

// mermaid renders a label: whatever is no letter, digit or space becomes Mermaid's numeric entity #NN;, so that no quote,
// bracket, tag, directive or keyword is left of it. The ligature is what Mermaid itself stands entities in with.
func mermaid(s string) string {
	var b strings.Builder
	for _, r := range clip(visible(s), 40) {
		if r < 0x80 && r != ' ' && !alphanumeric(r) || r == 'ﬂ' {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

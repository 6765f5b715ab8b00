package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// diagnosis is what doctor found. As JSON it holds no names, no addresses and no keys.
type diagnosis struct {
	Program    string         `json:"program"`
	Problems   int            `json:"problems_in_the_files"`
	Workspaces []*examination `json:"workspaces"`
}

// sound reports whether the config gets what it needs.
func (d diagnosis) sound() bool {
	return d.Problems == 0 && !slices.ContainsFunc(d.Workspaces, func(e *examination) bool { return e.Failed })
}

// print writes the page.
func (d diagnosis) print(c *console) {
	for i, e := range d.Workspaces {
		if i > 0 {
			fmt.Fprintln(c.Stdout)
		}
		e.print(c)
	}
	if d.Problems > 0 {
		row(c, "Files", count(d.Problems, [2]string{"problem", "problems"})+": clockify-sync validate shows them")
	}
}

// row writes a line of the page, broken under its own beginning.
func row(c *console, title, text string) {
	fmt.Fprint(c.Stdout, report.Broken(fmt.Sprintf("%-10s %s", title, visible(text)), 11, c.Width))
}

func (e *examination) print(c *console) {
	key := e.self
	switch {
	case e.name == "":
		key = "of " + cmp.Or(e.self, "an unknown user") + ", for the workspace " + e.id
	case e.Role == "":
		key += fmt.Sprintf(", in %s (%s)", e.name, e.id)
	default:
		key += fmt.Sprintf(", %s of %s (%s)", e.Role, e.name, e.id)
	}
	if len(e.others) > 0 {
		key += "; also opens: " + listed(e.others, 3)
	}
	row(c, "Key", key+"  · for "+strings.Join(e.Parts, " and "))
	if e.Plan != "" {
		var have []string
		for _, f := range knownFeatures {
			have = append(have, f.name+" "+yesNo(e.Features[f.feature]))
		}
		row(c, "Plan", e.Plan+": "+strings.Join(have, " · "))
	}
	if e.Latency > 0 || e.self != "" {
		row(c, "Host", fmt.Sprintf("%s, %d ms away; %v calls a second set", e.address, e.Latency, e.Rate))
	}
	if len(e.Needs) > 0 {
		row(c, "Config", e.needs())
	}
	if e.err != nil {
		row(c, "Stopped", e.err.Error())
		c.advise(topicOf(e.err))
		return
	}
	e.printChecks(c)
}

// needs says what the config asks for and what of it is not there.
func (e *examination) needs() string {
	var all, missing, unknown []string
	for _, n := range e.Needs {
		all = append(all, n.Name)
		switch n.Have {
		case "no":
			missing = append(missing, n.Name)
		case "unknown":
			unknown = append(unknown, n.Name)
		}
	}
	text := "needs: " + strings.Join(all, ", ") + "."
	switch {
	case len(missing) > 0:
		text += " NOT THERE: " + strings.Join(missing, ", ") + "."
	case len(unknown) == 0:
		text += " All there."
	}
	if len(unknown) > 0 {
		text += " Cannot be told: " + strings.Join(unknown, ", ") + "."
	}
	return text
}

// printChecks says how many assumptions hold, and lists those that do not or cannot be told.
func (e *examination) printChecks(c *console) {
	hold := 0
	for _, check := range e.Checks {
		if check.Verdict == provider.Holds {
			hold++
		}
	}
	fmt.Fprintf(c.Stdout, "Looks as expected   %d of %d things that this tool relies on, looked at without writing\n", hold, len(e.Checks))
	for _, check := range e.Checks {
		mark, text := "?", check.Seen
		switch check.Verdict {
		case provider.Holds:
			continue
		case provider.Differs:
			mark, text = "✗", check.Seen+": "+check.Means
		}
		fmt.Fprint(c.Stdout, report.Broken(fmt.Sprintf("  %s %s   %s", mark, check.Name, visible(text)), 6, c.Width))
	}
}

// listed joins the first few names.
func listed(names []string, most int) string {
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

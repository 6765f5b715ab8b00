package report

import (
	"fmt"
	"strings"
)

// caution opens the box in which stands what needs approval.
func (m *markdown) caution() string {
	asks := m.asks()
	verb := "wait"
	if strings.HasPrefix(asks, "1 ") && !strings.Contains(asks, " and ") {
		verb = "waits"
	}
	return fmt.Sprintf("> [!CAUTION]\n> **%s %s for a reviewer.** Done only after approval of exactly this list (<code>%s</code>).\n>\n",
		upper(asks), verb, short(m.approval))
}

// table shows what needs approval, each with its reason and consequence.
func (m *markdown) table() string {
	if len(m.waits) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(m.caution())
	b.WriteString("> | | | why, and what follows |\n> |---|---|---|\n")
	for _, w := range m.waits {
		name := code(clip(w.name, 2*longestCell))
		if label := m.names.beside(w.name); w.sort == waitDeactivate && label != "" {
			name += " " + prose(clip(label, 60))
		}
		parts := []string{}
		for _, s := range []string{w.why, w.also} {
			if s != "" {
				parts = append(parts, prose(clip(s, 600)))
			}
		}
		text := strings.Join(parts, "; ")
		if text == "" {
			text = "–"
		}
		if w.exceeds() {
			text = strings.TrimSpace(text + " <b>over</b> " + code("guards."+w.over))
		}
		if len(w.who) > 0 {
			var who []string
			for _, s := range w.who {
				who = append(who, code(clip(s, longestCell)))
			}
			text += ". " + count(len(who), "change", "changes") + ": " + strings.Join(who, " ")
		}
		fmt.Fprintf(&b, "> | %s | %s | %s |\n", sorts[w.sort][0], name, text)
	}
	return b.String() + "\n"
}

// bare shows the same without reasons, in the fewest characters: a fenced list, where nothing has to be escaped.
func (m *markdown) bare() string {
	if len(m.waits) == 0 {
		return ""
	}
	var lines []string
	last := waitSort(-1)
	for _, w := range m.waits {
		if w.sort != last {
			last = w.sort
			lines = append(lines, sorts[w.sort][0]+":")
		}
		line := clip(visible(w.name), longestCell)
		if len(w.who) > 0 {
			who := make([]string, len(w.who))
			for i, s := range w.who {
				who[i] = clip(visible(s), longestCell)
			}
			line += ": " + strings.Join(who, ", ")
		}
		lines = append(lines, line)
	}
	return m.caution() + "> The reasons did not fit; they are in the whole plan.\n\n" + fence("text", lines) + "\n"
}

// tooLarge says that what needs approval cannot be shown here.
func (m *markdown) tooLarge() string {
	text := m.caution()
	text = text[:strings.Index(text, "**")] + "**" + upper(m.asks()) + " need approval and are too many to be listed here. Nothing of it can be approved by this comment.** " +
		"Make the plan smaller, or approve " + "<code>" + short(m.approval) + "</code> with <code>&#45;&#45;approve</code>"
	if link := m.whole("after reading the whole plan"); link != "" {
		text += " " + link
	}
	return text + ".\n\n"
}

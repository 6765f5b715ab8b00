package report

import (
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// screen writes lines in a style. Text of others comes to it only through plain.
type screen struct {
	w     io.Writer
	style Style
	err   error
}

// The colours, as SGR codes.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (t *screen) paint(sgr, s string) string {
	if !t.style.Color || s == "" || sgr == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// line writes a line, broken at spaces where it is wider than the terminal; what follows a break is indented. A word that
// is too long stays whole: a command or digest that is broken cannot be copied.
func (t *screen) line(indent int, line string) {
	line = strings.TrimRight(line, " ")
	if t.fits(line) {
		t.write(line + "\n")
		return
	}
	indent = min(indent, t.style.Width/2)
	hang := strings.Repeat(" ", indent)
	current, used := "", 0
	for i, w := range strings.SplitAfter(line, " ") {
		width := columns(strings.TrimRight(w, " "))
		if i > 0 && used+width > t.style.Width && strings.TrimSpace(current) != "" && used > indent {
			t.write(strings.TrimRight(current, " ") + "\n")
			current, used = hang, indent
			if w == " " {
				continue
			}
		}
		current += w
		used += columns(w)
	}
	t.write(strings.TrimRight(current, " ") + "\n")
}

// fits reports whether a line needs no break.
func (t *screen) fits(line string) bool { return t.style.Width <= 0 || columns(line) <= t.style.Width }

// Broken is a line for a terminal so wide, broken at spaces where it is wider; what follows a break is indented. Width 0
// breaks nothing.
func Broken(line string, indent, width int) string {
	var b strings.Builder
	t := screen{w: &b, style: Style{Width: width}}
	t.line(indent, line)
	return b.String()
}

func (t *screen) write(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, s)
	}
}

// heading writes a title with an empty line before it.
func (t *screen) heading(s string) { t.write("\n" + t.paint(bold, s) + "\n") }

// pad fills text up to a width.
func pad(s string, width int) string {
	if n := columns(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

// columns is how many columns text takes at a terminal: colours none, East Asian characters and pictures two.
func columns(s string) int {
	n := 0
	for {
		before, after, found := strings.Cut(s, "\x1b")
		n += (&runewidth.Condition{}).StringWidth(before)
		if !found {
			return n
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

package report

import (
	"io"
	"strings"
	"unicode"
)

// terminal writes lines in a style. Text of others comes through it only by plain.
type terminal struct {
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

func (t *terminal) paint(sgr, s string) string {
	if !t.style.Color || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// line writes a line, broken at spaces where it is wider than the terminal; what follows a break is indented. A word that
// is too long stays whole: a command or digest that is broken cannot be copied.
func (t *terminal) line(indent int, text string) {
	text = strings.TrimRight(text, " ")
	if t.style.Width <= 0 || columns(text) <= t.style.Width {
		t.write(text + "\n")
		return
	}
	hang := strings.Repeat(" ", indent)
	current, used := "", 0
	for i, w := range strings.SplitAfter(text, " ") {
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

// Broken is a line for a terminal so wide, broken at spaces where it is wider; what follows a break is indented. Width 0
// breaks nothing.
func Broken(text string, indent, width int) string {
	var b strings.Builder
	t := terminal{w: &b, style: Style{Width: width}}
	t.line(indent, text)
	return b.String()
}

func (t *terminal) write(s string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, s)
	}
}

// heading writes a title with an empty line before it.
func (t *terminal) heading(s string) { t.write("\n" + t.paint(bold, s) + "\n") }

// pad fills text up to a width.
func pad(s string, width int) string {
	if n := columns(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

// columns is how many columns text takes at a terminal: colours none, East Asian characters and pictures two.
func columns(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == 0x1b:
			escape = true
		case escape:
			escape = r != 'm'
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff ||
		r >= 0x20000 && r <= 0x3fffd)
}

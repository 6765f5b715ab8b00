package github

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Annotation is a message shown on a line of a file in the pull request.
type Annotation struct {
	File      string // relative to the repository's root; "" for the run as a whole
	Line, Col int    // from 1; 0 when unknown
	Title     string
	Message   string
}

// String is the annotation as a line: users.csv:12:5: message.
func (a Annotation) String() string {
	if a.File == "" {
		return a.Message
	}
	pos := a.File
	if a.Line > 0 {
		pos += ":" + strconv.Itoa(a.Line)
		if a.Col > 0 {
			pos += ":" + strconv.Itoa(a.Col)
		}
	}
	return pos + ": " + a.Message
}

// Error annotates what makes the run fail. Of each level the first nine become
// annotations; the others are plain lines, counted by Close.
func (l *Log) Error(a Annotation) { l.withLock(func() { l.annotate("error", a) }) }

// Warning annotates what a person should look at.
func (l *Log) Warning(a Annotation) { l.withLock(func() { l.annotate("warning", a) }) }

// Notice annotates what is good to know.
func (l *Log) Notice(a Annotation) { l.withLock(func() { l.annotate("notice", a) }) }

func (l *Log) annotate(level string, a Annotation) {
	l.counts[level]++
	if !l.on || l.counts[level] > maxAnnotations {
		if level != "error" {
			a.Message = level + ": " + a.Message
		}
		l.line(a.String())
		return
	}
	p := githubactions.CommandProperties{}
	if a.File != "" {
		p["file"] = l.text(a.File)
		if a.Line > 0 {
			p["line"] = strconv.Itoa(a.Line)
		}
		if a.Col > 0 {
			p["col"] = strconv.Itoa(a.Col)
		}
	}
	if a.Title != "" {
		p["title"] = text.ClipBytes(l.text(a.Title), 200)
	}
	// Lines of our own making stay lines; anything else is shown escaped.
	lines := strings.Split(a.Message, "\n")
	for i := range lines {
		lines[i] = l.text(lines[i])
	}
	l.issue(level, text.ClipBytes(strings.Join(lines, "\n"), maxMessage), p)
}

func (l *Log) closeAnnotations() {
	for _, level := range []string{"error", "warning", "notice"} {
		more := l.counts[level] - maxAnnotations
		if more <= 0 || !l.on {
			continue
		}
		l.issue(level, fmt.Sprintf("and %d more, in the log and the summary", more), nil)
		// A second Close says nothing again.
		l.counts[level] = maxAnnotations
	}
}

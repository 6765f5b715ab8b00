package github

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/sethvargo/go-githubactions"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Log is the one writer of log lines. Whatever text passes through it, the
// runner sees only the commands issued by its methods. Safe for concurrent use.
type Log struct {
	mu      sync.Mutex
	out     *errWriter
	actions *githubactions.Action
	on      bool // commands are understood
	debug   bool
	partial []byte
	grouped bool
	masked  []string // secrets, in full
	secrets []string // what the runner was told to hide, longest first
	scrub   *text.Scrubber
	counts  map[string]int // annotations, by level
}

// LogOptions says who reads the log.
type LogOptions struct {
	Actions bool // GitHub's runner: commands are issued. Else plain lines.
	Debug   bool // RUNNER_DEBUG
}

const (
	// A line longer than this goes on in the next one: log drivers split at 16 KiB, and the
	// rest of a line that others split would be unguarded.
	maxLine = 8 << 10
	// The runner keeps ten annotations of a level in a step (docs/github.md#workflow-commands); the tenth says how many more.
	maxAnnotations = 9
	shortestSecret = 6
	// The runner cuts messages at 4,096 characters (same section).
	maxMessage = 4000
)

// NewLog writes to w, which nothing else may write to.
func NewLog(w io.Writer, o LogOptions) *Log {
	out := &errWriter{w: w}
	return &Log{
		out:     out,
		actions: githubactions.New(githubactions.WithWriter(out), githubactions.WithGetenv(func(string) string { return "" })),
		on:      o.Actions,
		debug:   o.Debug,
		counts:  map[string]int{},
	}
}

// Write takes text of any kind and prints whole lines of it; the rest waits for
// its end or for Close.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		i := bytes.IndexByte(l.partial, '\n')
		if i < 0 {
			break
		}
		l.line(string(bytes.TrimSuffix(l.partial[:i], []byte("\r"))))
		l.partial = l.partial[i+1:]
	}
	if l.out.err != nil {
		return 0, l.out.err
	}
	return len(p), nil
}

// Printf prints text as lines.
func (l *Log) Printf(format string, args ...any) {
	l.withLock(func() {
		for line := range strings.SplitSeq(strings.TrimSuffix(fmt.Sprintf(format, args...), "\n"), "\n") {
			l.line(line)
		}
	})
}

// Debugf prints a line that is seen only when the run has debug logging on.
func (l *Log) Debugf(format string, args ...any) {
	if !l.debug {
		return
	}
	l.withLock(func() {
		text := l.text(fmt.Sprintf(format, args...))
		if !l.on {
			l.line("debug: " + text)
			return
		}
		l.issue("debug", text, nil)
	})
}

// Group folds the lines that follow, up to EndGroup or the next Group.
func (l *Log) Group(title string) {
	l.withLock(func() {
		l.endGroup()
		if !l.on {
			l.line(title)
			return
		}
		l.grouped = true
		l.issue("group", l.text(title), nil)
	})
}

// EndGroup ends the open group, if any.
func (l *Log) EndGroup() { l.withLock(l.endGroup) }

// Mask hides a secret from every later line, in whatever encoding. One that is shorter than any key is ignored: it would
// blot out half of the log.
func (l *Log) Mask(secret string) {
	if len(strings.TrimSpace(secret)) < shortestSecret {
		return
	}
	l.withLock(func() {
		l.masked = append(l.masked, secret)
		l.scrub = text.NewScrubber(l.masked...)
		for _, s := range text.SecretForms(secret) {
			if slices.Contains(l.secrets, s) {
				continue
			}
			l.secrets = append(l.secrets, s)
			if l.on {
				l.issue("add-mask", s, nil)
			}
		}
		// The longest first, or a part of a secret hides the rest of it from the search.
		slices.SortFunc(l.secrets, func(a, b string) int { return len(b) - len(a) })
	})
}

// Close ends the group, prints what waits and counts the annotations left out.
// The error is the first that writing met.
func (l *Log) Close() error {
	l.withLock(l.endGroup)
	l.withLock(l.closeAnnotations)
	return l.out.err
}

func (l *Log) withLock(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// A line begun by Write ends here: a command must stand at a line's start.
	if len(l.partial) > 0 {
		l.line(string(l.partial))
		l.partial = nil
	}
	f()
}

func (l *Log) endGroup() {
	if l.grouped {
		l.grouped = false
		l.issue("endgroup", "", nil)
	}
}

// issue prints one command. go-githubactions escapes data and properties as
// the runner reads them back.
func (l *Log) issue(name, data string, properties githubactions.CommandProperties) {
	l.actions.IssueCommand(&githubactions.Command{Name: name, Message: data, Properties: properties})
}

// text is hostile text made fit for a command's data: masked, printable.
func (l *Log) text(s string) string {
	return text.ClipBytes(breakBracket(text.Sanitize(l.mask(s))), maxMessage)
}

func (l *Log) line(s string) {
	s = safeLine(l.mask(s))
	for len(s) > maxLine {
		head := strings.TrimSuffix(text.ClipBytes(s, maxLine), "…")
		l.out.println(head)
		s = "| " + s[len(head):]
	}
	l.out.println(s)
}

func (l *Log) mask(s string) string {
	s = l.scrub.Scrub(s)
	for _, secret := range l.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return s
}

// errWriter keeps the first error and never returns one: go-githubactions panics on it.
type errWriter struct {
	w   io.Writer
	err error
}

func (s *errWriter) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}

func (s *errWriter) println(line string) { _, _ = s.Write([]byte(line + "\n")) }

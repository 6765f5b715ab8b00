package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

var (
	errNobody      = errors.New("nobody answered")
	errAnswers     = errors.New("no answer that can be used")
	errInterrupted = errors.New("interrupted; nothing was written")
)

// tries is how often a question is asked again after an answer that cannot be used.
const tries = 3

// asking reports whether there is somebody to ask: never in CI, and never without a terminal.
func (c *console) asking() bool { return c.Asks && !c.inCI() }

// ask puts a question and returns the answer, trimmed. The error is errNobody at the end of the input, or why ctx ended.
func (c *console) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(c.Stderr, question)
	return c.answer(ctx, false, func() (string, error) { return readLine(c.Stdin) })
}

// askSecret is ask for what must not be seen.
func (c *console) askSecret(ctx context.Context, question string) (string, error) {
	if c.ReadSecret == nil {
		return "", errNobody
	}
	fmt.Fprint(c.Stderr, question)
	return c.answer(ctx, true, func() (string, error) { return c.ReadSecret(ctx) })
}

// answer waits for read, or for ctx to end. Whatever reads then is left behind: the process is about to end.
func (c *console) answer(ctx context.Context, secret bool, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	asked := c.Now()
	defer func() { c.promptTime += c.Now().Sub(asked) }()
	got := make(chan answer, 1)
	go func() {
		text, err := read()
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.Stderr)
		return "", errInterrupted
	case a := <-got:
		if a.err != nil || secret {
			fmt.Fprintln(c.Stderr) // the line that was typed does not end it
		}
		if errors.Is(a.err, io.EOF) {
			return "", errNobody
		}
		return strings.TrimSpace(a.text), a.err
	}
}

// readLine reads up to the end of the line and not a byte further: the next question may be read by something else.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < 4096 {
		n, err := r.Read(b[:])
		switch {
		case n == 1 && b[0] == '\n':
			return string(line), nil
		case n == 1:
			line = append(line, b[0])
		case err != nil && len(line) > 0 && errors.Is(err, io.EOF):
			return string(line), nil
		case err != nil:
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}

// confirm asks for yes or no; a blank answer is otherwise.
func (c *console) confirm(ctx context.Context, question string, otherwise bool) (bool, error) {
	hint := " [y/N] "
	if otherwise {
		hint = " [Y/n] "
	}
	for range tries {
		text, err := c.ask(ctx, question+hint)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(text) {
		case "":
			return otherwise, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		fmt.Fprintln(c.Stderr, "Answer y or n.")
	}
	return false, errAnswers
}

// choose has one of a list chosen by its number and returns its place.
func (c *console) choose(ctx context.Context, title string, items []string) (int, error) {
	fmt.Fprintf(c.Stderr, "%s\n", title)
	for i, item := range items {
		fmt.Fprintf(c.Stderr, "  %*d  %s\n", len(strconv.Itoa(len(items))), i+1, visible(item))
	}
	for range tries {
		text, err := c.ask(ctx, fmt.Sprintf("Number [1-%d]: ", len(items)))
		if err != nil {
			return 0, err
		}
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(items) {
			return n - 1, nil
		}
		fmt.Fprintf(c.Stderr, "Write a number from 1 to %d.\n", len(items))
	}
	return 0, errAnswers
}

// readSecret reads a line from a terminal that does not show it, and leaves the terminal as it was whatever happens.
func readSecret(stdin *os.File) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		fd := int(stdin.Fd())
		before, err := term.MakeRaw(fd)
		if err != nil {
			return "", err
		}
		restore := func() { _ = term.Restore(fd, before) } // nothing can be done about it
		stop := context.AfterFunc(ctx, restore)
		defer stop()
		defer restore()
		return secretLine(stdin)
	}
}

// The keys that mean something while a secret is typed, as a raw terminal sends them.
const (
	ctrlC, ctrlD, ctrlU = 3, 4, 21
	backspace, del      = 8, 127
)

// secretLine reads a line key by key: Ctrl-C is errInterrupted, Ctrl-D on an empty line is io.EOF.
func secretLine(r io.Reader) (string, error) {
	var line []byte
	var key [1]byte
	for len(line) < 4096 {
		if _, err := io.ReadFull(r, key[:]); err != nil {
			return "", err
		}
		switch key[0] {
		case '\r', '\n':
			return string(line), nil
		case ctrlC:
			return "", errInterrupted
		case ctrlD:
			if len(line) == 0 {
				return "", io.EOF
			}
		case ctrlU:
			line = nil
		case backspace, del:
			line = line[:max(0, len(line)-1)]
		default:
			line = append(line, key[0])
		}
	}
	return "", errors.New("the answer is too long")
}

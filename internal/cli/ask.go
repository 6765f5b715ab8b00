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
	errNobody  = errors.New("nobody answered")
	errAnswers = errors.New("no answer that can be used")
)

// tries is how often a question is asked again after an answer that cannot be used.
const tries = 3

// asking reports whether there is somebody to ask: never in CI, and never without a terminal.
func (in *invocation) asking() bool {
	ci, _ := in.LookupEnv("CI")
	actions, _ := in.LookupEnv("GITHUB_ACTIONS")
	return in.Asks && (ci == "" || ci == "false" || ci == "0") && actions == ""
}

// ask puts a question and returns the answer, trimmed. The error is errNobody at the end of the input, or why ctx ended.
func (in *invocation) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(in.Stderr, question)
	return in.answer(ctx, func() (string, error) { return readLine(in.Stdin) })
}

// askSecret is ask for what must not be seen.
func (in *invocation) askSecret(ctx context.Context, question string) (string, error) {
	if in.ReadSecret == nil {
		return "", errNobody
	}
	fmt.Fprint(in.Stderr, question)
	return in.answer(ctx, func() (string, error) { return in.ReadSecret(ctx) })
}

// answer waits for read, or for ctx to end. Whatever reads then is left behind: the process is about to end.
func (in *invocation) answer(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	asked := in.Now()
	defer func() { in.waited += in.Now().Sub(asked) }()
	got := make(chan answer, 1)
	go func() {
		text, err := read()
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(in.Stderr)
		return "", context.Cause(ctx)
	case a := <-got:
		if a.err != nil {
			fmt.Fprintln(in.Stderr)
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
func (in *invocation) confirm(ctx context.Context, question string, otherwise bool) (bool, error) {
	hint := " [y/N] "
	if otherwise {
		hint = " [Y/n] "
	}
	for range tries {
		text, err := in.ask(ctx, question+hint)
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
		fmt.Fprintln(in.Stderr, "Answer y or n.")
	}
	return false, errAnswers
}

// choose has one of a list chosen by its number and returns its place.
func (in *invocation) choose(ctx context.Context, title string, items []string) (int, error) {
	fmt.Fprintf(in.Stderr, "%s\n", title)
	for i, item := range items {
		fmt.Fprintf(in.Stderr, "  %*d  %s\n", len(strconv.Itoa(len(items))), i+1, visible(item))
	}
	for range tries {
		text, err := in.ask(ctx, fmt.Sprintf("Number [1-%d]: ", len(items)))
		if err != nil {
			return 0, err
		}
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(items) {
			return n - 1, nil
		}
		fmt.Fprintf(in.Stderr, "Write a number from 1 to %d.\n", len(items))
	}
	return 0, errAnswers
}

// readSecret reads a line from a terminal that does not show it, and leaves the terminal as it was whatever happens.
func readSecret(stdin *os.File) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		fd := int(stdin.Fd())
		state, err := term.GetState(fd)
		if err != nil {
			return "", err
		}
		stop := context.AfterFunc(ctx, func() { _ = term.Restore(fd, state) })
		defer stop()
		text, err := term.ReadPassword(fd)
		_, _ = fmt.Fprintln(os.Stderr)
		return string(text), err
	}
}

// refused prints why a command ends before it has done anything, and returns its exit code: one that was interrupted
// has stopped on purpose.
func (in *invocation) refused(err error) int {
	in.fail(err)
	if stopped(err) {
		return ExitStopped
	}
	return ExitFailed
}

package githubtest

import (
	"errors"
	"strings"
	"unicode"
)

// This file reads log, output and environment files as GitHub's runner does
// (docs/github.md#workflow-commands), to see what it would see.

// Command is a workflow command found in a log.
type Command struct {
	Name       string
	Properties map[string]string
	Data       string
}

// registered are the runner's commands, lower-case.
var registered = map[string]bool{
	"set-env": true, "add-path": true, "set-output": true, "save-state": true, "add-mask": true,
	"add-matcher": true, "remove-matcher": true, "debug": true, "warning": true, "error": true,
	"notice": true, "group": true, "endgroup": true, "echo": true, "stop-commands": true,
	"internal-set-repo-path": true,
}

// Lines splits at \n, \r\n and a lone \r.
func Lines(log string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(log, "\r\n", "\n"), "\r", "\n"), "\n")
}

// Commands lists what the runner would do on reading a log. Its search is
// by culture and may pass over characters without weight: a line is read with
// and without them.
func Commands(log string) []Command {
	var all []Command
	for _, line := range Lines(log) {
		for _, text := range []string{line, strings.Map(weightless, line)} {
			if c, ok := parseV2(text); ok {
				all = append(all, c)
				break
			}
			if c, ok := parseV1(text); ok {
				all = append(all, c)
				break
			}
		}
	}
	return all
}

func weightless(r rune) rune {
	if unicode.In(r, unicode.Cf, unicode.Cc, unicode.M) && r != '\t' {
		return -1
	}
	return r
}

// parseV2 is "::name key=value,key=value::data" after leading white space.
func parseV2(line string) (Command, bool) {
	line = strings.TrimLeftFunc(line, unicode.IsSpace)
	rest, ok := strings.CutPrefix(line, "::")
	if !ok {
		return Command{}, false
	}
	info, data, ok := strings.Cut(rest, "::")
	if !ok {
		return Command{}, false
	}
	un := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	unProperty := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	return named(info, ",", unProperty, un.Replace(data))
}

// parseV1 is "##[name key=value;key=value]data" anywhere in the line.
func parseV1(line string) (Command, bool) {
	_, rest, ok := strings.Cut(line, "##[")
	if !ok {
		return Command{}, false
	}
	info, data, ok := strings.Cut(rest, "]")
	if !ok {
		return Command{}, false
	}
	un := strings.NewReplacer("%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%")
	return named(info, ";", un, un.Replace(data))
}

func named(info, separator string, un *strings.Replacer, data string) (Command, bool) {
	name, properties, _ := strings.Cut(info, " ")
	if !registered[strings.ToLower(name)] {
		return Command{}, false
	}
	c := Command{Name: name, Data: data}
	for pair := range strings.SplitSeq(strings.TrimSpace(properties), separator) {
		if k, v, ok := strings.Cut(pair, "="); ok && k != "" && v != "" {
			if c.Properties == nil {
				c.Properties = map[string]string{}
			}
			c.Properties[k] = un.Replace(v)
		}
	}
	return c, true
}

// Pair is one output or variable.
type Pair struct{ Name, Value string }

// ReadFile reads a GITHUB_OUTPUT or GITHUB_ENV file: name=value lines, and
// name<<DELIMITER up to a line that is the delimiter.
func ReadFile(text string) ([]Pair, error) {
	var all []Pair
	line := func() (string, bool) {
		if text == "" {
			return "", false
		}
		var l string
		l, text, _ = strings.Cut(text, "\n")
		return l, true
	}
	for l, ok := line(); ok; l, ok = line() {
		if l == "" {
			continue
		}
		equals, heredoc := strings.Index(l, "="), strings.Index(l, "<<")
		switch {
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			all = append(all, Pair{l[:equals], l[equals+1:]})
		case heredoc > 0 && l[heredoc+2:] != "":
			delimiter, value := l[heredoc+2:], []string{}
			v, more := line()
			for ; more && v != delimiter; v, more = line() {
				value = append(value, v)
			}
			if !more {
				return nil, errors.New("matching delimiter not found")
			}
			all = append(all, Pair{l[:heredoc], strings.Join(value, "\n")})
		default:
			return nil, errors.New("invalid format")
		}
	}
	return all, nil
}

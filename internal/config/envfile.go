package config

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// ReadEnvFile reads a .env file: KEY=VALUE lines, an optional "export", '#' comments, values bare, in single quotes (as
// they are) or in double quotes (\n, \t, \r, \", \\ and \$ are understood). Nothing is expanded. The error names the line and
// never shows a value.
func ReadEnvFile(r io.Reader) (map[string]string, error) {
	out := map[string]string{}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "export"); ok && strings.TrimLeft(rest, " \t") != rest {
			line = strings.TrimLeft(rest, " \t")
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok || !variable.MatchString(key) {
			return nil, fmt.Errorf("line %d: not KEY=VALUE", n)
		}
		value, err := unquote(strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", n, key, err)
		}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", n, key)
		}
		out[key] = value
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read the env file: %w", err)
	}
	return out, nil
}

// unquote takes a value out of its quotes, and a comment off its end.
func unquote(text string) (string, error) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		for i := range len(text) {
			if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
				return strings.TrimSpace(text[:i]), nil
			}
		}
		return text, nil
	}
	quote := text[0]
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			rest := strings.TrimSpace(text[i+1:])
			if rest != "" && rest[0] != '#' {
				return "", fmt.Errorf("something follows the closing %c", quote)
			}
			return b.String(), nil
		case text[i] == '\\' && quote == '"' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '"', '\\', '$':
				b.WriteByte(text[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(text[i])
		}
	}
	return "", fmt.Errorf("the %c is not closed", quote)
}

package state

import (
	"strings"
	"unicode"
)

// maxEmail is the longest address that can be delivered to, in bytes (RFC 5321: 254).
const maxEmail = 254

// ParseEmail gives an address trimmed and in lower case, or what is wrong with it. It checks the shape alone.
func ParseEmail(s string) (email, wrong string) {
	email = strings.ToLower(strings.TrimSpace(s))
	if email == "" {
		return "", "is empty"
	}
	for _, r := range email {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '@', r == '-', r == '_':
		case r == '\n', r == '\r':
			return "", "holds a line break"
		case unicode.IsSpace(r):
			return "", "holds a space"
		case r == unicode.ReplacementChar:
			return "", "holds a character that was damaged when the file was saved"
		case !unicode.IsGraphic(r):
			return "", "holds a character that cannot be seen"
		case strings.ContainsRune("‘’‚“”„«»´`", r):
			return "", "holds a typographic quote (" + string(r) + ")"
		case strings.ContainsRune(`<>()[]\,;:"`, r):
			return "", "holds a " + string(r)
		}
	}
	local, domain, ok := strings.Cut(email, "@")
	switch {
	case !ok:
		return "", "has no @"
	case strings.Contains(domain, "@"):
		return "", "has more than one @"
	case local == "":
		return "", "has nothing before the @"
	case domain == "":
		return "", "has nothing after the @"
	case strings.HasPrefix(local, "."), strings.HasSuffix(local, "."), strings.Contains(local, ".."):
		return "", "has a dot too many before the @"
	case !strings.Contains(domain, "."):
		return "", "has no dot after the @"
	case strings.HasPrefix(domain, "."), strings.HasSuffix(domain, "."), strings.Contains(domain, ".."):
		return "", "has a dot too many after the @"
	case len(email) > maxEmail:
		return "", "is too long"
	}
	return email, ""
}

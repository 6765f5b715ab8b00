package spec

import (
	"strings"
	"unicode"
)

// maxEmail is the longest address that can be delivered to, in bytes (RFC 5321: 254).
const maxEmail = 254

// parseEmail gives an address trimmed and in lower case, or what is wrong with it. It checks the shape, not the domain.
func parseEmail(text string) (email, wrong string) {
	email = strings.ToLower(strings.TrimSpace(text))
	if email == "" {
		return "", "is empty"
	}
	for _, r := range email {
		switch {
		case unicode.IsSpace(r):
			return "", "holds a space"
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar:
			return "", "holds a character that cannot be seen"
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
	case len(email) > maxEmail:
		return "", "is too long"
	}
	return email, ""
}

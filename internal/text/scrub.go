package text

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// shortestSecret is the length in bytes below which a value is not replaced: "ab" would blot out half of every text.
const shortestSecret = 6

// stars stand where a secret was.
const stars = "***"

// A Scrubber takes secrets out of texts: as they are, in base64 and base64url at any offset, in hex; and each of these
// also with any of its characters escaped as URLs (once or twice), JSON, Go or HTML do. The zero value knows no secret.
// It is safe for concurrent use.
type Scrubber struct {
	byFirst [256][]form        // those that may begin with the byte
	byPair  map[[2]byte][]form // those that begin with two bytes that stand for themselves
}

// A form is one encoding of a secret.
type form struct {
	runes  []rune
	same   func(a, b rune) bool // two runes mean the same in this encoding
	breaks string               // what may stand between two runes without a meaning, once or as CR LF
}

// NewScrubber returns a scrubber of these secrets, and of each line of one that has several. Those shorter than six
// bytes are left out.
func NewScrubber(secrets ...string) *Scrubber {
	s := &Scrubber{byPair: map[[2]byte][]form{}}
	seen := map[string]bool{}
	add := func(text string, same func(a, b rune) bool, breaks string) {
		if len(text) < shortestSecret || seen[breaks+text] {
			return
		}
		seen[breaks+text] = true
		f := form{[]rune(text), same, breaks}
		for c := range s.byFirst {
			if f.begins(byte(c)) {
				s.byFirst[c] = append(s.byFirst[c], f)
			}
		}
		for _, first := range f.literals(0) {
			for _, second := range f.literals(1) {
				s.byPair[[2]byte{first, second}] = append(s.byPair[[2]byte{first, second}], f)
			}
		}
	}
	for _, secret := range parts(secrets) {
		add(secret, equal, "")
		add(hex.EncodeToString([]byte(secret)), equalHex, ":- \r\n")
		for shift := range 3 {
			add(insideBase64(secret, shift), equalBase64, "\r\n")
		}
	}
	return s
}

// parts returns the secrets that are long enough, and their lines.
func parts(secrets []string) []string {
	var all []string
	for _, secret := range secrets {
		secret = strings.TrimSpace(secret)
		all = append(all, secret)
		for line := range strings.Lines(secret) {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return len(s) < shortestSecret })
}

// SecretForms returns a secret, its lines, and the encodings in which they usually travel, for a runner that hides
// exact texts.
func SecretForms(secret string) []string {
	var forms []string
	for _, s := range append(parts([]string{secret}), strings.TrimSpace(secret)) {
		if s == "" {
			continue
		}
		forms = append(forms, s, strings.Trim(strconv.Quote(s), `"`),
			base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
			urlEscape(s, "%", ""), urlEscape(s, "%", "$&+:=@"), urlEscape(s, "%25", ""))
		if len(s) < shortestSecret {
			continue
		}
		forms = append(forms, hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s))))
		for shift := range 3 {
			digits := insideBase64(s, shift)
			forms = append(forms, digits, strings.NewReplacer("+", "-", "/", "_").Replace(digits))
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// urlEscape escapes the bytes that mean something in a URL, but for those to keep.
func urlEscape(s, percent, keep string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if alphanumeric(c) || strings.IndexByte("-_.~"+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString(percent + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

// insideBase64 returns the digits that only the secret decides, where it begins shift bytes after a multiple of three.
func insideBase64(secret string, shift int) string {
	digits := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
	return digits[(shift*8+5)/6 : (shift+len(secret))*8/6]
}

// Scrub returns text with *** in place of each secret.
func (s *Scrubber) Scrub(text string) string {
	if s == nil {
		return text
	}
	var b strings.Builder
	kept := 0
	for i := 0; i < len(text); {
		n := s.longest(text[i:])
		if n == 0 {
			i++
			continue
		}
		b.WriteString(text[kept:i])
		b.WriteString(stars)
		i += n
		kept = i
	}
	if kept == 0 {
		return text
	}
	return b.String() + text[kept:]
}

// Bytes is Scrub of bytes.
func (s *Scrubber) Bytes(text []byte) []byte { return []byte(s.Scrub(string(text))) }

// longest returns the length of the longest form at the start of text.
func (s *Scrubber) longest(text string) int {
	forms := s.byFirst[text[0]]
	if len(text) > 1 && literal(text[0]) && literal(text[1]) { // which is what most texts are made of
		forms = s.byPair[[2]byte{text[0], text[1]}]
	}
	longest := 0
	for _, f := range forms {
		longest = max(longest, f.match(text))
	}
	return longest
}

// begins reports whether a spelling of the form can start with c.
func (f form) begins(c byte) bool {
	if c == '%' || c == '\\' || c == '&' {
		return true
	}
	if c >= utf8.RuneSelf || f.runes[0] >= utf8.RuneSelf {
		return c == string(f.runes[0])[0]
	}
	return f.same(rune(c), f.runes[0]) || c == '+' && f.runes[0] == ' '
}

// literal reports whether a byte of a text stands for itself and for nothing else: it begins no escape, is no part of a
// longer rune and separates nothing.
func literal(c byte) bool {
	return c < utf8.RuneSelf && strings.IndexByte("%\\&+:- \r\n", c) < 0
}

// literals are the literal bytes that spell rune i of the form.
func (f form) literals(i int) (all []byte) {
	for c := range byte(utf8.RuneSelf) {
		if literal(c) && f.same(rune(c), f.runes[i]) {
			all = append(all, c)
		}
	}
	return all
}

// match returns the length of the form at the start of text, however each of its runes is escaped there; 0 for none.
// What looks like an escape may also stand for itself, so it follows up to eight readings at once and takes the longest.
func (f form) match(text string) int {
	var first, second [8]int // readings
	ends, next := append(first[:0], 0), second[:0]
	for i, want := range f.runes {
		for _, at := range ends {
			if i > 0 && f.breaks != "" {
				at += f.skip(text[at:])
			}
			for _, n := range f.spellings(text[at:], want) {
				if n > 0 && len(next) < cap(second) && !slices.Contains(next, at+n) {
					next = append(next, at+n)
				}
			}
		}
		if len(next) == 0 {
			return 0
		}
		ends, next = next, ends[:0]
	}
	return slices.Max(ends)
}

// skip returns the length of a separator that means nothing in this encoding.
func (f form) skip(text string) int {
	for _, newline := range []string{"\r\n", `\r\n`, `\n`} {
		if strings.HasPrefix(text, newline) {
			return len(newline)
		}
	}
	if text != "" && strings.IndexByte(f.breaks, text[0]) >= 0 {
		return 1
	}
	return 0
}

// spellings returns the lengths of want at the start of text: as itself and, where it may be one, as an escape. 0 is none.
func (f form) spellings(text string, want rune) (lengths [3]int) {
	got, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return lengths
	}
	if f.same(got, want) && (got != utf8.RuneError || n > 1) {
		lengths[0] = n
	}
	switch got {
	case '%':
		lengths[1], lengths[2] = f.percent(text, want, "%"), f.percent(text, want, "%25")
	case '\\':
		lengths[1] = f.backslash(text, want)
	case '&':
		lengths[1] = f.entity(text, want)
	case '+':
		if want == ' ' {
			lengths[1] = 1
		}
	}
	return lengths
}

// percent reads the bytes of a rune as a URL escapes them: %41, or %2541 in a URL within a URL.
func (f form) percent(text string, want rune, sign string) int {
	at := 0
	var bytes []byte
	for range utf8.RuneLen(want) {
		digits, ok := strings.CutPrefix(text[at:], sign)
		if !ok {
			return 0
		}
		b, ok := hexNumber(digits, 2)
		if !ok {
			return 0
		}
		bytes = append(bytes, byte(b))
		at += len(sign) + 2
	}
	if want == ' ' && string(bytes) == "+" {
		return at
	}
	return f.accept(string(bytes), want, at)
}

// backslash reads A, \x41, \" and \n.
func (f form) backslash(text string, want rune) int {
	rest := text[1:]
	if rest == "" {
		return 0
	}
	switch rest[0] {
	case 'u', 'U':
		digits := 4
		if rest[0] == 'U' {
			digits = 8
		}
		high, ok := hexNumber(rest[1:], digits)
		if !ok {
			return 0
		}
		length := 2 + digits
		if low, ok := hexNumber(strings.TrimPrefix(rest[1+digits:], `\u`), 4); ok && utf16.IsSurrogate(high) {
			return f.accept(string(utf16.DecodeRune(high, low)), want, length+6)
		}
		return f.accept(string(high), want, length)
	case 'x':
		b, ok := hexNumber(rest[1:], 2)
		if !ok {
			return 0
		}
		return f.accept(string(b), want, 4)
	case 't':
		return f.accept("\t", want, 2)
	}
	if alphanumeric(rest[0]) {
		return 0
	}
	return f.accept(rest[:1], want, 2)
}

// entity reads &amp;, &#65; and &#x41;.
func (f form) entity(text string, want rune) int {
	name, _, ok := strings.Cut(text[1:min(len(text), 12)], ";")
	if !ok {
		return 0
	}
	length := len(name) + 2
	switch name {
	case "amp":
		return f.accept("&", want, length)
	case "lt":
		return f.accept("<", want, length)
	case "gt":
		return f.accept(">", want, length)
	case "quot":
		return f.accept(`"`, want, length)
	case "apos":
		return f.accept("'", want, length)
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0
	}
	base := 10
	if hexDigits := strings.TrimLeft(digits, "xX"); hexDigits != digits {
		digits, base = hexDigits, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return 0
	}
	return f.accept(string(rune(n)), want, length)
}

// accept returns length if what was spelled is the rune that is wanted.
func (f form) accept(spelled string, want rune, length int) int {
	got, n := utf8.DecodeRuneInString(spelled)
	if n == len(spelled) && f.same(got, want) {
		return length
	}
	return 0
}

func hexNumber(text string, digits int) (rune, bool) {
	if len(text) < digits {
		return 0, false
	}
	n, err := strconv.ParseUint(text[:digits], 16, 32)
	return rune(n), err == nil
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func equal(a, b rune) bool { return a == b }

// equalHex ignores case.
func equalHex(a, b rune) bool { return a == b || a >= 'A' && a <= 'F' && a+'a'-'A' == b }

// equalBase64 takes base64 and base64url as one.
func equalBase64(a, b rune) bool {
	return a == b || a == '-' && b == '+' || a == '_' && b == '/'
}

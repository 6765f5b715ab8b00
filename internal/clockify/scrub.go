package clockify

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// scrubber replaces the token in a text, also as a URL, JSON or base64 would have it: a server, or a proxy on the way to
// it, may repeat what it was sent.
func scrubber(token string) func(string) string {
	if len(token) < 6 { // no real key; and a short one would tear up every text
		return func(s string) string { return s }
	}
	var pairs []string
	add := func(form string) { pairs = append(pairs, form, "***") }
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for shift := range 3 { // it may stand anywhere in what was encoded
			text := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + token))
			// Neither what stands before it nor what follows plays a part in these digits.
			add(text[(shift*8+5)/6 : (shift+len(token))/3*4])
		}
	}
	for _, form := range []string{url.QueryEscape(token), url.PathEscape(token), token} {
		if quoted, err := json.Marshal(form); err == nil {
			add(string(quoted[1 : len(quoted)-1]))
		}
		add(form)
	}
	return strings.NewReplacer(pairs...).Replace
}

package audit

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// scrubber takes secrets out of whatever is written, in the encodings in which they usually travel.
type scrubber struct{ replacer *strings.Replacer }

// shortestSecret is below which a value is no secret worth replacing: "ab" would blot out half of every file.
const shortestSecret = 6

func newScrubber(secrets []string) scrubber {
	var pairs []string
	seen := map[string]bool{}
	add := func(form string) {
		quoted, err := json.Marshal(form)
		if err != nil {
			panic(err) // a string always encodes
		}
		for _, f := range []string{form, string(quoted[1 : len(quoted)-1])} {
			if len(f) >= shortestSecret && !seen[f] {
				seen[f] = true
				pairs = append(pairs, f, "***")
			}
		}
	}
	for _, secret := range secrets {
		secret = strings.TrimSpace(secret)
		if len(secret) < shortestSecret {
			continue
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			for shift := range 3 { // the secret may stand anywhere in what was encoded
				add(inside(encoding, secret, shift))
			}
		}
		add(url.QueryEscape(secret))
		add(url.PathEscape(secret))
		add(secret)
	}
	if len(pairs) == 0 {
		return scrubber{}
	}
	return scrubber{strings.NewReplacer(pairs...)}
}

// inside is what the encoding of any text holds if the secret begins shift bytes after a multiple of three.
func inside(encoding *base64.Encoding, secret string, shift int) string {
	text := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
	whole := (shift + len(secret)) / 3 * 4 // up to here no byte after the secret plays a part
	begin := 0
	if shift > 0 {
		begin = shift + 1
	}
	return text[begin:whole]
}

func (s scrubber) bytes(text []byte) []byte {
	if s.replacer == nil {
		return text
	}
	return []byte(s.replacer.Replace(string(text)))
}

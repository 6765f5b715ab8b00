package text_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

func TestNumbersAndWords(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{text.Thousands(0), "0"},
		{text.Thousands(999), "999"},
		{text.Thousands(1000), "1,000"},
		{text.Thousands(-1234567), "-1,234,567"},
		{text.Thousands(-999), "-999"},
		{text.Count(1, "person", "people"), "1 person"},
		{text.Count(1000, "person", "people"), "1,000 people"},
		{text.Upper("åland is far"), "Åland is far"},
		{text.Upper(""), ""},
		{text.And(nil), ""},
		{text.And([]string{"a"}), "a"},
		{text.And([]string{"a", "b", "c"}), "a, b and c"},
		{text.Or([]string{"a", "b"}), "a or b"},
		{text.List([]string{"a", "b"}, 2), "a, b"},
		{text.List([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"},
		{text.Clip("Ångström", 8), "Ångström"},
		{text.Clip("Ångström", 4), "Ång…"},
		{text.Clip("abc", 0), ""},
		{text.ClipBytes("ååååå", 8), "åå…"},
		{text.ClipBytes("abc", 3), "abc"},
		{text.Fold(" A\u030a land "), "åland"},
		{text.Letters("Manager-NTID\u200b  Email"), "managerntidemail"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain Å 漢":           "plain Å 漢",
		"a\r\nb\tc\rd\u2028e": "a b c d e",
		"x\u202ey\u200bz":     `x\u202ey\u200bz`,
		"\x1b[31m":            `\u001b[31m`,
		"Malm\xf6":            "Malm\ufffd",
		"tag\U000e0041":       `tag\U000e0041`,
	} {
		if got := text.Sanitize(in); got != want {
			t.Errorf("Sanitize(%q) = %q, want %q", in, got, want)
		}
		if got := text.Sanitize(want); got != want {
			t.Errorf("Sanitize twice of %q = %q", in, got)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"NTID email", "Manager NTID email", "Weekly Working Hours", "fallback_manager_email"}
	for in, want := range map[string]string{
		"ntid-email": "NTID email", "Weekly Wurking Hours": "Weekly Working Hours",
		"fallback_manger_email": "fallback_manager_email", "Shoe size": "", "": "", strings.Repeat("x", 500): "",
	} {
		if got, ok := text.Nearest(in, names); got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	if d := text.Distance("anna.berg", "anan.brg"); d != 2 {
		t.Errorf("Distance = %d, want 2: a swap and a missing letter", d)
	}
}

// TestScrubber holds that no encoding of one step shows a secret, wherever it stands in what was encoded.
func TestScrubber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[!-~]{8,48}|[a-zA-Z0-9+/=&"<>' é😀]{10,30}x`).Draw(t, "secret")
		secret = strings.TrimSpace(secret)
		if len(secret) < 8 {
			t.Skip("too short to be a secret")
		}
		before := rapid.StringMatching(`[a-z ]{0,7}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z ]{0,7}`).Draw(t, "after")
		whole := before + secret + after
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		var plain bytes.Buffer // JSON that leaves < and & alone
		encoder := json.NewEncoder(&plain)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(secret); err != nil {
			t.Fatal(err)
		}
		var everyByte, entities strings.Builder
		for _, c := range []byte(secret) {
			fmt.Fprintf(&everyByte, "%%%02x", c)
		}
		for _, r := range secret {
			fmt.Fprintf(&entities, "&#x%X;", r)
		}
		scrubber := text.NewScrubber(secret)
		// The outermost digits of base64 hold bits of the neighbours too: what is left is less than a byte of the secret.
		for name, c := range map[string]struct{ hidden, left string }{
			"plain":        {secret, ""},
			"hex":          {hex.EncodeToString([]byte(secret)), ""},
			"HEX":          {strings.ToUpper(hex.EncodeToString([]byte(secret))), ""},
			"query":        {url.QueryEscape(secret), ""},
			"path":         {url.PathEscape(secret), ""},
			"twice":        {url.QueryEscape(url.QueryEscape(secret)), ""},
			"every byte":   {everyByte.String(), ""},
			"JSON":         {string(quoted[1 : len(quoted)-1]), ""},
			"plain JSON":   {strings.Trim(strings.TrimSpace(plain.String()), `"`), ""},
			"HTML":         {html.EscapeString(secret), ""},
			"HTML numbers": {entities.String(), ""},
		} {
			if name == "plain JSON" && strings.HasPrefix(secret, `"`) || name == "plain JSON" && strings.HasSuffix(secret, `"`) {
				continue // Trim would take the secret's own quotes
			}
			if got := scrubber.Scrub("<" + c.hidden + ">"); got != "<***>" {
				t.Fatalf("%s of %q: %q is scrubbed to %q", name, secret, c.hidden, got)
			}
		}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			digits := encoding.EncodeToString([]byte(whole))
			if got := scrubber.Scrub(digits); !strings.Contains(got, "***") || leaks(encoding, got, secret) {
				t.Fatalf("base64 of %q: %q is scrubbed to %q", whole, digits, got)
			}
		}
	})
}

// leaks reports whether what is left beside the stars still decodes to three bytes of the secret.
func leaks(encoding *base64.Encoding, scrubbed, secret string) bool {
	left, right, _ := strings.Cut(scrubbed, "***")
	most := 2 // digits of a neighbour's group: at most one byte of the secret each
	return len(left) > 12+most || len(strings.TrimRight(right, "=")) > 12+most || strings.Contains(left+right, encoding.EncodeToString([]byte(secret))[4:8])
}

func TestScrubberSeveral(t *testing.T) {
	t.Parallel()
	s := text.NewScrubber("short", "abcdefgh", "abcdefghijkl", "first-line\nsecond-line", " ")
	for in, want := range map[string]string{
		"short abcdefghijkl abcdefgh.":        "short *** ***.",
		"abcdefghabcdefgh":                    "******",
		"only second-line here":               "only *** here",
		"no secret % \\ & %2 \\u00 &#; &amp;": "no secret % \\ & %2 \\u00 &#; &amp;",
		"":                                    "",
		"61:62:63:64:65:66:67:68":             "***",
	} {
		if got := s.Scrub(in); got != want {
			t.Errorf("Scrub(%q) = %q, want %q", in, got, want)
		}
	}
	var none *text.Scrubber
	if got := none.Scrub("x"); got != "x" {
		t.Errorf("the nil scrubber changed %q", got)
	}
	for _, form := range text.SecretForms("abc+/defg\"hi") {
		if got := text.NewScrubber("abc+/defg\"hi").Scrub(form); got != "***" {
			t.Errorf("form %q is scrubbed to %q", form, got)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("a%2541bc", "Abcdefg")
	f.Add(`\ud83d\ude00`, "😀😀😀")
	f.Fuzz(func(t *testing.T, in, secret string) {
		got := text.NewScrubber(secret).Scrub(in + secret)
		if trimmed := strings.TrimSpace(secret); len(trimmed) >= 6 && utf8.ValidString(trimmed) && !strings.Contains("***", trimmed) && strings.Contains(got, trimmed) && !strings.Contains(trimmed, "*") {
			t.Errorf("%q is still in %q", trimmed, got)
		}
	})
}

func BenchmarkScrub(b *testing.B) {
	s := text.NewScrubber("MDEyMzQ1Njc4OWFiY2RlZg", "another-secret-of-some-length", "third/secret+with=signs")
	in := strings.Repeat(`{"email":"bob.wilson@example.com","before":"PT8H","after":"PT7H30M"},`, 1000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		s.Scrub(in)
	}
}

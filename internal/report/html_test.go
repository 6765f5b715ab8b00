package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func htmlOf(t testing.TB, p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) string {
	t.Helper()
	var out bytes.Buffer
	if err := HTML(&out, p, outcomes, verify, ctx); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// bodyOf is a page without the style and script, which only make golden files long.
func bodyOf(page string) string {
	page = page[strings.Index(page, "<body>"):]
	return page[:strings.Index(page, "<script>")]
}

func TestHTMLGolden(t *testing.T) {
	t.Parallel()
	b := &maker{plan.Plan{Names: sample().Names, Subjects: []plan.Subject{
		{Domain: plan.Users, Workspace: "Acme", People: 12},
		{Domain: plan.Time, Sync: "acme", Workspace: "Globex", From: "2026-11-14T10:00:00Z", To: "2026-11-21T10:00:00Z"},
	}}}
	b.profile("bob.wilson@example.com", field("capacity", "PT8H", "PT7H30M"), field("Company", "Acme", "Globex"))
	b.manager("bob.wilson@example.com", "rosa.vega@example.com", "jane.smith@example.com", "")
	b.entry(plan.Create, "Website", monday, 95*time.Minute, "work")
	b.leaver("rosa.vega@example.com", &plan.Handover{To: "jane.smith@example.com", People: 1})
	b.Findings = []state.Finding{{Kind: state.FindingNotInWorkspace, Level: state.LevelAttention, Name: "nina@example.com", Source: state.Source{File: "users.csv", Line: 7}}}
	p := &b.Plan
	ended := applied(p)
	ended[1] = plan.Outcome{Change: p.Changes[1], Status: plan.Failed, Err: "403 501 the key may not change roles here", Attempts: 3, Started: monday}
	ended[2] = plan.Outcome{Change: p.Changes[2], Status: plan.Skipped, Err: "needs create manager bob.wilson@example.com, which was not done"}
	golden(t, "page-plan.html", bodyOf(htmlOf(t, p, nil, Verify{}, onMerge)))
	golden(t, "page-run.html", bodyOf(htmlOf(t, p, ended, Verify{Done: true}, onMerge)))
}

// ourElements are what a page may hold, each with the attributes it may have.
var ourElements = map[string]string{
	"html": "lang", "head": "", "meta": "charset http-equiv content name", "title": "", "style": "", "body": "", "script": "",
	"a": "class href data-result rel", "header": "class", "nav": "aria-label", "main": "", "footer": "", "form": "id role aria-label hidden",
	"section": "id class aria-label aria-labelledby tabindex", "div": "class tabindex role aria-label", "p": "class id hidden", "h1": "", "h2": "id", "h3": "",
	"ul": "class", "li": "class", "b": "", "i": "", "s": "class", "del": "", "ins": "", "small": "", "code": "", "span": "class", "details": "open", "summary": "",
	"table": "class", "caption": "class", "thead": "", "tbody": "", "tfoot": "", "tr": "class data-k data-r data-n", "th": "scope class colspan data-person", "td": "class data-l",
	"svg": "class viewbox preserveaspectratio aria-hidden focusable", "rect": "class x width height",
	"label": "for", "input": "id type list autocomplete spellcheck placeholder", "datalist": "id", "select": "id", "option": "value", "button": "type",
	"output": "id for aria-live",
}

var (
	ourWords = regexp.MustCompile(`^[a-z_ -]*$`)
	ourID    = regexp.MustCompile(`^[a-z0-9 -]*$`)
	ourLink  = regexp.MustCompile(`^(#[a-z]+|https://github\.com/acme/people/actions/runs/[a-z0-9/]+)$`)
	amount   = regexp.MustCompile(`^[0-9.e+-]*$`)
)

// soundHTML reports what in a page could only have come from data, what makes it fetch something, and what is not closed.
func soundHTML(page string) (bad []string) {
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	z := html.NewTokenizer(strings.NewReader(page))
	var open []string
	raw := map[string]int{}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		switch kind {
		case html.CommentToken:
			say("a comment: %s", tok.Data)
		case html.TextToken:
			if n := len(open); n > 0 && (open[n-1] == "script" || open[n-1] == "style") {
				raw[open[n-1]]++
				if tok.Data != pageScript && tok.Data != pageStyle {
					say("a %s that is not ours", open[n-1])
				}
			}
		case html.EndTagToken:
			if n := len(open); n == 0 || open[n-1] != tok.Data {
				say("</%s> where %v is open", tok.Data, open)
			} else {
				open = open[:n-1]
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			attrs, ok := ourElements[tok.Data]
			if !ok {
				say("<%s>", tok.Data)
			}
			if kind == html.StartTagToken && !slices.Contains([]string{"meta", "input"}, tok.Data) {
				open = append(open, tok.Data)
			}
			for _, a := range tok.Attr {
				name := strings.ToLower(a.Key)
				switch {
				case !slices.Contains(strings.Fields(attrs), name):
					say("<%s %s>", tok.Data, a.Key)
				case name == "href" && !ourLink.MatchString(a.Val):
					say("a link to %s", a.Val)
				case tok.Data == "meta", name == "placeholder", name == "viewbox", name == "preserveaspectratio":
				case name == "aria-label": // data may be named there, and is only ever read out
				case tok.Data == "rect" && name != "class":
					if !amount.MatchString(a.Val) {
						say("a rectangle of %s", a.Val)
					}
				case name == "id" || name == "for" || name == "aria-labelledby":
					if !ourID.MatchString(a.Val) {
						say("%s=%q", name, a.Val)
					}
				case name == "href":
				case !ourWords.MatchString(a.Val) && !amount.MatchString(a.Val):
					say("<%s %s=%q>", tok.Data, name, a.Val)
				}
			}
		}
	}
	if len(open) > 0 {
		say("%v never closed", open)
	}
	if raw["script"] != 1 || raw["style"] != 1 {
		say("%d scripts and %d styles", raw["script"], raw["style"])
	}
	return bad
}

func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	p := wicked(append(slices.Clone(nasty), `"><script>alert(1)</script>`, `' onmouseover='alert(1)`, "</style></script><svg onload=alert(1)>",
		"<!--", "-->", "]]>", "<![CDATA[", "javascript:alert(1)", "{{.}}", "\x00", "&#x3c;script>"))
	p.Subjects = append(p.Subjects, plan.Subject{Domain: plan.Time, Sync: "x", Workspace: nasty[1], From: nasty[0], To: nasty[0]})
	verify := Verify{Done: true, Left: p.Changes[:3], Err: nasty[0]}
	ended := applied(p)
	for i := range ended {
		ended[i].Err, ended[i].Response = nasty[i%len(nasty)], nasty[i%len(nasty)]
		ended[i].Status = []plan.Status{plan.Done, plan.Failed, plan.Skipped, plan.NotTried, plan.Withheld}[i%5]
	}
	ctx := onMerge
	ctx.HappensOnMerge = nasty[0]
	for name, page := range map[string]string{
		"plan": htmlOf(t, p, nil, Verify{}, ctx), "run": htmlOf(t, p, ended, verify, ctx),
		"links": htmlOf(t, p, nil, Verify{}, Context{Commit: `"><b>`, Flags: " <i>"}),
	} {
		if bad := soundHTML(page); len(bad) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(bad[:min(len(bad), 20)], "\n"))
		}
		for _, s := range []string{"\x1b", "\x00", "\u202e", "\u200b", "\u2028", "\r"} {
			if strings.Contains(page, s) {
				t.Errorf("%s: %q is in the page", name, s)
			}
		}
	}
	ctx.RunURL, ctx.ArtifactURL = "javascript:alert(1)", `https://evil.example/"><script>`
	page := htmlOf(t, sample(), nil, Verify{}, ctx)
	if strings.Contains(page, "javascript:") || strings.Contains(page, `/"><script>`) {
		t.Error("a link runs a script")
	}
}

func TestHTMLProperties(t *testing.T) {
	t.Parallel()
	texts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nasty), rapid.String()), 1, 8)
	rapid.Check(t, func(rt *rapid.T) {
		p := wicked(texts.Draw(rt, "texts"))
		ctx := onMerge
		ctx.Redact = rapid.SampledFrom([]Redact{None, Mask}).Draw(rt, "redact")
		var outcomes []plan.Outcome
		if rapid.Bool().Draw(rt, "run") {
			outcomes = applied(p)
		}
		page := htmlOf(t, p, outcomes, Verify{Done: true}, ctx)
		if page != htmlOf(t, p, outcomes, Verify{Done: true}, ctx) {
			rt.Fatal("two drawings of one plan differ")
		}
		if bad := soundHTML(page); len(bad) > 0 {
			rt.Fatal(strings.Join(bad, "\n"))
		}
		listed := 0
		for _, m := range regexp.MustCompile(`<tr data-k="[a-z_]+" data-r="[a-z_]+" data-n="(\d+)">`).FindAllStringSubmatch(page, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				rt.Fatal(err)
			}
			listed += n
		}
		if listed != len(p.Changes) {
			rt.Fatalf("the rows are of %d changes, want %d", listed, len(p.Changes))
		}
	})
}

// The browser is told to load nothing and to run nothing else, and there is nothing that it could load.
func TestHTMLStandsAlone(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, sample(), applied(sample()), Verify{Done: true}, onMerge)
	policy := fmt.Sprintf(`content="default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'"`,
		hashed(pageStyle), hashed(pageScript))
	if strings.Count(page, policy) != 1 || strings.Index(page, policy) > strings.Index(page, "<style>") {
		t.Error("the policy is not where it must be")
	}
	for _, asset := range []string{pageStyle, pageScript} {
		for _, bad := range []string{"http:", "https:", "//cdn", "url(", "@import", "fetch(", "XMLHttp", "WebSocket", "innerHTML", "eval(", "document.write", "</"} {
			if strings.Contains(asset, bad) {
				t.Errorf("%s is in the style or script", bad)
			}
		}
	}
	if got := regexp.MustCompile(`(src|srcset|background|poster|data|action|style)="`).FindAllString(bodyOf(page), -1); got != nil {
		t.Errorf("the page may load something: %q", got)
	}
	for _, m := range regexp.MustCompile(`<(\w+)[^>]* href="https?:`).FindAllStringSubmatch(page, -1) {
		if m[1] != "a" {
			t.Errorf("<%s> leads out", m[1])
		}
	}
}

func TestHTMLRedacted(t *testing.T) {
	t.Parallel()
	p := sample()
	ended := applied(p)
	ended[0].Status, ended[0].Err = plan.Failed, "Rosa Vega (rosa.vega@example.com) said no to stranger@example.org"
	p.Problems = []state.Problem{{Text: "bob.wilson@example.com appears twice"}}
	ctx := onMerge
	ctx.Redact = Mask
	all := html.UnescapeString(htmlOf(t, p, ended, Verify{Done: true, Left: p.Changes, Err: "Rosa Vega"}, ctx) + htmlOf(t, p, nil, Verify{}, ctx))
	for _, secret := range []string{"rosa.vega", "Rosa Vega", "bob.wilson", "Bob Wilson", "Jane Smith", "Old Name", "Ann Lee", "Head Ofops", "orphan.user", "tim.ott", "nina@", "stranger@"} {
		if i := strings.Index(all, secret); i >= 0 {
			t.Errorf("%q shows: …%s…", secret, all[max(0, i-80):min(len(all), i+80)])
		}
	}
	if !strings.Contains(all, "pseudonyms") {
		t.Error("the page does not say that people are masked")
	}
}

// Every change stands on the page with how it ended, equal entries too, and what stays unsaid is said.
func TestHTMLResults(t *testing.T) {
	t.Parallel()
	b := &maker{}
	for range 2 {
		b.entry(plan.Create, "Website", monday, time.Hour, "twice")
	}
	b.Changes[1].ID = b.Changes[0].ID
	b.profile("bob@example.com", field("capacity", "PT8H", "PT4H"))
	p := &b.Plan
	blocked := *p
	blocked.Refusals = []plan.Refusal{{Domain: plan.Users}}
	cases := []struct {
		name     string
		plan     *plan.Plan
		outcomes []plan.Outcome
		want     []string
	}{
		{"plan", p, nil, []string{"planned", "planned", "planned"}},
		{"refused", &blocked, nil, []string{"blocked", "planned", "planned"}},
		{"equal", p, []plan.Outcome{
			{Change: p.Changes[0], Status: plan.Done}, {Change: p.Changes[1], Status: plan.Failed}, {Change: p.Changes[2], Status: plan.Withheld},
		}, []string{"withheld", "done", "failed"}},
		{"early", p, []plan.Outcome{{Change: p.Changes[0], Status: plan.Done}}, []string{"not_tried", "done", "not_tried"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range regexp.MustCompile(`data-r="(\w+)"`).FindAllStringSubmatch(htmlOf(t, tc.plan, tc.outcomes, Verify{}, Context{}), -1) {
				got = append(got, m[1])
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func treesOf(p *plan.Plan) []htmlSide {
	return newHTMLPage(newDocument(p, nil, Verify{}, Context{}, mostInPage), Context{}).Trees
}

// A tree shows everybody once, whoever manages whom: circles, two managers and chains deeper than a page.
func TestHTMLTrees(t *testing.T) {
	t.Parallel()
	deep := &maker{plan.Plan{Subjects: []plan.Subject{{Domain: plan.Users}}}}
	for i := range 50 {
		deep.manager(fmt.Sprintf("p%02d@x", i+1), "", fmt.Sprintf("p%02d@x", i), "")
	}
	cases := []struct {
		name    string
		reports []plan.Report
		want    string // the right side
	}{
		{"circle", []plan.Report{{Person: "a@x", After: []string{"b@x"}}, {Person: "b@x", After: []string{"a@x"}}}, "a@x(b@x(a@x))"},
		{"two", []plan.Report{{Person: "a@x", Before: []string{"m@x"}, After: []string{"m@x", "n@x"}}}, "m@x(a@x) n@x(a@x)"},
		{"own", []plan.Report{{Person: "a@x", After: []string{"a@x"}}}, "a@x(a@x)"},
		{"leaver", []plan.Report{{Person: "a@x", Before: []string{"m@x"}, Leaves: true}, {Person: "b@x", Before: []string{"m@x"}}}, "Leave the workspace(a@x) Nobody(b@x)"},
		{"chain", []plan.Report{{Person: "c@x", After: []string{"b@x"}}, {Person: "b@x", After: []string{"a@x"}}}, "a@x(b@x(c@x))"},
	}
	var draw func(list []*htmlNode) string
	draw = func(list []*htmlNode) string {
		var parts []string
		for _, n := range list {
			s := n.Name
			if len(n.Below) > 0 {
				s += "(" + draw(n.Below) + ")"
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, " ")
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			page := treesOf(&plan.Plan{Subjects: []plan.Subject{{Domain: plan.Users, Reports: tc.reports}}})
			if got := draw(page[1].Roots); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
	if got := strings.Count(draw(treesOf(&deep.Plan)[1].Roots), "@x"); got < 51 {
		t.Errorf("%d names in a chain of 51 people", got)
	}
}

// thousand is a run of n people with five changes each, some of which did not work.
func thousand(n int) (*plan.Plan, []plan.Outcome) {
	b := &maker{plan.Plan{Names: map[string]string{}, Calls: plan.Calls{Made: 12}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: n}}}}
	email := func(i int) string { return fmt.Sprintf("person.%04d@example.com", i) }
	name := func(i int) string { return fmt.Sprintf("Person %04d", i) }
	for i := range n {
		b.Names[email(i)] = name(i)
		b.profile(email(i), field("capacity", "PT8H", "PT7H30M"), field("Company (Label)", "Acme", "Globex"))
		b.manager(email(i), email(i/10), email(i/12), "")
		b.member(email(i), name(i/10), name(i/12))
	}
	var outcomes []plan.Outcome
	for i, c := range b.Changes {
		o := plan.Outcome{Change: c, Status: plan.Done, Response: "200", Attempts: 1, Started: monday}
		if i%97 == 5 {
			o.Status, o.Err, o.Attempts = plan.Failed, "500 Something went wrong", 4
		}
		outcomes = append(outcomes, o)
	}
	return &b.Plan, outcomes
}

func TestHTMLSize(t *testing.T) {
	t.Parallel()
	p, outcomes := thousand(1000)
	page := htmlOf(t, p, outcomes, Verify{Done: true}, Context{})
	if got, most := len(page), 3_000_000; got > most {
		t.Errorf("%d bytes for 5,000 changes, want at most %d", got, most)
	}
	if bad := soundHTML(page); len(bad) > 0 {
		t.Error(bad)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestHTMLCannotBeWritten(t *testing.T) {
	t.Parallel()
	if err := HTML(full{}, sample(), nil, Verify{}, Context{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkHTML(b *testing.B) {
	p, outcomes := thousand(1000)
	for b.Loop() {
		_ = htmlOf(b, p, outcomes, Verify{Done: true}, Context{})
	}
}

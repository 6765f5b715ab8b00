package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// nasty is text that breaks out of careless Markdown, HTML, Mermaid, terminals and logs.
var nasty = []string{
	"@everyone |x| `y` <img src=x onerror=alert(1)>", "</code></td></table></details>", "a\n| injected | row |", "[x](https://evil.example)",
	"https://evil.example/a?b=c www.evil.example", "**bold** _em_ ~~no~~", "```\nfence", "~~~", "> quote", "# heading", "1. list", "- item",
	"<!-- comment -->", "<script>alert(1)</script>", "&lt;b&gt; &#60;i&#62;", `\|`, `"]; end; n0["x`, "end", "click n0 callback", "%%{init: {}}%%",
	"ﬂ°°60¶ß", "\u202eevil\u202c", "a\u200bb", "\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x07link", "::set-output name=a::b", "##[set-output name=a]b",
	"x\r::error::y", "fixes #12 GH-12 acme/people#3", "deadbeefdeadbeef", "=cmd()", "\xff\xfe", "name@example.com", ":smile: $$x$$ $`x`$", "[ ] x", "[^1]: note", "| --- | --- |",
	"'); DROP", "\u2028line\u2029", "[!CAUTION]", "$(id)", "{{ x }}", "&copy;", "mailto:a@b.co",
}

// hostilePlan has every kind of nasty text in every place.
func hostilePlan() *plan.Plan { return wicked(nasty) }

func wicked(texts []string) *plan.Plan {
	b := &maker{plan.Plan{Names: map[string]string{}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: texts[0], People: 3}}}}
	for i, s := range texts {
		email := s + "@example.com"
		if i < 30 {
			b.Names[email] = s
		}
		b.profile(email, field("capacity", s, "PT1H"), field(s, s, s+"x"))
		if i < 15 {
			b.manager(email, s, texts[(i+1)%len(texts)]+"@example.com", state.CauseManagerUnknown)
			b.Changes[len(b.Changes)-2].CauseAbout = s
		}
		b.member(email, s, s)
		g := change(plan.Update, plan.KindGroup, s, field("name", s, s+" 2"))
		g.Cause, g.CauseAbout = state.CauseLeaver, s
		b.add(g)
		b.leaver("leaver "+s, &plan.Handover{To: s, People: 1, Groups: []string{s}, Projects: []string{s, s}, NamedBy: []string{s}})
		del := change(plan.Delete, plan.KindMembership, email, field("group", s, ""))
		del.Gated, del.Guard, del.Attribute, del.Person, del.CauseAbout = true, plan.MaxRemovals, s, email, s
		b.add(del)
		e := b.entry(plan.Delete, s, monday, 1, s)
		e.Gated, e.Sync = true, s
		e = b.entry(plan.Create, s, monday, 1, s)
		e.Sync = texts[0]
		kind := slices.Sorted(maps.Keys(findingWords))[i%len(findingWords)]
		b.Findings = append(b.Findings, state.Finding{
			Kind: kind, Level: []state.Level{state.LevelProblem, state.LevelAttention, state.LevelNote}[i%3], Name: s, About: s, Values: []string{s, s},
			Cause: slices.Sorted(maps.Keys(causeWords))[i%len(causeWords)], Count: i, Source: state.Source{File: s, Line: 1}, Sync: []string{"", texts[0]}[i%2],
			Entries: []state.Entry{{Project: s, Description: s, Start: monday}},
		})
		b.Problems = append(b.Problems, state.Problem{Source: state.Source{File: "users.csv", Line: i + 1}, Text: s})
		b.Refusals = append(b.Refusals, plan.Refusal{Domain: plan.Users, Setting: s, Cause: state.CauseNotThere, About: s})
	}
	return &b.Plan
}

func render(t testing.TB, md string) string {
	t.Helper()
	var out bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(md), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	tagPattern  = regexp.MustCompile(`<[/!]?[a-zA-Z][^>]*>|<!--`)
	codePattern = regexp.MustCompile(`(?s)<code>(?:[^<]|<wbr>)*</code>|<pre><code[^>]*>[^<]*</code></pre>`)
)

// ourTags are all that a page may have once its <code> is taken out; links lead to the contexts' hosts alone.
var ourTags = regexp.MustCompile(`^</?(h3|p|br|table|thead|tbody|tr|th|td|details|summary|b|i|sub|strong|ul|li|blockquote)( style="text-align:right"| align="right")?>$|^</a>$|^<a href="https://github\.com/acme/people/[^"]*">$`)

// sound reports what in a page could only have come from data.
func sound(t testing.TB, md string) []string {
	t.Helper()
	page := render(t, md)
	rest := codePattern.ReplaceAllString(page, "")
	var bad []string
	for _, tag := range tagPattern.FindAllString(rest, -1) {
		if !ourTags.MatchString(tag) {
			bad = append(bad, "tag "+tag)
		}
	}
	shown := tagPattern.ReplaceAllString(rest, " ")
	for _, sign := range []string{"@", "://", "www.", "#1", "GH-", "deadbeef", "&lt;", "```", "\u202e"} {
		if strings.Contains(shown, sign) {
			bad = append(bad, "text "+sign+" outside code")
		}
	}
	// every row has as many cells as its table has columns
	for _, table := range strings.Split(page, "<table>")[1:] {
		table, _, _ = strings.Cut(table, "</table>")
		columns := strings.Count(table, "<th")
		columns -= strings.Count(table, "<thead")
		for _, row := range strings.Split(table, "<tr>")[2:] {
			if n := strings.Count(row, "<td"); n != columns {
				bad = append(bad, fmt.Sprintf("a row with %d of %d cells: %s", n, columns, row))
			}
		}
	}
	if open, closed := strings.Count(rest, "<details>"), strings.Count(rest, "</details>"); open != closed {
		bad = append(bad, fmt.Sprintf("%d details opened, %d closed", open, closed))
	}
	return bad
}

func TestHostilePage(t *testing.T) {
	t.Parallel()
	p := hostilePlan()
	for _, budget := range []int{60_000, 12_000, 400_000} {
		ctx := onMerge
		ctx.MaxBytes = budget
		md := Markdown(p, ctx)
		if bad := sound(t, md); len(bad) > 0 {
			t.Errorf("with %d bytes:\n%s", budget, strings.Join(bad, "\n"))
		}
	}
	md := OutcomeMarkdown(p, applied(p), Verify{Done: true, Left: p.Changes[:3], Err: nasty[0]}, onMerge)
	if bad := sound(t, md); len(bad) > 0 {
		t.Errorf("outcome:\n%s", strings.Join(bad, "\n"))
	}
	// the rows that should be there are: nothing has swallowed one or added one
	ctx := onMerge
	ctx.MaxBytes = 1 << 20
	page := render(t, Markdown(p, ctx))
	if got, want := strings.Count(page, "<td>deactivate</td>"), len(nasty); got != want {
		t.Errorf("%d rows of deactivations, want %d", got, want)
	}
	if strings.Contains(page, "injected | row") && !strings.Contains(page, "a | injected | row |") {
		t.Error("a line end in data made a row")
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	p := hostilePlan()
	for _, width := range []int{0, 40, 80} {
		var out bytes.Buffer
		Text(&out, p, Style{Width: width}, onMerge)
		OutcomeText(&out, p, applied(p), Verify{Done: true, Left: p.Changes[:3], Err: nasty[0]}, Style{Width: width}, onMerge)
		Problems(&out, p.Problems, Style{Width: width}, onMerge)
		text := out.String()
		for _, bad := range []string{"\x1b", "\r", "\x07", "##[", "::", "\u202e", "\u200b", "\u2028"} {
			if strings.Contains(text, bad) {
				t.Errorf("width %d: %q reached the terminal", width, bad)
			}
		}
	}
}

func TestPageProperties(t *testing.T) {
	t.Parallel()
	texts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nasty), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(nasty), 2, 3), func(s []string) string {
		return strings.Join(s, "")
	})), 1, 12)
	rapid.Check(t, func(rt *rapid.T) {
		p := wicked(texts.Draw(rt, "texts"))
		ctx := onMerge
		ctx.MaxBytes = rapid.SampledFrom([]int{1500, 4000, 9000, 60_000}).Draw(rt, "budget")
		ctx.Redact = rapid.SampledFrom([]Redact{None, Mask}).Draw(rt, "redact")
		page := Comment(p, ctx)
		if n := len(utf16.Encode([]rune(page.Body))); n > ctx.MaxBytes || len(page.Body) > ctx.MaxBytes {
			rt.Fatalf("%d bytes, %d characters, budget %d", len(page.Body), n, ctx.MaxBytes)
		}
		if again := Comment(p, ctx); again != page {
			rt.Fatal("two drawings of one plan differ")
		}
		after := OutcomeMarkdown(p, applied(p), Verify{Done: true, Left: p.Changes[:1], Err: p.Names[""]}, ctx)
		if len(after) > ctx.MaxBytes {
			rt.Fatalf("outcome of %d bytes, budget %d", len(after), ctx.MaxBytes)
		}
		for _, body := range []string{page.Body, after} {
			if bad := sound(t, body); len(bad) > 0 {
				rt.Fatalf("%s\n%s", strings.Join(bad, "\n"), body)
			}
		}
	})
}

// crowd is a plan of n changed people and some that leave.
func crowd(n, leavers int) *plan.Plan {
	b := &maker{plan.Plan{Names: map[string]string{}, Calls: plan.Calls{Made: 12}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: n}}}}
	for i := range n {
		email := fmt.Sprintf("person.%05d@example.com", i)
		b.Names[email] = fmt.Sprintf("Person %d", i)
		b.profile(email, field("capacity", "PT8H", "PT7H30M"))
		if i < 200 {
			b.Findings = append(b.Findings, state.Finding{Kind: state.FindingFallback, Level: state.LevelAttention, Name: email, Cause: state.CauseNoManager, Values: []string{"head.of.ops@example.com"}})
		}
	}
	for i := range leavers {
		b.leaver(fmt.Sprintf("leaver.%05d@example.com", i), &plan.Handover{To: "head.of.ops@example.com", People: 3})
	}
	return &b.Plan
}

// guard is a plan in which a guard holds back n removals.
func guard(n int) *plan.Plan {
	b := &maker{plan.Plan{Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: 100}}}}
	b.Exceeded = []plan.Exceeded{
		{Guard: plan.MaxRemovals, Attribute: "manager", Figures: plan.Figures{Have: n, Limit: 20, Base: 100, Allow: "40%"}},
		{Guard: plan.MaxRemovals, Attribute: "Company", Figures: plan.Figures{Have: n / 4, Limit: 8, Base: 80, Allow: "13%"}},
	}
	for i := range n {
		email := fmt.Sprintf("person.%02d@example.com", i)
		c := change(plan.Delete, plan.KindMembership, email, field("group", fmt.Sprintf("Team %d", i%3), ""))
		c.Phase, c.Person, c.Gated, c.Guard, c.Attribute = plan.Remove, email, true, plan.MaxRemovals, "manager"
		b.add(c)
		if i%4 == 0 {
			c := change(plan.Delete, plan.KindProfile, email, field("Company", "Acme", ""))
			c.Phase, c.Person, c.Gated, c.Guard, c.Attribute = plan.Remove, email, true, plan.MaxRemovals, "Company"
			b.add(c)
		}
	}
	return &b.Plan
}

func TestBudget(t *testing.T) {
	t.Parallel()
	cases := []struct {
		people, leavers int
		budget          int
		shown           bool
		forms           string // what must stand in the body
	}{
		{10, 3, 60_000, true, "| deactivate |"},
		{5000, 3, 60_000, true, " more"},
		{5000, 300, 60_000, true, "| deactivate |"},
		{5000, 1500, 60_000, true, "```text"},
		{5000, 5000, 60_000, false, "too many to be listed here"},
		{5000, 100, 6_000, true, "```text"},
		{50, 20, 1_000, false, "Nothing of it can be approved"},
		{50, 20, 200, false, ""},
	}
	for _, tc := range cases {
		t.Run(fmt.Sprintf("%d-%d-%d", tc.people, tc.leavers, tc.budget), func(t *testing.T) {
			t.Parallel()
			ctx := onMerge
			ctx.MaxBytes = tc.budget
			page := Comment(crowd(tc.people, tc.leavers), ctx)
			if len(page.Body) > tc.budget {
				t.Errorf("%d bytes, budget %d", len(page.Body), tc.budget)
			}
			if page.GatedShown != tc.shown {
				t.Errorf("GatedShown %t, want %t", page.GatedShown, tc.shown)
			}
			if !strings.Contains(page.Body, tc.forms) {
				t.Errorf("%q is missing in\n%.2000s", tc.forms, page.Body)
			}
			if tc.shown {
				text := render(t, page.Body)
				for i := range tc.leavers {
					if email := fmt.Sprintf("leaver.%05d@example.com", i); !strings.Contains(text, email) {
						t.Fatalf("%s is gated and missing", email)
					}
				}
			}
			if bad := sound(t, page.Body); len(bad) > 0 {
				t.Error(strings.Join(bad, "\n"))
			}
		})
	}
}

func TestRedacted(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Findings = append(p.Findings, state.Finding{Kind: state.FindingRunning, Entries: []state.Entry{{Start: monday, Description: "Rosa Vega (rosa.vega@example.com) and Old Name are known, stranger.o'neil@example.org is not; ROSA VEGA too, Rosa Vegara is not"}}})
	p.Problems = []state.Problem{{Text: "bob.wilson@example.com appears twice"}}
	ctx := onMerge
	ctx.Redact = Mask
	var out bytes.Buffer
	Text(&out, p, Style{}, ctx)
	if err := JSON(&out, p, nil, ctx); err != nil {
		t.Fatal(err)
	}
	outcomes := applied(p)
	OutcomeText(&out, p, outcomes, Verify{Done: true, Left: p.Changes}, Style{}, ctx)
	Problems(&out, p.Problems, Style{}, ctx)
	all := out.String() + htmlText(render(t, Markdown(p, ctx))) + htmlText(render(t, OutcomeMarkdown(p, outcomes, Verify{Done: true}, ctx)))
	for _, secret := range []string{"rosa.vega", "Rosa Vega ", "ROSA VEGA", "Rosa Vega\"", "bob.wilson", "Bob Wilson", "Jane Smith", "Old Name", "Ann Lee", "Head Ofops", "neil@", "orphan.user", "tim.ott", "nina@"} {
		if i := strings.Index(all, secret); i >= 0 {
			t.Errorf("%q shows: …%s…", secret, all[max(0, i-60):min(len(all), i+60)])
		}
	}
	if !strings.Contains(all, "Rosa Vegara") {
		t.Error("a longer word that begins like a name was masked")
	}
	m := newMask(ctx, p.Names)
	a, b := m.text("ann.a@example.com"), m.text("ann.b@example.com")
	if a == b || a != m.text("Ann.A@example.com") || !strings.HasPrefix(a, "a***-") || !strings.HasSuffix(a, "@example.com") {
		t.Errorf("pseudonyms %s and %s do not tell two people apart, or one together", a, b)
	}
	if again := m.text(a); again != a {
		t.Errorf("%s became %s when it was masked again", a, again)
	}
	if key := newMask(Context{Redact: Mask, RedactKey: []byte("k")}, nil).text("ann.a@example.com"); key == a {
		t.Error("the key makes no difference")
	}
}

func htmlText(s string) string {
	return strings.NewReplacer("&quot;", `"`, "&#39;", "'", "&amp;", "&").Replace(tagPattern.ReplaceAllString(s, ""))
}

func TestJSON(t *testing.T) {
	t.Parallel()
	p := sample()
	var plainText, maskedText bytes.Buffer
	if err := JSON(&plainText, p, nil, Context{Commit: "a", Elapsed: 1}); err != nil {
		t.Fatal(err)
	}
	if err := JSON(&maskedText, p, nil, Context{Redact: Mask}); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := JSON(&again, p, nil, Context{Commit: "b"}); err != nil {
		t.Fatal(err)
	}
	if plainText.String() != again.String() {
		t.Error("the commit changes plan.json")
	}
	var doc map[string]any
	if err := json.Unmarshal(plainText.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"version", "digest", "approval_digest", "changes", "findings", "calls"} {
		if _, ok := doc[key]; !ok {
			t.Errorf("no key %q", key)
		}
	}
	for _, text := range []string{plainText.String(), maskedText.String()} {
		shown, err := ReadJSON([]byte(text))
		got, digest := shown.Gated, shown.ApprovalDigest
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, c := range p.Gated() {
			want = append(want, c.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("gated ids (-want +got):\n%s", diff)
		}
		if digest != p.ApprovalDigest() {
			t.Errorf("approval digest %s, want %s", digest, p.ApprovalDigest())
		}
		if _, reason, err := p.ParseApproval(digest[:plan.ShortDigest], got); err != nil || reason != "" {
			t.Errorf("the plan does not know its own approval: %s %v", reason, err)
		}
	}
	empty := &bytes.Buffer{}
	if err := JSON(empty, &plan.Plan{}, nil, Context{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(empty.String(), `"changes": []`) || !strings.Contains(empty.String(), `"findings": []`) {
		t.Errorf("empty lists are not lists: %s", empty)
	}
	for _, bad := range []string{"", "{}", `{"version":1}`, `{"version":2,"changes":[{"id":"x y","gated":true}]}`} {
		if _, err := ReadJSON([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	Text(&out, sample(), Style{Width: 70, Color: true}, onMerge)
	for _, line := range strings.Split(out.String(), "\n") {
		if columns(line) > 70 && !strings.Contains(line, "--approve") {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
}

func TestProse(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff("`x@y.z`, (`a.b`: c) and 1,000 / 21:40.", prose("x@y.z, (a.b: c) and 1,000 / 21:40.")); diff != "" {
		t.Errorf("prose (-want +got):\n%s", diff)
	}
}

// What is cut is linked to where it stands: from a comment to the run's summary, from the summary to the files, and from a
// page that is whole to nowhere.
func TestMoreLeadsElsewhere(t *testing.T) {
	t.Parallel()
	p := crowd(2000, 0)
	summary, files := "(https://github.com/acme/people/actions/runs/1)", "(https://github.com/acme/people/actions/runs/1/artifacts/2)"
	cases := map[string]struct {
		change func(*Context)
		want   string
	}{
		"comment":         {func(*Context) {}, summary},
		"summary":         {func(ctx *Context) { ctx.Summary = true }, files},
		"no files to see": {func(ctx *Context) { ctx.Summary, ctx.ArtifactURL = true, "" }, ""},
	}
	for name, tc := range cases {
		ctx := onMerge
		tc.change(&ctx)
		page := Comment(p, ctx)
		more := regexp.MustCompile(`\| and [0-9,]+ more(, \[in the whole plan\](\(.*\)))?\n`).FindStringSubmatch(page.Body)
		if !page.Cut || more == nil || more[2] != tc.want {
			t.Errorf("%s: cut %t, more %q, want a link to %s", name, page.Cut, more, tc.want)
		}
	}
	ctx := onMerge
	ctx.MaxBytes = 16 << 20
	if page := Comment(p, ctx); page.Cut || strings.Contains(page.Body, " more, ") {
		t.Error("a page with room for everything is cut")
	}
}

// Where too much needs approval to be shown, the page says how it can be approved here.
func TestTooManyToApproveHere(t *testing.T) {
	t.Parallel()
	p, ctx := crowd(50, 20), onMerge
	ctx.MaxBytes = 1_000
	if page := Comment(p, ctx); page.GatedShown || !strings.Contains(page.Body, "`--approve`") {
		t.Errorf("without a way of its own:\n%s", page.Body)
	}
	ctx.ApproveHow = "Rita runs this workflow by hand."
	if page := Comment(p, ctx); page.GatedShown || strings.Contains(page.Body, "--approve") || !strings.Contains(page.Body, ctx.ApproveHow) {
		t.Errorf("with one:\n%s", page.Body)
	}
}

// sharing is a plan in which n people change from one manager to another of the same name.
func sharing(n int) *plan.Plan {
	b := &maker{plan.Plan{Names: map[string]string{}, Subjects: []plan.Subject{{Domain: plan.Users, Workspace: "Acme", People: n}}}}
	for i := range n {
		email := fmt.Sprintf("maximilian.mustermann.%04d@example.com", i)
		from, to := fmt.Sprintf("christina.andersson.%02d@example.com", i%20), fmt.Sprintf("christina.bergstrom.%02d@example.com", i%20)
		b.Names[email], b.Names[from], b.Names[to] = "Max Mustermann", "Christina Bergstrom", "Christina Bergstrom"
		b.manager(email, from, to, "")
	}
	return &b.Plan
}

// TestNothingTooWide: no cell of the people's table is wider than a third of a comment's width, whatever stands in it.
func TestNothingTooWide(t *testing.T) {
	t.Parallel()
	long := hostilePlan()
	for _, text := range []string{strings.Repeat("x", 100), strings.Repeat("ä", 100), "www." + strings.Repeat("long.", 20) + "example"} {
		b := &maker{*long}
		b.profile("person@example.com", field(text, text, text+"1"))
		long = &b.Plan
	}
	for name, p := range map[string]*plan.Plan{"5": sharing(5), "40": sharing(40), "400": sharing(400), "long": long} {
		body := Markdown(p, onMerge)
		if bad := sound(t, body); len(bad) > 0 {
			t.Errorf("%s: %s", name, strings.Join(bad, "\n"))
		}
		_, people, found := strings.Cut(render(t, body), "<b>People</b>")
		people, _, _ = strings.Cut(people, "</table>")
		if !found || strings.Count(people, "<td") < 4 {
			t.Fatalf("%s: no table of people", name)
		}
		shown := htmlText(tagPattern.ReplaceAllString(people, " "))
		for _, word := range strings.Fields(shown) {
			if n := len([]rune(word)); n > 22 {
				t.Errorf("%s: %d characters in one: %s", name, n, word)
			}
		}
	}
	if body := Markdown(sharing(5), onMerge); !strings.Contains(htmlText(strings.ReplaceAll(render(t, body), "<wbr>", "")), "(christina.bergstrom.04@example.com)") {
		t.Errorf("an address is not whole:\n%s", body)
	}
}

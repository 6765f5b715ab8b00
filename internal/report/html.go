package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

var (
	//go:embed templates/report.css
	pageStyle string
	//go:embed templates/report.js
	pageScript string
	//go:embed templates/report.html.tmpl
	pageText string

	pageBody = template.Must(template.New("report").Funcs(template.FuncMap{
		"clean": text.Sanitize, "tip": tip, "num": number, "count": text.Count, "thousands": text.Thousands, "upper": text.Upper, "short": short,
		"hours": duration,
		"texts": func(list []Part) string { return tip(commas(list, 10).String()) },
	}).Parse(pageText))
)

// mostInPage is how many rows of a section the page shows.
const mostInPage = 5000

// HTML writes the plan, and how it went where there are outcomes, as one page that needs nothing beside itself: no
// network, no other file, and no script to be read in full. Text of others is data in it, never markup: it comes in
// through html/template alone, and the page's own policy runs no script but the one it was written with.
func HTML(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, pageHead, hashed(pageStyle), hashed(pageScript), pageStyle)
	page := newHTMLPage(newDocument(p, outcomes, verify, ctx, mostInPage), ctx)
	err := pageBody.Execute(out, page)
	fmt.Fprintf(out, "<script>%s</script>\n</body>\n</html>\n", pageScript)
	if err := cmp.Or(err, out.Flush()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// pageHead is what stands before the template: html/template would rewrite style and script, and their hashes would
// no longer fit.
const pageHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Clockify sync report</title>
<style>%s</style>
</head>
<body>
`

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// longestTip is how many characters of one value the page shows.
const longestTip = 2000

func tip(s string) string { return text.Sanitize(text.Clip(s, longestTip)) }

// htmlPage is a document as a page shows it: with totals, trees, and tables of a size that a browser draws at once.
type htmlPage struct {
	*Document
	About    []string
	Tiles    []htmlTile
	Bar      []htmlSlice
	Trees    []htmlSide
	Moves    string // people whose manager changes, counted
	Sections []htmlSection
	Kinds    []plan.KindInfo
	Total    int // changes
	Listed   int // of them in the list
	RunURL   string
	FilesURL string
	Whole    string // where all of it is
}

type (
	// htmlTile is a number at the top. Result is what the list of changes is filtered by when it is chosen.
	htmlTile struct {
		Number, Word string
		Result       Result
	}
	// htmlSlice is a part of the bar under the tiles, in per cent.
	htmlSlice struct {
		Result   Result
		At, Wide float64
	}
	// htmlSection is the changes of one sort.
	htmlSection struct {
		Title   string
		Tables  []htmlTable
		Missing int
	}
	// htmlTable is so many groups of rows that a browser can leave those out of sight undrawn.
	htmlTable struct {
		Caption string
		Lazy    bool
		Groups  []htmlGroup
	}
	// htmlGroup is what changes about one object.
	htmlGroup struct {
		Name, Beside string
		Person       bool
		Rows         []Row
	}
)

func newHTMLPage(d *Document, ctx Context) *htmlPage {
	page := &htmlPage{Document: d, RunURL: ctx.RunURL, FilesURL: ctx.ArtifactURL, Whole: text.Sanitize(ctx.whole())}
	page.totals()
	page.about(ctx)
	page.trees()
	page.list("People", page.People, true)
	page.list("Groups", page.Groups, false)
	page.list("Custom fields", page.Fields, false)
	for _, s := range page.Syncs {
		page.list("Time sync "+s.Name, s.Section, false)
	}
	for _, k := range plan.Kinds {
		if slices.ContainsFunc(d.Counts, func(c Count) bool { return c.Kind == k }) {
			page.Kinds = append(page.Kinds, k)
		}
	}
	return page
}

// totals are how many changes ended in which way.
func (p *htmlPage) totals() {
	for _, s := range p.Results {
		p.Total += s.Number
	}
	at := 0.0
	for _, s := range p.Results {
		word := s.Result.Words()
		if s.Result == Done || s.Result == Planned {
			word = text.Plural(s.Number, "change ", "changes ") + word
		}
		if s.Result == Gated {
			word = text.Plural(s.Number, "change needs approval", "changes need approval")
		}
		p.Tiles = append(p.Tiles, htmlTile{text.Thousands(s.Number), word, s.Result})
		wide := 100 * float64(s.Number) / float64(p.Total)
		p.Bar = append(p.Bar, htmlSlice{s.Result, at, wide})
		at += wide
	}
	add := func(n int, word string) {
		if n > 0 {
			p.Tiles = append(p.Tiles, htmlTile{Number: text.Thousands(n), Word: word})
		}
	}
	add(p.People.Total, text.Plural(p.People.Total, "person", "people")+" concerned")
	add(len(p.Problems)+len(p.Refusals), "in the way")
	look := len(p.Findings.Problems)
	for _, n := range p.Findings.Attention {
		look += max(1, len(n.Each))
	}
	add(look, "to look at")
}

// about says of what, when and by which commit.
func (p *htmlPage) about(ctx Context) {
	add := func(s string) {
		if s != "" {
			p.About = append(p.About, text.Sanitize(s))
		}
	}
	add(p.where())
	if !p.Started.IsZero() {
		add(p.Started.UTC().Format("Monday, 2 January 2006, 15:04") + " UTC")
	}
	if ctx.Commit != "" {
		add("commit " + ctx.Commit[:min(len(ctx.Commit), 7)])
	}
	if p.Run && p.Effort != "" {
		p.Effort = "took " + p.Effort
	}
	add(p.Effort)
}

const mostRows = 100 // of one table

// list cuts a section into tables of some hundred rows. An object that is longer goes on in the next one.
func (p *htmlPage) list(title string, s Section, people bool) {
	if s.Total == 0 {
		return
	}
	title = text.Sanitize(title)
	section := htmlSection{Title: title + " (" + text.Thousands(s.Total) + ")", Missing: s.Total - len(s.Objects)}
	rows := mostRows
	for _, o := range s.Objects {
		called, beside := tip(o.Name.Text), tip(o.Beside)
		if people && o.Beside != "" {
			called, beside = tip(o.Beside), tip(o.Email)
		}
		goesOn := joined(", ", beside, "continued")
		for part := range slices.Chunk(o.Rows, mostRows) {
			if rows >= mostRows {
				section.Tables, rows = append(section.Tables, htmlTable{}), 0
			}
			t := &section.Tables[len(section.Tables)-1]
			t.Groups = append(t.Groups, htmlGroup{called, beside, people, part})
			rows += len(part)
			for _, r := range part {
				p.Listed += r.Changes
			}
			beside = goesOn
		}
	}
	for i := range section.Tables {
		t := &section.Tables[i]
		t.Caption = title
		if len(section.Tables) > 1 {
			t.Caption += ", part " + text.Thousands(i+1) + " of " + text.Thousands(len(section.Tables))
			t.Lazy = i < len(section.Tables)-1
		}
	}
	p.Sections = append(p.Sections, section)
}

// Columns are those of the table of counts.
func (p *htmlPage) Columns() []string {
	if !p.Run {
		return []string{"add", "change", "remove", Gated.Words()}
	}
	var list []string
	for _, s := range p.Results {
		list = append(list, s.Result.Words())
	}
	return list
}

// Cells are the counts of one kind, one a column.
func (p *htmlPage) Cells(c Count) []string {
	if !p.Run {
		return []string{number(c.Add), number(c.Change), number(c.Remove), number(c.Gated)}
	}
	var list []string
	for _, s := range p.Results {
		list = append(list, number(c.By[s.Result]))
	}
	return list
}

// Widest is how many hours the longest bar of a sync stands for; Bar the length of a project's, in per cent.
func (s Sync) Widest() time.Duration {
	widest := time.Duration(1)
	for _, p := range s.Projects {
		widest = max(widest, p.Hours)
	}
	return widest
}

// Bar is the length of a project's bar, in per cent.
func (p Project) Bar(widest time.Duration) float64 { return 100 * float64(p.Hours) / float64(widest) }

// Link is where an error or finding stands, without a column.
func (f Finding) Link() string { return text.Sanitize(joined(": ", f.At.String(), f.Sync)) }

// Any reports whether anything was found.
func (f Findings) Any() bool { return f.Pressing() || len(f.Notes) > 0 }

// Pressing reports whether anything but standing facts was.
func (f Findings) Pressing() bool { return len(f.Problems)+len(f.Attention) > 0 }

// mostOfNote is how many findings of one sort the page shows.
const mostOfNote = 1000

// Few are the findings that a note unfolds to.
func (n Note) Few() []Finding { return n.Each[:min(len(n.Each), mostOfNote)] }

// More is how many there are beside those.
func (n Note) More() int { return len(n.Each) - len(n.Few()) }

// Hours are the syncs that change entries or projects.
func (p *htmlPage) Hours() []Sync {
	var list []Sync
	for _, s := range p.Syncs {
		if len(s.Projects) > 0 {
			list = append(list, s)
		}
	}
	return list
}

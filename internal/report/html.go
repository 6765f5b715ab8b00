package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

var (
	//go:embed html/report.css
	pageStyle string
	//go:embed html/report.js
	pageScript string
	//go:embed html/report.tmpl
	pageText string

	pageBody = template.Must(template.New("report").Parse(pageText))
)

// HTML writes the plan, and how it went where there are outcomes, as one page that needs nothing beside itself: no
// network, no other file, and no script to be read in full. Text of others is data in it, never markup: it comes in
// through html/template alone, and the page's own policy runs no script but the one it was written with.
func HTML(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, verify Verify, ctx Context) error {
	if p == nil {
		p = &plan.Plan{}
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, pageHead, hashed(pageStyle), hashed(pageScript), pageStyle)
	if err := pageBody.Execute(out, pageOf(p, outcomes, verify, ctx)); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	fmt.Fprintf(out, "<script>%s</script>\n</body>\n</html>\n", pageScript)
	if err := out.Flush(); err != nil {
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

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

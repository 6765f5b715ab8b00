package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// wholeDigest is a digest that says enough: 128 bits of it.
var wholeDigest = regexp.MustCompile(`^[0-9a-f]{32,64}$`)

// expected holds a plan against --expect. Where the files tell what the expected plan was, the difference is printed.
func (r *run) expected(p *plan.Plan) error {
	want := strings.ToLower(r.opts.Expect)
	switch {
	case want == "":
		return nil
	case strings.HasPrefix(p.Digest(), want):
		return nil
	}
	for _, name := range []string{planFile, filepath.Join(r.opts.AuditDir, audit.PlanFile)} {
		data, err := r.readPlan(name)
		if err != nil {
			continue
		}
		before, err := report.ReadJSON(data)
		if err != nil || !strings.HasPrefix(before.Digest, want) {
			continue
		}
		fmt.Fprintf(r.Stderr, "Since that plan (%s):\n", name)
		for _, line := range difference(before.Changes, p.Changes) {
			fmt.Fprintln(r.Stderr, "  "+line)
		}
	}
	return about(aboutApproval, errors.New("--expect: the plan is now "+p.Digest()[:plan.ShortDigest]+", and not the one that was expected; nothing was written"))
}

// mostDifferences is how many are printed.
const mostDifferences = 20

// difference lists the changes that are in one of two plans alone: those that came with a plus, those that went with a
// minus.
func difference(before, now []plan.Change) []string {
	line := func(mark string, c plan.Change) string {
		return mark + string(c.Op) + " " + strings.ReplaceAll(string(c.Ref.Kind), "_", " ") + " " + visible(c.Ref.Name)
	}
	gone, came := map[string]bool{}, []string{}
	for _, c := range before {
		gone[c.ID] = true
	}
	for _, c := range now {
		if !gone[c.ID] {
			came = append(came, line("+ ", c))
		}
		delete(gone, c.ID)
	}
	var lines []string
	for _, c := range before {
		if gone[c.ID] {
			lines = append(lines, line("- ", c))
		}
	}
	lines = append(lines, came...)
	if more := len(lines) - mostDifferences; more > 0 {
		lines = append(lines[:mostDifferences], fmt.Sprintf("and %d more", more))
	}
	return lines
}

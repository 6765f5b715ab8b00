package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// show prints the plan and what kept parts of it from being made, and writes plan.json where that was asked for.
func (r *run) show(p *plan.Plan) error {
	if r.opts.Out != "" && r.planned() {
		data, err := r.json(p)
		if err == nil {
			err = r.writeFile(r.opts.Out, data)
		}
		if err != nil {
			return about(aboutOutput, fmt.Errorf("--out: %w", err))
		}
	}
	failures := r.failures()
	var err error
	switch {
	case r.opts.Format == "json" && r.applying: // once it is known how the changes ended
	case r.opts.Format == "json":
		err = report.JSON(r.Stdout, p, nil, r.context())
	case len(failures) > 0 && !r.planned():
	case r.opts.Format == "markdown":
		_, err = io.WriteString(r.Stdout, report.Markdown(p, r.context())+"\n")
	case r.opts.Format == "html":
		var page []byte
		if page, err = r.html(p); err == nil {
			_, err = r.Stdout.Write(page)
		}
	case r.shown[p.Digest()]:
	default:
		r.shown[p.Digest()] = true
		about := r.context()
		about.Headline = r.headline()
		report.Text(r.Stdout, p, r.style(), about)
	}
	var told []string
	for _, f := range failures {
		if text := r.inShort(f); !slices.Contains(told, text) {
			told = append(told, text)
			fmt.Fprintf(r.Stderr, "clockify-sync: %s\n", text)
		}
	}
	r.advise(r.planTopics(p)...)
	return err
}

// planned reports whether anything was planned at all.
func (r *run) planned() bool {
	return len(r.problems()) > 0 || slices.ContainsFunc(r.jobs, func(j *job) bool { return j.plan != nil })
}

func (r *run) json(p *plan.Plan) ([]byte, error) {
	var b bytes.Buffer
	err := report.JSON(&b, p, nil, r.context())
	return b.Bytes(), err
}

// planExit is the exit code of a plan.
func (r *run) planExit(p *plan.Plan) int {
	switch code := r.troubled(p); {
	case code != ExitDone:
		return code
	case r.opts.ExitCode && !p.Empty():
		return ExitPending
	}
	return ExitDone
}

// troubled is the exit code of what already the plan has wrong with it.
func (r *run) troubled(p *plan.Plan) int {
	if len(p.Problems) > 0 || len(p.Refusals) > 0 || slices.ContainsFunc(p.Findings, func(f state.Finding) bool { return f.Failed }) {
		return ExitFailed
	}
	code := ExitDone
	for _, err := range r.failures() {
		if !stopped(err) {
			return ExitFailed
		}
		code = ExitStopped
	}
	return code
}

// context is what reports need beside the plan.
func (r *run) context() report.Context {
	c := report.Context{
		Applying:      r.applying,
		Flags:         r.opts.repeat,
		PlanFile:      r.opts.Out,
		RatePerSecond: r.loaded.Settings.API.RequestsPerSecond,
		UsersFile:     r.file,
		AuditDir:      cmp.Or(r.folder, r.opts.AuditDir),
	}
	if r.folder != "" {
		c.PlanFile = audit.PlanFile // beside the page, and named by the folder at the end
	}
	if r.describe != nil {
		c.PlanFile = audit.PlanFile // of the artifact
		r.describe(&c)
	}
	return c
}

// masker masks people where the reports do.
func (r *run) masker(p *plan.Plan) report.Masker { return report.NewMasker(p, r.context()) }

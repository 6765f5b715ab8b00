package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// validate reads the files and reports every problem.
func validate(_ context.Context, in *invocation) int {
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	if problems := s.problems(); len(problems) > 0 {
		report.Problems(in.Stderr, problems, in.style(), s.context())
		in.advise(aboutFiles)
		return ExitFailed
	}
	for _, f := range s.loaded.Spec.Findings {
		fmt.Fprintf(in.Stdout, "%s: %s\n", f.Source, visible(strings.TrimSpace(f.Name+" "+f.Text)))
	}
	fmt.Fprintln(in.Stdout, s.sound())
	return ExitDone
}

// sound says in a line what was read and found to be in order.
func (s *session) sound() string {
	var parts []string
	if u := s.loaded.Spec.Users; u != nil {
		parts = append(parts, s.file+": "+count(len(u.People), peopleWord))
	}
	if n := len(s.loaded.Spec.Time); n > 0 {
		parts = append(parts, count(n, [2]string{"time sync", "time syncs"}))
	}
	if s.loaded.Config != "" {
		parts = append(parts, s.loaded.Config)
	}
	return strings.Join(parts, ", ") + ": no problems"
}

// planFile is where plan leaves the plan, so that a later apply can tell what is left of an approved one.
const planFile = "plan.json"

// planCommand shows what apply would do.
func planCommand(ctx context.Context, in *invocation) int {
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	if err := s.guide(ctx); err != nil {
		return in.refused(err)
	}
	earlier := s.earlier()
	in.opts.out = cmp.Or(in.opts.out, planFile)
	s.open()
	p := s.planAll(ctx)
	if err := s.show(p); err != nil {
		return in.fail(err)
	}
	if in.opts.approve != "" {
		if _, reason, err := p.ReadApproval(in.opts.approve, earlier...); err != nil {
			return in.fail(about(aboutApproval, fmt.Errorf("--approve: %w", err)))
		} else if reason != "" {
			fmt.Fprintln(in.Stdout, "Approval: "+reason)
		}
	}
	return s.planExit(p)
}

// show prints the plan and what kept parts of it from being made, and writes plan.json where that was asked for.
func (s *session) show(p *plan.Plan) error {
	in := s.in
	if in.opts.out != "" && s.planned() {
		data, err := s.json(p)
		if err == nil {
			err = in.writeFile(in.opts.out, data)
		}
		if err != nil {
			return about(aboutOutput, fmt.Errorf("--out: %w", err))
		}
	}
	failures := s.failures()
	var err error
	switch {
	case in.opts.format == "json":
		err = report.JSON(in.Stdout, p, s.context())
	case len(failures) > 0 && !s.planned():
	case in.opts.format == "markdown":
		_, err = io.WriteString(in.Stdout, report.Markdown(p, s.context())+"\n")
	default:
		report.Text(in.Stdout, p, in.style(), s.context())
	}
	for _, f := range failures {
		fmt.Fprintf(in.Stderr, "clockify-sync: %v\n", f)
	}
	in.advise(s.planTopics(p)...)
	return err
}

// planned reports whether anything was planned at all.
func (s *session) planned() bool {
	return len(s.problems()) > 0 || slices.ContainsFunc(s.jobs, func(j *job) bool { return j.plan != nil })
}

func (s *session) json(p *plan.Plan) ([]byte, error) {
	var b bytes.Buffer
	err := report.JSON(&b, p, s.context())
	return b.Bytes(), err
}

// planExit is the exit code of a plan.
func (s *session) planExit(p *plan.Plan) int {
	switch code := s.troubled(p); {
	case code != ExitDone:
		return code
	case s.in.opts.exitCode && !p.Empty():
		return ExitPending
	}
	return ExitDone
}

// troubled is the exit code of what already the plan has wrong with it.
func (s *session) troubled(p *plan.Plan) int {
	if len(p.Problems) > 0 || len(p.Refusals) > 0 || slices.ContainsFunc(p.Findings, func(f state.Finding) bool { return f.Failed }) {
		return ExitFailed
	}
	code := ExitDone
	for _, err := range s.failures() {
		if !stopped(err) {
			return ExitFailed
		}
		code = ExitStopped
	}
	return code
}

func (in *invocation) style() report.Style {
	_, plain := in.LookupEnv("NO_COLOR")
	_, ci := in.LookupEnv("CI")
	return report.Style{Color: in.Terminal && !plain && !ci, Width: in.Width}
}

// context is what reports need beside the plan.
func (s *session) context() report.Context {
	c := report.Context{
		Applying:      s.applying,
		ApplyCommand:  "clockify-sync apply" + s.in.given,
		RatePerSecond: s.loaded.Settings.API.RequestsPerSecond,
		UsersFile:     s.file,
		AuditDir:      s.in.opts.audit,
	}
	if s.describe != nil {
		s.describe(&c)
	}
	return c
}

// masker masks people where the reports do.
func (s *session) masker(p *plan.Plan) report.Masker { return report.NewMasker(p, s.context()) }

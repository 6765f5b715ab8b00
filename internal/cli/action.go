package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/report"
)

// action runs as the GitHub Action: the input command says what to do, or the event does.
func action(ctx context.Context, in *invocation) int {
	env, err := in.settle()
	if err != nil {
		return in.fail(err)
	}
	event, err := github.ReadEvent(in.getenv)
	if err != nil {
		return in.fail(err)
	}
	decision, err := decide(env.Command, event)
	if err != nil {
		return in.fail(err)
	}
	s, err := in.load()
	if err != nil {
		return in.fail(err)
	}
	if s.hub, err = newHub(ctx, s, event, decision); err != nil {
		return in.fail(err)
	}
	in.log.Printf("%s: %s", decision.Action, decision.Reason)
	s.annotate()
	if decision.Action == github.Validate {
		return s.validateInAction()
	}
	s.open()
	s.hide()
	if decision.Action == github.Apply {
		return s.applyInAction(ctx)
	}
	return s.planInAction(ctx)
}

// decide says what a run does: what the command says, within what the event allows.
func decide(command string, event github.Event) (github.Decision, error) {
	d := github.Decide(event, command == "plan")
	said := func(a github.Action) github.Decision {
		return github.Decision{Action: a, Reason: "command: " + command}
	}
	switch command {
	case "", "auto":
	case "validate":
		return said(github.Validate), nil
	case "plan":
		if d.Action == github.Apply {
			return said(github.Plan), nil
		}
	case "apply":
		switch {
		case d.Action == github.Validate: // without secrets nothing can be applied, whatever was asked
		case unmerged(event):
			return d, about(aboutGitHub, fmt.Errorf("input command: apply on %s would apply what nobody has merged. Run it on push, schedule or workflow_dispatch", event.Name))
		default:
			return said(github.Apply), nil
		}
	default:
		return d, about(aboutGitHub, fmt.Errorf("input command: %q is not one of auto, validate, plan, apply", command))
	}
	return d, nil
}

// unmerged reports whether the run's files are those of a pull request that is not merged, or not into the default
// branch. Reviews and other events of a pull request have its ref, too, and a merge queue pushes the branches it tries.
func unmerged(e github.Event) bool {
	switch {
	case e.Name == "merge_group", strings.HasPrefix(e.Ref, "refs/heads/gh-readonly-queue/"):
		return true
	case e.Name == "pull_request":
		return !e.Merged || e.DefaultBranch != "" && e.BaseRef != "" && e.BaseRef != e.DefaultBranch
	}
	return strings.HasPrefix(e.Ref, "refs/pull/")
}

// annotate puts what the files have wrong with them on their lines.
func (s *session) annotate() {
	for _, p := range s.masker(nil).Problems(s.problems()) {
		s.in.log.Error(github.Annotation{File: p.Source.File, Line: p.Source.Line, Col: p.Source.Column, Title: "clockify-sync", Message: p.Text})
	}
	for _, f := range s.masker(nil).Findings(s.loaded.Spec.Findings) {
		s.in.log.Warning(github.Annotation{File: f.Source.File, Line: f.Source.Line, Col: f.Source.Column, Title: "clockify-sync", Message: strings.TrimSpace(f.Name + " " + f.Text)})
	}
}

// validateInAction ends a run that may only look at the files.
func (s *session) validateInAction() int {
	text, code := "### Clockify: the files are in order\n\n"+report.Sentence(s.sound())+"\n", ExitDone
	if problems := s.problems(); len(problems) > 0 {
		text, code = report.ProblemsMarkdown(problems, s.context()), ExitFailed
	} else {
		s.in.log.Printf("%s", s.sound())
	}
	s.hub.summary(text + "\n" + report.Sentence(upper(s.hub.decision.Reason)+".") + "\n")
	out := s.planOutputs(&plan.Plan{}, "")
	out["digest"] = "" // of no plan
	s.hub.outputs(out)
	return code
}

// getenv is LookupEnv for those who take "" for unset.
func (in *invocation) getenv(name string) string {
	value, _ := in.LookupEnv(name)
	return value
}

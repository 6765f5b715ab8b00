package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// readBase reads the files as they were before a pull request, found by the same names. From then on the stricter of both
// holds of what protects. Where they cannot be read or the config is unsound, the defaults stand for them.
func (r *run) readBase(files fs.FS) (action.Base, error) {
	names := wantedFiles{users: r.file, config: r.opts.config}
	if !r.opts.wantsUsers() {
		names.users = ""
	}
	base, err := readFiles(files, names)
	problems := base.Spec.Problems
	if err == nil {
		if i := slices.IndexFunc(problems, func(p state.Problem) bool { return p.Source.File == base.Config }); base.Config != "" && i >= 0 {
			err = fmt.Errorf("it has problems: %s: %s", problems[i].Source, problems[i].Text)
		}
	}
	if err != nil {
		files = withUsers{users: r.file} // no file: the defaults
	} else if r.base = &base.Spec; len(problems) > 0 || names.users != "" && !base.Users {
		r.base = nil
	}
	b := action.Base{Rules: rulesOf(base)}
	if err != nil || base.Spec.Users == nil {
		// Its config holds also where it had no CSV yet.
		own, done, inputsErr := r.inputs(true)
		if inputsErr != nil {
			return b, errors.Join(err, inputsErr)
		}
		defer done()
		asBefore, _ := readFiles(withUsers{files, own, r.file}, names) // problems of the CSV are told where it is read
		base.Spec.Users = asBefore.Spec.Users
		if err != nil {
			b.Rules = rulesOf(asBefore)
		}
	}
	r.loaded.Spec.Users, b.Loosened = plan.Stricter(base.Spec.Users, r.loaded.Spec.Users)
	if err == nil {
		var moved []plan.Loosened
		r.loaded.Spec.Time, moved = plan.Elsewhere(base.Spec.Time, r.loaded.Spec.Time)
		b.Loosened = append(b.Loosened, moved...)
		if r.base != nil { // what it would do between other ends is no drift
			r.base.Time = slices.DeleteFunc(slices.Clone(r.base.Time), func(was state.TimeSync) bool {
				return slices.ContainsFunc(r.loaded.Spec.Time, func(now state.TimeSync) bool { return now.Name == was.Name && now.Elsewhere })
			})
		}
	}
	before, now := base.Settings.Workspace.ID, r.loaded.Settings.Workspace.ID
	if users := r.loaded.Spec.Users; users != nil && err == nil && before != "" && now != before && r.env.Workspace.ID == "" {
		gated := *users
		gated.OtherWorkspace = true
		r.loaded.Spec.Users = &gated
		b.Loosened = append(b.Loosened, plan.Loosened{Setting: "workspace.id", Base: before, Head: now})
	}
	return b, err
}

func rulesOf(l loadedFiles) action.Rules {
	return action.Rules{Approval: action.Approval(l.Settings.Approval), Redact: l.Settings.Redact}
}

// withUsers is the files of one commit with the CSV of another where there is none.
type withUsers struct {
	files, others fs.FS // nil: without files
	users         string
}

func (w withUsers) Open(name string) (fs.File, error) {
	err := error(&fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist})
	if w.files != nil {
		var f fs.File
		if f, err = w.files.Open(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	if name == w.users && w.others != nil {
		return w.others.Open(name)
	}
	return nil, err
}

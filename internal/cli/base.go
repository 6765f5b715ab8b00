package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// readBase reads the files as they were before a pull request, found by the same names. From then on the stricter of both
// holds of what protects. Where they cannot be read or the config is unsound, the defaults stand for them.
func (r *run) readBase(files fs.FS) (action.Base, error) {
	names := wantedFiles{users: r.file, config: r.opts.Config}
	if !r.opts.wantsUsers() {
		names.users = ""
	}
	base, err := readFiles(files, names)
	problems := base.Spec.Problems
	if err == nil {
		if i := slices.IndexFunc(problems, func(p state.Problem) bool { return p.Source.File != r.file }); i >= 0 {
			err = fmt.Errorf("it has problems: %s: %s", problems[i].Source, problems[i].Text)
		}
	}
	if err != nil {
		base, files = loadedFiles{Settings: config.None().Settings}, withUsers{users: r.file} // no file: the defaults
	} else if len(problems) == 0 && (names.users == "" || base.Users) {
		asked := base.Spec
		r.base = &asked
	}
	if base.Spec.Users == nil {
		// Its config holds also where it had no CSV yet.
		own, done, inputsErr := r.inputs(true)
		if inputsErr != nil {
			return action.Base{Rules: rulesOf(base)}, errors.Join(err, inputsErr)
		}
		defer done()
		asBefore, _ := readFiles(withUsers{files, own, r.file}, names) // problems of the CSV are told where it is read
		base.Spec.Users = asBefore.Spec.Users
	}
	b := action.Base{Rules: rulesOf(base)}
	r.loaded.Spec.Users, b.Loosened = plan.Stricter(base.Spec.Users, r.loaded.Spec.Users)
	b.Loosened = append(b.Loosened, r.elsewhere(base)...)
	return b, err
}

// elsewhere marks what has other ends than the base names, or than anybody can tell, so that all its changes need approval.
// What the base would do there is no drift.
func (r *run) elsewhere(base loadedFiles) (moved []plan.Loosened) {
	spec := &r.loaded.Spec
	for i, sync := range spec.Time {
		if !r.opts.wantsSync(sync.Name) {
			continue
		}
		var of []plan.Loosened
		if spec.Time[i], of = plan.Elsewhere(base.Spec.Time, sync); len(of) > 0 && r.base != nil {
			r.base.Time = slices.DeleteFunc(slices.Clone(r.base.Time), func(was state.TimeSync) bool { return was.Name == sync.Name })
		}
		moved = append(moved, of...)
	}
	given, before, now := r.opts.Workspace.ID, base.Settings.Workspace.ID, r.loaded.Settings.Workspace.ID
	if now = cmp.Or(given, now); spec.Users == nil || now == before || before == "" && given != "" {
		return moved // a workspace that the workflow names is not the pull request's word
	}
	gated := *spec.Users
	gated.OtherWorkspace = true
	if spec.Users = &gated; r.base != nil {
		r.base.Users = nil
	}
	return append(moved, plan.Loosened{Setting: string(plan.OtherWorkspace), Base: before, Head: now})
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

package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Completed is what Complete found in a journal.
type Completed struct {
	Listed
	Already bool // the files were complete; nothing was changed
}

// Complete writes the CSV files, run.json and the line of runs.csv of a run that was killed, from its journal in a folder
// of dir. The folder may be named in part where that is enough to tell it. A change that was begun and not ended is in
// the error log with status unknown. Of a run that ended it changes nothing, and a run that is running it refuses.
func Complete(dir, name string) (Completed, error) {
	f, err := openFolder(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Completed{}, fmt.Errorf("there is no run %q: there is no folder %s", name, dir)
	}
	if err != nil {
		return Completed{}, fmt.Errorf("open audit folder: %w", err)
	}
	c, err := complete(f, name)
	if err := errors.Join(err, f.Close()); err != nil {
		return c, fmt.Errorf("%s: %w", dir, err)
	}
	return c, nil
}

// find returns the one run that is named so, in whole or in part.
func find(dir folder, name string) (Listed, error) {
	list, err := listRuns(dir)
	if err != nil {
		return Listed{}, err
	}
	var found []Listed
	for _, l := range list {
		if l.Folder == name {
			found = []Listed{l}
			break
		}
		if name != "" && strings.Contains(l.Folder, name) {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 0:
		return Listed{}, fmt.Errorf("there is no run %q; clockify-sync audit lists those that are there", name)
	case len(found) > 1:
		return Listed{}, fmt.Errorf("%d runs are named %q, such as %s", len(found), name, found[len(found)-1].Folder)
	}
	return found[0], nil
}

func complete(dir folder, name string) (_ Completed, err error) {
	found, err := find(dir, name)
	if err != nil || !found.Open {
		return Completed{Listed: found, Already: true}, err
	}
	name = found.Folder
	sub, err := dir.sub(name)
	if err != nil {
		return Completed{}, err
	}
	defer func() { err = errors.Join(err, sub.Close()) }()
	held, err := sub.lock()
	switch {
	case errors.Is(err, errHeld):
		return Completed{}, fmt.Errorf("%s is still running: it writes its files itself when it ends", name)
	case err == nil:
		defer func() { err = errors.Join(err, held.Close()) }()
	}
	if found, err = find(dir, name); err != nil || !found.Open { // it ended since it was found
		return Completed{Listed: found, Already: true}, err
	}
	h, err := readHistory(dir, name)
	if err != nil {
		return Completed{}, err
	}
	r := h.run()
	r.ExitCode = h.exit
	r.leave(sub, h.entries)
	r.Errors = []string{"the run was killed; this file was made from its journal"}
	err = errors.Join(r.write(sub, nil), removeParts(sub))
	if err == nil {
		err = appendRun(dir, r.listed(name), nil)
	}
	return Completed{Listed: r.listed(name)}, err
}

// run is what a journal tells of its run.
func (h history) run() *run {
	r := newRun(h.About, h.digest, h.started)
	for _, e := range h.entries {
		r.add(e)
	}
	return r
}

// leave lists the changes of the run's plan.json that were never begun. Without the file nothing is known of them.
func (r *run) leave(f folder, entries []entry) {
	var p struct {
		Digest  string        `json:"approval_digest"`
		Changes []plan.Change `json:"changes"`
	}
	if data, err := f.ReadFile(PlanFile); err != nil || json.Unmarshal(data, &p) != nil {
		return
	}
	begun := map[string]int{} // equal changes have one id
	for _, e := range entries {
		begun[e.Change.ID]++
	}
	r.ApprovalDigest = p.Digest
	for _, c := range p.Changes {
		if begun[c.ID]--; begun[c.ID] < 0 {
			r.Totals[string(plan.NotTried)]++
			r.NotTried = append(r.NotTried, notTried{c.ID, plan.NotTried, "", c.Op, c.Ref.Kind, c.Ref.Name})
		}
	}
}

// removeParts removes what was being written when the run was killed.
func removeParts(f folder) error {
	names, err := f.names()
	for _, name := range names {
		if strings.HasSuffix(name, partSuffix) {
			err = errors.Join(err, f.Remove(name))
		}
	}
	return err
}

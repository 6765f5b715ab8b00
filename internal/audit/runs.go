package audit

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jszwec/csvutil"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// RunsFile lists the runs of an audit folder, a line for each that ended.
const RunsFile = "runs.csv"

// Listed is a line of runs.csv.
type Listed struct {
	Folder         string
	Run            string
	Command        string
	Started        string // RFC 3339, UTC
	Finished       string
	ExitCode       string // empty: it was killed, and its files were completed afterwards
	Done           int
	Failed         int
	Unknown        int
	Skipped        int
	Withheld       int
	NotTried       int
	Verified       bool
	Digest         string
	ApprovalDigest string
	Actor          string
	Commit         string
	Approver       string
	PullRequest    string

	Open    bool `csv:"-"` // its files are not complete: it is running, or was killed
	Running bool `csv:"-"` // it is Open and holds its lock
}

func (r *run) listed(folder string) Listed {
	l := Listed{
		Folder: folder, Run: r.Run, Command: r.Command, Started: r.Started, Finished: r.Finished,
		Done: r.Totals[string(plan.Done)], Failed: r.Totals[string(plan.Failed)], Unknown: r.Totals[string(plan.Unknown)],
		Skipped: r.Totals[string(plan.Skipped)], Withheld: r.Totals[string(plan.Withheld)], NotTried: r.Totals[string(plan.NotTried)],
		Verified: r.Verified, Digest: r.Digest, ApprovalDigest: r.ApprovalDigest, Actor: r.Actor, Commit: r.Commit,
		Approver: r.Approver, PullRequest: r.PullRequest,
	}
	if r.ExitCode != nil {
		l.ExitCode = strconv.Itoa(*r.ExitCode)
	}
	return l
}

// appendRun adds a line to runs.csv with one write. A line that a killed run left unfinished is ended first.
func appendRun(dir folder, l Listed, scrub *text.Scrubber) error {
	header, err := encode([]Listed(nil), true, nil)
	if err != nil {
		return err
	}
	row, err := encode([]Listed{l}, false, scrub)
	if err != nil {
		return err
	}
	out, err := dir.Create(RunsFile)
	switch {
	case errors.Is(err, fs.ErrExist):
		data, err := dir.Read(RunsFile)
		if err != nil {
			return err
		}
		switch {
		case len(data) == 0:
			row = append(header, row...)
		case data[len(data)-1] != '\n':
			row = append([]byte("\n"), row...)
		}
		if out, err = dir.Append(RunsFile); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		row = append(header, row...)
	}
	_, err = out.Write(row)
	if err == nil {
		err = out.Sync()
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", RunsFile, err)
	}
	return nil
}

// readRuns reads runs.csv, leaving out what is no line of it. The line that a run wrote itself counts, not one of completing
// it.
func readRuns(dir folder) ([]Listed, error) {
	data, err := dir.Read(RunsFile)
	if err != nil {
		return nil, err
	}
	header, err := csvutil.Header(Listed{}, "csv")
	if err != nil {
		return nil, err
	}
	var list []Listed
	for raw := range bytes.Lines(data) {
		dec, err := csvutil.NewDecoder(csv.NewReader(bytes.NewReader(raw)), header...)
		if err != nil {
			continue
		}
		var l Listed
		if dec.Decode(&l) != nil || !runFolder.MatchString(l.Folder) {
			continue
		}
		switch i := slices.IndexFunc(list, func(other Listed) bool { return other.Folder == l.Folder }); {
		case i < 0:
			list = append(list, l)
		case l.ExitCode != "":
			list[i] = l
		}
	}
	return list, nil
}

// runFolder matches the names of runs' folders.
var runFolder = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d{6}Z-`)

// List returns the runs in an audit folder, the oldest first, with what runs.csv says of each; of a run that is Open, what
// its journal says. It makes nothing.
func List(dir string) ([]Listed, error) {
	f, err := existingFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("open audit folder: %w", err)
	}
	list, err := listRuns(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("list the runs in %s: %w", dir, err)
	}
	return list, nil
}

func listRuns(dir folder) ([]Listed, error) {
	ended, err := readRuns(dir)
	if err != nil {
		return nil, err
	}
	names, err := dir.Names()
	if err != nil {
		return nil, err
	}
	var list []Listed
	for _, name := range names {
		if !runFolder.MatchString(name) {
			continue
		}
		if i := slices.IndexFunc(ended, func(l Listed) bool { return l.Folder == name }); i >= 0 {
			list = append(list, ended[i])
			continue
		}
		l := Listed{Folder: name, Open: true}
		if h, logs, err := readFolder(dir, name); err == nil {
			r := newRun(h.header, logs)
			l = r.listed(name)
			l.Open = true
		}
		l.Running = isRunning(dir, name)
		list = append(list, l)
	}
	for _, l := range ended { // folders that were moved away
		if !slices.Contains(names, l.Folder) {
			list = append(list, l)
		}
	}
	slices.SortStableFunc(list, func(a, b Listed) int {
		return cmp.Or(instant(a.Started).Compare(instant(b.Started)), cmp.Compare(a.Folder, b.Folder))
	})
	return list, nil
}

// isRunning reports whether the run of a folder holds its lock.
func isRunning(dir folder, name string) bool {
	sub, err := dir.Sub(name)
	if err != nil {
		return false
	}
	defer func() { _ = sub.Close() }() // it was only looked at
	return sub.Held(JournalFile)
}

// Made returns the ids of the time entries that runs in an audit folder made since an instant, by the name of the time
// sync: Clockify's lists may not show them yet. What cannot be read is left out.
func Made(dir string, since time.Time) map[string][]string {
	made := map[string][]string{}
	f, err := existingFolder(dir)
	if err != nil {
		return made
	}
	defer func() { _ = f.Close() }()
	names, _ := f.Names() // without names there is nothing to read
	slices.Sort(names)
	// A run that ended since began at most a day before.
	first := since.Add(-24 * time.Hour).UTC().Format(folderTime)
	for _, name := range names {
		if name < first || !runFolder.MatchString(name) {
			continue
		}
		h, _, err := readFolder(f, name)
		if err != nil {
			continue
		}
		for _, e := range h.entries {
			if e.made != "" && !e.ended.Before(since) {
				made[e.change.Sync] = append(made[e.change.Sync], e.made)
			}
		}
	}
	return made
}

// readFolder reads the journal of a run's folder.
func readFolder(dir folder, name string) (history, *logs, error) {
	sub, err := dir.Sub(name)
	if err != nil {
		return history{}, nil, err
	}
	data, err := sub.Read(JournalFile)
	if err := errors.Join(err, sub.Close()); err != nil {
		return history{}, nil, err
	}
	if data == nil {
		return history{}, nil, fmt.Errorf("there is no %s in %s", JournalFile, name)
	}
	h, err := readJournal(data)
	if err != nil {
		return history{}, nil, err
	}
	l := &logs{header: h.header}
	for _, e := range h.entries {
		l.add(e)
	}
	return h, l, nil
}

// Completed is what Complete found in a journal.
type Completed struct {
	Listed
	Already bool // the files were complete; nothing was changed
	Damaged int  // lines that could not be read: the last one, if the run was killed while it wrote it
}

// Complete writes the CSV files, run.json and the line of runs.csv of a run that was killed, from its journal in a folder
// of dir. The folder may be named in part where that is enough to tell it. A change that was begun and not ended is in
// the error log with status unknown. Of a run that ended it changes nothing, and a run that is running it refuses.
func Complete(dir, name string) (Completed, error) {
	f, err := existingFolder(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Completed{}, fmt.Errorf("there is no run %q: there is no folder %s", name, dir)
	}
	if err != nil {
		return Completed{}, fmt.Errorf("open audit folder: %w", err)
	}
	c, err := complete(f, name)
	if err := errors.Join(err, f.Close()); err != nil {
		return c, fmt.Errorf("complete a run in %s: %w", dir, err)
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
		return Listed{}, fmt.Errorf("there is no run %q", name)
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
	sub, err := dir.Sub(name)
	if err != nil {
		return Completed{}, err
	}
	defer func() { err = errors.Join(err, sub.Close()) }()
	held, err := sub.Lock(JournalFile)
	switch {
	case errors.Is(err, errHeld):
		return Completed{}, fmt.Errorf("%s is still running: it writes its files itself when it ends", name)
	case err == nil:
		defer func() { err = errors.Join(err, held.Close()) }()
	}
	if found, err = find(dir, name); err != nil || !found.Open { // it ended since it was found
		return Completed{Listed: found, Already: true}, err
	}
	h, l, err := readFolder(dir, name)
	if err != nil {
		return Completed{}, err
	}
	r := newRun(h.header, l)
	r.ExitCode = h.exit
	r.Errors = []string{"the run was killed; this file was made from its journal"}
	err = errors.Join(l.write(sub), writeJSON(sub, RunFile, r, nil), removeParts(sub))
	if err == nil {
		err = appendRun(dir, r.listed(name), nil)
	}
	return Completed{Listed: r.listed(name), Damaged: h.damaged}, err
}

// removeParts removes what was being written when the run was killed.
func removeParts(f folder) error {
	names, err := f.Names()
	for _, name := range names {
		if strings.HasSuffix(name, partSuffix) {
			err = errors.Join(err, f.Remove(name))
		}
	}
	return err
}

package audit

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
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
	row, err := encode([]Listed{l}, scrub)
	if err != nil {
		return err
	}
	out, err := dir.open(RunsFile, os.O_RDWR)
	if err != nil {
		return err
	}
	before, err := io.ReadAll(out)
	if err != nil {
		return errors.Join(err, out.Close())
	}
	if len(before) > 0 {
		_, row, _ = bytes.Cut(row, []byte("\n")) // the header is there
		if !bytes.HasSuffix(before, []byte("\n")) {
			row = append([]byte("\n"), row...)
		}
	}
	if err := writeAll(dir.wrapped(out), row); err != nil {
		return fmt.Errorf("write %s: %w", RunsFile, err)
	}
	return nil
}

// readRuns reads runs.csv, leaving out what is no line of it. The line that a run wrote itself counts, not one of completing
// it.
func readRuns(dir folder) ([]Listed, error) {
	data, err := dir.ReadFile(RunsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
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

// List returns the runs in an audit folder, the oldest first, with what runs.csv says of each; of a run that is Open, what
// its journal says. It makes nothing.
func List(dir string) ([]Listed, error) {
	f, err := openFolder(dir)
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
	names, err := dir.runs()
	if err != nil {
		return nil, err
	}
	var list []Listed
	for _, name := range names {
		if i := slices.IndexFunc(ended, func(l Listed) bool { return l.Folder == name }); i >= 0 {
			list = append(list, ended[i])
			continue
		}
		l := Listed{Folder: name}
		if h, err := readHistory(dir, name); err == nil {
			l = h.run().listed(name)
		}
		l.Open, l.Running = true, dir.held(name)
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

// LeftOut names the syncs that the last apply in an audit folder left for the next one, in their order. Not known: there
// is no such run, or it does not say.
func LeftOut(dir string) (names []string, known bool) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }() // it was only read
	folders, _ := f.runs()           // without names there is nothing to read
	for _, name := range slices.Backward(folders) {
		if r, ok := readRun(f, name); ok && r.Command == "apply" && r.ExitCode != nil {
			return r.LeftOut, true
		}
	}
	return nil, false
}

// MadeEntry is a time entry that a run made.
type MadeEntry struct {
	ID, Sync string
	Person   string // as the journal names them: a pseudonym, where people are masked
	Lately   bool   // Clockify's lists may not show it yet
	Unsure   bool   // another run may have made it too: its run was not verified, and none since went well
}

// rememberedRuns is how many runs back those are looked for that were not verified.
const rememberedRuns = 20

// Made returns the time entries that runs in an audit folder made since an instant, or that are unsure. What cannot be
// read is left out.
func Made(dir string, since time.Time) []MadeEntry {
	f, err := openFolder(dir)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	names, _ := f.runs()             // without names there is nothing to read
	// A run that ended since began at most a day before.
	first := since.Add(-24 * time.Hour).UTC().Format(folderTime)
	var made []MadeEntry
	for i, name := range names {
		if name < first && i < len(names)-rememberedRuns {
			continue
		}
		r, ended := readRun(f, name)
		settled := ended && (r.Verified || r.ExitCode != nil && *r.ExitCode == 0)
		unsure := !settled && (ended || !f.held(name))
		if settled {
			for k := range made {
				made[k].Unsure = false
			}
		}
		h, _ := readHistory(f, name)
		for _, e := range h.entries {
			if e.MadeID != "" {
				made = append(made, MadeEntry{e.MadeID, e.Change.Sync, e.Change.Person, !e.ended.Before(since), unsure})
			}
		}
	}
	return slices.DeleteFunc(made, func(e MadeEntry) bool { return !e.Lately && !e.Unsure })
}

// readRun reads the run.json of a run's folder; it has none while it runs, or where it was killed.
func readRun(dir folder, name string) (r run, ok bool) {
	data, err := dir.ReadFile(name + "/" + RunFile)
	ok = err == nil && json.Unmarshal(data, &r) == nil
	return r, ok
}

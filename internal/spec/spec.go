// Package spec is of what the repository declares: it reads users.csv and clockify-sync.yaml into a state.Spec and
// finds every problem in them, each with file, line and column. It does not know Clockify, the environment or a clock.
package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// Largest files that are read, in bytes: far above real ones, far below what hurts.
const (
	maxConfig = 256 << 10
	maxUsers  = 64 << 20
)

// Options says which files to read. Names are those of fs.FS: slashes, relative, no "..".
type Options struct {
	Users        string // the CSV; empty: none is read
	UsersNeeded  bool   // a missing CSV is a problem, not just absent
	Config       string // empty: clockify-sync.yaml, else config.yaml
	ConfigNeeded bool   // a missing config is a problem
}

// Settings is the part of the config file that is about the run and not about people or time. What the file does not
// say holds the default.
type Settings struct {
	WorkspaceID string // empty: the environment tells
	WorkspaceAt state.Source
	API         API
	Approval    Approval
	CleanupSaid bool   `json:"-"` // cleanup.unmanaged_groups is written
	Redact      string // whether emails and names are masked: auto (in public repositories), none (never), full (always)
}

// API is how to talk to Clockify.
type API struct {
	BaseURL, ReportsURL string // without a slash at the end
	RequestsPerSecond   float64
	MaxRetries          int
	MaxCalls            int // 0: no budget
}

// Approval says where the approval of gated changes may come from beside --approve.
type Approval struct {
	From        string   // "pull-request", "environment" or empty
	Reviewers   []string // GitHub logins whose review counts
	Count       int      // how many of them
	Environment string   // the GitHub environment that gates the apply job
}

// Loaded is what one reading of the files gave.
type Loaded struct {
	Spec     state.Spec // sound even if there are problems: it then holds the rows without one, and the problems
	Settings Settings
	Config   string // name of the config file that was read; empty: none
	Users    bool   // a CSV was there
}

// Load reads the files o names from fsys. The error is a Problems, sorted, or an error of reading; what could be
// read is returned beside it.
func Load(fsys fs.FS, o Options) (Loaded, error) {
	var problems Problems
	name, data, err := readConfig(fsys, o, &problems)
	if err != nil {
		return Loaded{Settings: newConfig().settings}, fmt.Errorf("read the config: %w", err)
	}
	c := newConfig()
	if name != "" {
		d := parse(name, data)
		c = decode(d)
	}
	loaded := Loaded{Settings: c.settings, Config: name, Spec: state.Spec{Time: c.time}}

	if o.Users != "" || o.UsersNeeded {
		file := o.Users
		if file == "" {
			file = "users.csv"
		}
		data, err := readFile(fsys, file, maxUsers, &problems)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if o.UsersNeeded {
				problems = append(problems, state.Problem{
					Source: state.Source{File: file},
					Text:   "this file is missing; it lists the people of the workspace. Name another with --users, or let clockify-sync export write it.",
				})
			}
		case err != nil:
			return loaded, fmt.Errorf("read the users: %w", err)
		case data != nil:
			r := &reader{sheet: sheet{file: file}, config: c}
			loaded.Users = true
			loaded.Spec.Users = r.read(data)
			loaded.Spec.Findings = r.findings
			problems = append(problems, r.all()...)
		}
	}

	if c.doc != nil {
		problems = append(problems, c.doc.all()...) // also those that only the CSV's header could show
	}
	problems = problems.sorted()
	loaded.Spec.Problems = problems
	if len(problems) > 0 {
		return loaded, problems
	}
	return loaded, nil
}

// ReadApproval reads the approval section of a config's content. What is wrong with the rest of it does not matter here;
// what is wrong with the section leaves it at its default, which approves nothing.
func ReadApproval(name string, data []byte) Approval {
	if len(data) > maxConfig {
		return Approval{}
	}
	return decode(parse(name, data)).settings.Approval
}

// readConfig finds the config. No name and no error: there is none, and that is fine or already a problem.
func readConfig(fsys fs.FS, o Options, problems *Problems) (string, []byte, error) {
	names := []string{o.Config}
	if o.Config == "" {
		names = []string{"clockify-sync.yaml", "config.yaml"}
	}
	for _, name := range names {
		data, err := readFile(fsys, name, maxConfig, problems)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return name, data, err
	}
	if o.ConfigNeeded {
		*problems = append(*problems, state.Problem{Source: state.Source{File: names[0]}, Text: "this config file is missing."})
	}
	return "", nil, nil
}

// readFile reads a file of at most limit bytes. A larger one is a problem, and its content nil.
func readFile(fsys fs.FS, name string, limit int64, problems *Problems) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		*problems = append(*problems, state.Problem{
			Source: state.Source{File: name, Line: 1, Column: 1},
			Text:   fmt.Sprintf("the file is larger than %d KiB.", limit>>10),
		})
		return nil, nil
	}
	if data == nil {
		data = []byte{}
	}
	return data, nil
}

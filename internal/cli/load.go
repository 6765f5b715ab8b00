package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/config"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/text"
	"github.com/clockify-sync/clockify-sync/internal/userscsv"
)

// wantedFiles says which files to read. Names are those of fs.FS, or what anywhere takes.
type wantedFiles struct {
	users      string // the CSV; empty: none is read
	needUsers  bool   // a missing CSV is a problem, not just absent
	config     string // empty: clockify-sync.yaml, else config.yaml
	needConfig bool   // a missing config is a problem
}

// loadedFiles is what one reading of the files gave. Problems in them are not an error: they travel in the Spec, beside
// what is sound.
type loadedFiles struct {
	Spec     state.Spec
	Settings config.Settings
	Config   string // name of the config that was read; empty: none
	Users    bool   // a CSV was there
	file     *config.File
}

// maxUsers is the largest CSV that is read, in bytes: far above real ones, far below what hurts.
const maxUsers = 64 << 20

// readFiles reads the files that are wanted. The error is one of reading.
func readFiles(fsys fs.FS, w wantedFiles) (loadedFiles, error) {
	var problems []state.Problem
	file, err := readConfig(fsys, w, &problems)
	if err != nil {
		return loadedFiles{Settings: config.None().Settings}, fmt.Errorf("read the config: %w", err)
	}
	l := loadedFiles{Settings: file.Settings, Config: file.Name, file: file, Spec: state.Spec{Time: file.Time}}
	problems = append(problems, file.Problems...)
	if w.users != "" || w.needUsers {
		name := cmp.Or(w.users, "users.csv")
		data, err := readFile(fsys, name, maxUsers)
		unread := unreadable(err)
		switch {
		case errors.Is(err, fs.ErrNotExist) && !w.needUsers:
		case errors.Is(err, fs.ErrNotExist):
			problems = append(problems, state.Problem{
				Source: state.Source{File: name},
				Text:   "this file is missing; it lists the people of the workspace. " + nearFile(fsys, name) + "Name another with --users, or let clockify-sync export write it.",
				Users:  true,
			})
		case unread != "":
			problems = append(problems, state.Problem{Source: state.Source{File: name}, Text: unread, Users: true})
		case err != nil:
			return l, fmt.Errorf("read the users: %w", err)
		default:
			l.Users = true
			r := userscsv.Read(name, data, file.Layout, file.Users)
			l.Spec.Users, l.Spec.Findings = r.Users, r.Findings
			for _, p := range r.Problems {
				problems = append(problems, file.Excerpt(p))
			}
		}
	}
	slices.SortStableFunc(problems, func(a, b state.Problem) int { return a.Source.Compare(b.Source) })
	l.Spec.Problems = problems
	return l, nil
}

// readConfig finds and reads the config. Where there is none, that is fine or a problem.
func readConfig(fsys fs.FS, w wantedFiles, problems *[]state.Problem) (*config.File, error) {
	names := []string{w.config}
	if w.config == "" {
		names = []string{"clockify-sync.yaml", "config.yaml"}
	}
	for _, name := range names {
		data, err := readFile(fsys, name, config.MaxSize)
		unread := unreadable(err)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case unread != "":
			*problems = append(*problems, state.Problem{Source: state.Source{File: name}, Text: unread})
			unknown := config.None()
			unknown.Name = name
			return unknown, nil
		case err != nil:
			return nil, err
		}
		return config.Read(name, data), nil
	}
	if w.needConfig {
		*problems = append(*problems, state.Problem{Source: state.Source{File: names[0]}, Text: strings.TrimSpace("this config file is missing. " + nearFile(fsys, names[0]))})
	}
	return config.None(), nil
}

// Files that are there and not read.
var errFolder = errors.New("a folder")

type tooLarge int64 // bytes that are read at most

func (t tooLarge) Error() string {
	return "the file is larger than " + text.Thousands(int(t>>10)) + " KiB."
}

// unreadable says why a file of this machine could not be read; empty where something else went wrong, or nothing.
func unreadable(err error) string {
	var (
		large  tooLarge
		failed *fs.PathError
	)
	switch {
	case errors.Is(err, errFolder):
		return "this is a folder; name a file in it."
	case errors.As(err, &large):
		return large.Error()
	case errors.Is(err, fs.ErrPermission):
		return "you may not read this file."
	case errors.As(err, &failed):
		return "this file cannot be read: " + failed.Err.Error() + "."
	}
	return ""
}

// nearFile asks for the file of the same folder that was most likely meant.
func nearFile(fsys fs.FS, name string) string {
	list, err := fs.ReadDir(fsys, path.Dir(filepath.ToSlash(name)))
	if err != nil {
		return ""
	}
	var names []string
	for _, f := range list {
		if !f.IsDir() {
			names = append(names, f.Name())
		}
	}
	if near, ok := text.Nearest(path.Base(filepath.ToSlash(name)), names); ok {
		return "Did you mean " + text.Sanitize(path.Join(path.Dir(filepath.ToSlash(name)), near)) + "? "
	}
	return ""
}

func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errFolder
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = tooLarge(limit)
	}
	return data, err
}

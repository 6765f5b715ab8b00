package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// ErrEdit is returned for a config that cannot be added to without rewriting what somebody wrote.
var ErrEdit = errors.New("the config is written in a way that cannot be added to; add it by hand")

// AddWorkspace returns the config with workspace.id added. Everything else stays as it is written, comments too. Without
// data it is a new file.
func AddWorkspace(data []byte, id string) ([]byte, error) {
	e, err := edit(data)
	if err != nil {
		return nil, err
	}
	line := "id: " + scalar(id)
	switch entry := e.tree.find("workspace"); {
	case entry == nil:
		e.append("workspace:", "  "+line)
	case entry.value == nil:
		e.insert(entry.at.Position.Line, "  "+line)
	default:
		v := entry.value
		if v.shape != aDict || v.find("id") != nil || v.isFlow() || v.at.Position.Line == entry.at.Position.Line {
			return nil, fmt.Errorf("%w: workspace: %s", ErrEdit, line)
		}
		e.insert(v.at.Position.Line-1, strings.Repeat(" ", v.at.Position.Column-1)+line)
	}
	return e.done(func(before, after *File) bool {
		got := after.Settings.Workspace.ID
		after.Settings.Workspace.ID = before.Settings.Workspace.ID
		return got == id && reflect.DeepEqual(before.Settings, after.Settings)
	})
}

// AddTimeSync returns the config with a time sync added at the end of time_sync, under the same promise.
func AddTimeSync(data []byte, s state.TimeSync) ([]byte, error) {
	e, err := edit(data)
	if err != nil {
		return nil, err
	}
	lines := syncLines(s)
	switch entry := e.tree.find("time_sync"); {
	case entry == nil:
		e.append(append([]string{"time_sync:"}, indent(lines, 2)...)...)
	case entry.value == nil:
		e.insert(entry.at.Position.Line, indent(lines, 2)...)
	default:
		if v := entry.value; v.shape != aSequence || v.isFlow() {
			return nil, fmt.Errorf("%w:\n%s", ErrEdit, strings.Join(indent(lines, 2), "\n"))
		}
		e.insert(e.lastLine(entry), indent(lines, entry.value.at.Position.Column-1)...)
	}
	return e.done(func(before, after *File) bool {
		n := len(before.Time)
		if len(after.Time) != n+1 || after.Time[n].Name != s.Name {
			return false
		}
		after.Settings.TimeSync = before.Settings.TimeSync
		return reflect.DeepEqual(before.Settings, after.Settings)
	})
}

func indent(lines []string, by int) []string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.Repeat(" ", by)+l)
	}
	return out
}

// isFlow reports whether a mapping or list is written in brackets.
func (v *value) isFlow() bool { return v.at != nil && (v.at.Value == "{" || v.at.Value == "[") }

// syncLines renders a time sync as an entry of a list.
func syncLines(s state.TimeSync) []string {
	lines := []string{"- name: " + scalar(s.Name), "  source:"}
	side := func(x state.Endpoint) {
		lines = append(lines, "    workspace_id: "+scalar(x.WorkspaceID))
		if x.ClientID != "" {
			lines = append(lines, "    client_id: "+scalar(x.ClientID))
		}
		if x.UserID != "" {
			lines = append(lines, "    user_id: "+scalar(x.UserID))
		}
		if x.Token != "" {
			lines = append(lines, "    token_env: "+scalar(x.Token))
		}
	}
	side(s.Source)
	lines = append(lines, "  destination:")
	side(s.Destination)
	switch {
	case !s.From.IsZero() && !s.To.IsZero():
		lines = append(lines, "  from: "+s.From.UTC().Format(time.RFC3339), "  to: "+s.To.UTC().Format(time.RFC3339))
	case !s.From.IsZero():
		lines = append(lines, "  from: "+s.From.UTC().Format(time.RFC3339))
	case s.Window > 0:
		lines = append(lines, "  window: "+windowText(s.Window))
	}
	return lines
}

// windowText renders a duration as ParseWindow reads it, in the largest whole unit.
func windowText(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// editor adds lines to the text of a config. Printing the changed tree would be shorter, and would drop blank lines and ends
// of lines that somebody wrote.
type editor struct {
	before *File
	tree   *value
	lines  []string
	eol    string
	data   []byte
}

func edit(data []byte) (*editor, error) {
	e := &editor{before: Read("the config", data), data: data, eol: "\n"}
	e.tree = parse("the config", data).tree // as it is written: Read leaves out what is blank
	if len(e.before.Problems) > 0 || e.tree != nil && (e.tree.shape != aDict || e.tree.isFlow()) {
		return nil, ErrEdit
	}
	if bytes.Contains(data, []byte("\r\n")) {
		e.eol = "\r\n"
	}
	text := cmp.Or(string(data), "# yaml-language-server: $schema="+Schema+"\n")
	e.lines = strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	return e, nil
}

// append adds lines at the end, after an empty one.
func (e *editor) append(lines ...string) {
	if len(e.data) > 0 {
		e.lines = append(e.lines, "")
	}
	e.lines = append(e.lines, lines...)
}

// insert adds lines after so many lines.
func (e *editor) insert(after int, lines ...string) {
	e.lines = slices.Insert(e.lines, after, lines...)
}

// lastLine is the last line, counted from 1, of what stands under a key at the top.
func (e *editor) lastLine(of *entry) int {
	end := len(e.lines)
	for _, other := range e.tree.keys {
		if line := other.at.Position.Line; line > of.at.Position.Line {
			end = min(end, line-1)
		}
	}
	for end > of.at.Position.Line {
		if text := strings.TrimSpace(e.lines[end-1]); text != "" && !strings.HasPrefix(text, "#") {
			break
		}
		end--
	}
	return end
}

// done gives the text, if it says what is wanted and otherwise what it said before.
func (e *editor) done(wanted func(before, after *File) bool) ([]byte, error) {
	text := []byte(strings.Join(e.lines, e.eol) + e.eol)
	after := Read("the config", text)
	e.before.forgetPlaces()
	after.forgetPlaces()
	if len(after.Problems) > 0 || !wanted(e.before, after) {
		return nil, ErrEdit
	}
	return text, nil
}

// forgetPlaces blanks where settings stand, which an edit moves.
func (f *File) forgetPlaces() {
	s := &f.Settings
	for i := range s.FieldMapping {
		s.FieldMapping[i].At = state.Source{}
	}
	for i := range s.Rows.Only {
		s.Rows.Only[i].At = state.Source{}
	}
	for _, t := range s.TimeSync {
		for i := range t.ProjectMap {
			t.ProjectMap[i].At = state.Source{}
		}
		for i := range t.Defaults.Fields {
			t.Defaults.Fields[i].At = state.Source{}
		}
	}
}

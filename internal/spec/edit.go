package spec

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

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
	p := e.root.find("workspace")
	entry := "id: " + scalarText(id)
	switch {
	case p == nil:
		e.append("workspace:", "  "+entry)
	case e.doc.resolve(p.value) == nil:
		e.insert(p.at.Position.Line, "  "+entry)
	default:
		o := e.doc.newObject(p.value, "workspace", p.at)
		if o == nil || o.find("id") != nil || flow(p.value) || start(p.value) == nil || start(p.value).Position.Line == p.at.Position.Line {
			return nil, fmt.Errorf("%w: workspace: %s", ErrEdit, entry)
		}
		first := start(p.value).Position
		e.insert(first.Line-1, strings.Repeat(" ", first.Column-1)+entry)
	}
	return e.done(func(before, after *config) bool {
		got := after.settings.WorkspaceID
		after.settings.WorkspaceID = before.settings.WorkspaceID
		return got == id && len(before.time) == len(after.time)
	})
}

// AddTimeSync returns the config with a time sync added at the end of time_sync, under the same promise.
func AddTimeSync(data []byte, s state.TimeSync) ([]byte, error) {
	e, err := edit(data)
	if err != nil {
		return nil, err
	}
	lines := syncLines(s)
	indent := func(by int) (out []string) {
		for _, l := range lines {
			out = append(out, strings.Repeat(" ", by)+l)
		}
		return out
	}
	p := e.root.find("time_sync")
	switch {
	case p == nil:
		e.append(append([]string{"time_sync:"}, indent(2)...)...)
	case e.doc.resolve(p.value) == nil:
		e.insert(p.at.Position.Line, indent(2)...)
	default:
		list, ok := p.value.(*ast.SequenceNode)
		if !ok || list.IsFlowStyle || list.Start == nil {
			return nil, fmt.Errorf("%w:\n%s", ErrEdit, strings.Join(indent(2), "\n"))
		}
		e.insert(e.lastLine(p), indent(list.Start.Position.Column-1)...)
	}
	return e.done(func(before, after *config) bool {
		return len(after.time) == len(before.time)+1 && after.time[len(before.time)].Name == s.Name
	})
}

// syncLines renders a time sync as an entry of a list.
func syncLines(s state.TimeSync) []string {
	lines := []string{"- name: " + scalarText(s.Name), "  source:"}
	side := func(x state.Endpoint) {
		lines = append(lines, "    workspace_id: "+scalarText(x.WorkspaceID))
		if x.ClientID != "" {
			lines = append(lines, "    client_id: "+scalarText(x.ClientID))
		}
		if x.UserID != "" {
			lines = append(lines, "    user_id: "+scalarText(x.UserID))
		}
		if x.Token != "" {
			lines = append(lines, "    token_env: "+scalarText(x.Token))
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

// ParseWindow reads 7d, 36h or 1d12h.
func ParseWindow(text string) (time.Duration, bool) {
	d, ok := parseDuration(text)
	return d, ok && d > 0
}

// SoundSyncName reports whether a time sync may be called so.
func SoundSyncName(name string) bool { return syncPattern.MatchString(name) }

// editor adds lines to a config.
type editor struct {
	data  []byte
	doc   *document
	root  *object
	lines []string
	eol   string
}

func edit(data []byte) (*editor, error) {
	e := &editor{data: data, doc: parse("the config", data), eol: "\n"}
	if len(e.doc.problems) > 0 || e.doc.root != nil && flow(e.doc.root) {
		return nil, ErrEdit
	}
	e.root = e.doc.newObject(e.doc.root, "", nil)
	text := string(data)
	if strings.Contains(text, "\r\n") {
		e.eol = "\r\n"
	}
	if text == "" {
		text = "# yaml-language-server: $schema=" + Schema + "\n"
	}
	e.lines = strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	return e, nil
}

// flow reports whether a mapping is written in braces.
func flow(n ast.Node) bool {
	m, ok := n.(*ast.MappingNode)
	return ok && m.IsFlowStyle
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
func (e *editor) lastLine(p *pair) int {
	end := len(e.lines)
	for _, other := range e.root.pairs {
		if line := other.at.Position.Line; line > p.at.Position.Line {
			end = min(end, line-1)
		}
	}
	for end > p.at.Position.Line {
		if text := strings.TrimSpace(e.lines[end-1]); text != "" && !strings.HasPrefix(text, "#") {
			break
		}
		end--
	}
	return end
}

// done gives the text, if it says what is wanted and otherwise what it said before.
func (e *editor) done(wanted func(before, after *config) bool) ([]byte, error) {
	text := []byte(strings.Join(e.lines, e.eol) + e.eol)
	before, after := decode(parse("", e.data)), decode(parse("", text))
	if len(after.doc.problems) > len(before.doc.problems) || !wanted(before, after) {
		return nil, ErrEdit
	}
	before.settings.WorkspaceAt, after.settings.WorkspaceAt = state.Source{}, state.Source{}
	if !reflect.DeepEqual(before.settings, after.settings) || !reflect.DeepEqual(before.users, after.users) {
		return nil, ErrEdit
	}
	return text, nil
}

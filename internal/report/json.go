package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// jsonVersion is the version of plan.json. Keys are only ever added to it.
const jsonVersion = 2

// jsonPlan is plan.json.
type jsonPlan struct {
	Version        int           `json:"version"`
	Workspace      jsonWorkspace `json:"workspace"`                // of the user sync; where there is none, the first that a time sync changes
	Digest         string        `json:"digest"`                   // SHA-256 of all changes
	ApprovalDigest string        `json:"approval_digest"`          // of the gated ones; empty where nothing can be approved
	ApprovalToken  string        `json:"approval_token,omitempty"` // the approval digest with what it covers
	Changes        []jsonChange  `json:"changes"`                  // in the order in which they are made
	Findings       []jsonFinding `json:"findings"`
	Problems       []jsonProblem `json:"problems,omitempty"`
	Refusals       []jsonRefusal `json:"refusals,omitempty"`
	Subjects       []jsonSubject `json:"subjects,omitempty"`
	Calls          jsonCalls     `json:"calls"`
}

type jsonWorkspace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type jsonChange struct {
	ID         string      `json:"id"`             // hash of what the change does
	Domain     string      `json:"domain"`         // users or time
	Sync       string      `json:"sync,omitempty"` // the time sync
	Phase      string      `json:"phase"`
	Op         string      `json:"op"`
	Kind       string      `json:"kind"`
	Workspace  string      `json:"workspace"`         // its name
	Name       string      `json:"name"`              // of the object, as people know it
	Ordinal    int         `json:"ordinal,omitempty"` // among changes that are equal: 1, 2, …; absent for the only one
	Person     string      `json:"person,omitempty"`  // whom it is about
	Leaver     string      `json:"leaver,omitempty"`  // whose deactivation it belongs to
	Gated      bool        `json:"gated"`             // it is made only after approval
	Guard      string      `json:"guard,omitempty"`   // the setting whose limit it exceeds
	Attribute  string      `json:"attribute,omitempty"`
	Cause      string      `json:"cause,omitempty"`
	CauseAbout string      `json:"cause_about,omitempty"`
	Handover   *jsonHand   `json:"handover,omitempty"` // of a deactivation: what becomes of what the person manages
	Origin     string      `json:"origin,omitempty"`   // the pull request, drift, or unknown
	Reason     string      `json:"reason"`             // the cause in words, empty where the fields say it
	Source     *jsonSource `json:"source,omitempty"`   // the row that asks for it
	Needs      []string    `json:"needs,omitempty"`    // ids of changes that must be made before
	Calls      int         `json:"calls"`              // API calls it takes
	Entry      *jsonEntry  `json:"entry,omitempty"`    // a time entry as it is afterwards; a deleted one as it was
	Fields     []jsonField `json:"fields"`
	Status     string      `json:"status,omitempty"`      // how it ended; only after an apply
	Error      string      `json:"error,omitempty"`       // why it was not made; only after an apply
	HTTPStatus int         `json:"http_status,omitempty"` // of the last answer; only after an apply
	Attempts   int         `json:"attempts,omitempty"`    // writes sent for it; only after an apply
}

type jsonHand struct {
	To       string   `json:"to"`                 // who takes over
	People   int      `json:"people"`             // how many people get a new manager
	Groups   []string `json:"groups,omitempty"`   // groups that get one
	Projects []string `json:"projects,omitempty"` // projects the person still manages
	NamedBy  []string `json:"named_by,omitempty"` // rows that still name the person as manager
}

type jsonField struct {
	Name   string `json:"name"`
	Before string `json:"before"` // empty: none
	After  string `json:"after"`  // empty: none
}

type jsonEntry struct {
	Project     string   `json:"project"` // with its client: "Client / Project"
	Task        string   `json:"task,omitempty"`
	Start       string   `json:"start"` // RFC 3339, UTC
	End         string   `json:"end,omitempty"`
	Description string   `json:"description"`
	Tags        []string `json:"tags,omitempty"`
	Billable    bool     `json:"billable"`
}

type jsonSource struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonFinding struct {
	Kind    string   `json:"kind"`
	Level   string   `json:"level"`
	Name    string   `json:"name"` // whom or what it is about
	Text    string   `json:"text"` // in words
	Cause   string   `json:"cause,omitempty"`
	About   string   `json:"about,omitempty"`
	Values  []string `json:"values,omitempty"`
	Count   int      `json:"count"` // of how many people, rows or entries it is true; 0: it is not counted
	Seconds int      `json:"seconds,omitempty"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	Sync    string   `json:"sync,omitempty"`
	Person  string   `json:"person,omitempty"`
	Failed  bool     `json:"failed,omitempty"` // part of what was asked cannot be done: the exit code is 1
}

type jsonProblem struct {
	Text   string `json:"text"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonRefusal struct {
	Domain  string `json:"domain"`
	Sync    string `json:"sync,omitempty"`
	Setting string `json:"setting"`
	Cause   string `json:"cause,omitempty"`
	About   string `json:"about,omitempty"`
	Text    string `json:"text"`            // in words
	Have    int    `json:"have,omitempty"`  // of a guard: so many there would be
	Limit   int    `json:"limit,omitempty"` // so many are allowed
	Base    int    `json:"base,omitempty"`  // of so many
	Allow   string `json:"allow,omitempty"` // the setting's value that would allow it
}

type jsonSubject struct {
	Domain      string `json:"domain"`
	Sync        string `json:"sync,omitempty"`
	Workspace   string `json:"workspace"`
	WorkspaceID string `json:"workspace_id,omitempty"`
	People      int    `json:"people,omitempty"`
	Declared    int    `json:"declared,omitempty"`
	Groups      int    `json:"groups,omitempty"`
	Entries     int    `json:"entries,omitempty"`
	From        string `json:"from,omitempty"`
	To          string `json:"to,omitempty"`
}

type jsonCalls struct {
	Made    int  `json:"made"`              // for reading, as the server saw them
	Needed  int  `json:"needed"`            // to carry the plan out
	Seconds int  `json:"seconds,omitempty"` // how long the needed ones take at the limit
	Budget  int  `json:"budget,omitempty"`  // calls one run may make
	Hourly  bool `json:"hourly,omitempty"`  // the budget is of an hour
	Runs    int  `json:"runs,omitempty"`    // runs it takes at that
}

// JSON writes plan.json: the plan in a stable, versioned form. The same plan gives the same bytes; nothing of the commit,
// the run or the time is in it. Masked, it holds pseudonyms but the ids and digests of the real plan: they are needed to
// recognise it, and someone who guesses a whole change right can confirm the guess by them.
func JSON(w io.Writer, p *plan.Plan, ctx Context) error { return OutcomeJSON(w, p, nil, ctx) }

// OutcomeJSON writes the same with how each change ended.
func OutcomeJSON(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, ctx Context) error {
	shown, mask := masked(p, nil, ctx)
	b := &builder{doc: &Document{Run: len(outcomes) > 0}, ctx: ctx, plan: shown, names: newNames(shown.Names), mask: mask}
	out := &jsonWriter{w: bufio.NewWriter(w)}
	out.write("{\n")
	out.key("version", jsonVersion)
	out.key("workspace", workspaceOf(shown))
	out.key("digest", p.Digest())
	approval, token := p.ApprovalDigest(), p.ApprovalToken()
	if blocksGated(p) {
		approval, token = "", ""
	}
	out.key("approval_digest", approval)
	if token != "" {
		out.key("approval_token", token)
	}
	ended := outcomesByID(outcomes)
	writeList(out, "changes", len(shown.Changes), func(i int) any { return b.jsonChange(&shown.Changes[i], ended.take(shown.Changes[i].ID)) })
	writeList(out, "findings", len(shown.Findings), func(i int) any { return b.jsonFinding(&shown.Findings[i]) })
	if len(shown.Problems) > 0 {
		writeList(out, "problems", len(shown.Problems), func(i int) any {
			x := shown.Problems[i]
			return jsonProblem{x.Text, x.Source.File, x.Source.Line, x.Source.Column}
		})
	}
	if len(shown.Refusals) > 0 {
		writeList(out, "refusals", len(shown.Refusals), func(i int) any { return b.jsonRefusal(&shown.Refusals[i]) })
	}
	if len(shown.Subjects) > 0 {
		writeList(out, "subjects", len(shown.Subjects), func(i int) any {
			s := shown.Subjects[i]
			return jsonSubject{string(s.Domain), s.Sync, s.Workspace, s.WorkspaceID, s.People, s.Declared, s.Groups, s.Entries, s.From, s.To}
		})
	}
	c := p.Calls
	out.last("calls", jsonCalls{c.Made, c.Needed, int(atLimit(c, ctx.RatePerSecond).Seconds()), c.Budget, c.Hourly, c.Runs})
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("write plan.json: %w", out.err)
	}
	return nil
}

// blocksGated reports whether something that is gated cannot be written, so that nothing can be approved.
func blocksGated(p *plan.Plan) bool {
	for _, c := range p.Changes {
		if c.Gated && p.Blocked(c) {
			return true
		}
	}
	return false
}

func workspaceOf(p *plan.Plan) jsonWorkspace {
	var w jsonWorkspace
	for _, s := range p.Subjects {
		if s.Domain == plan.Users || w == (jsonWorkspace{}) {
			w = jsonWorkspace{s.WorkspaceID, s.Workspace}
		}
	}
	return w
}

func (b *builder) jsonChange(c *plan.Change, o plan.Outcome) jsonChange {
	j := jsonChange{
		ID: c.ID, Domain: string(c.Domain), Sync: c.Sync, Phase: string(c.Phase), Op: string(c.Op), Kind: string(c.Ref.Kind),
		Workspace: c.Ref.Workspace, Name: c.Ref.Name, Ordinal: c.Ordinal, Person: c.Person, Leaver: c.Leaver,
		Gated: c.Gated, Guard: string(c.Guard), Attribute: c.Attribute, Cause: string(c.Cause), CauseAbout: c.CauseAbout, Origin: string(c.Origin),
		Reason: b.why(c).String(), Needs: c.Needs, Calls: c.Calls, Entry: entryJSON(c.Entry), Fields: make([]jsonField, len(c.Fields)),
	}
	for i, f := range c.Fields {
		j.Fields[i] = jsonField(f)
	}
	if h := c.Handover; h != nil {
		j.Handover = &jsonHand{h.To, h.People, h.Groups, h.Projects, h.NamedBy}
	}
	if c.Source.File != "" {
		s := jsonSource(c.Source)
		j.Source = &s
	}
	if b.doc.Run {
		j.Status, j.HTTPStatus, j.Attempts = string(cmp.Or(o.Status, plan.NotTried)), o.HTTPStatus, o.Attempts
		if o.Status != plan.Done {
			j.Error = b.mask.text(joinError(o))
		}
	}
	return j
}

func entryJSON(e *state.Entry) *jsonEntry {
	if e == nil {
		return nil
	}
	j := &jsonEntry{
		Project: joined(" / ", e.Client, e.Project), Task: e.Task, Start: e.Start.UTC().Format(time.RFC3339), Description: e.Description,
		Tags: e.Tags, Billable: e.Billable,
	}
	if !e.End.IsZero() {
		j.End = e.End.UTC().Format(time.RFC3339)
	}
	return j
}

func (b *builder) jsonFinding(f *state.Finding) jsonFinding {
	level := f.Level
	if f.Failed {
		level = state.LevelProblem
	}
	return jsonFinding{
		Kind: f.Kind, Level: string(cmp.Or(level, state.LevelNote)), Name: f.Name, Text: b.finding(f).Words.String(),
		Cause: string(f.Cause), About: f.About, Values: f.Values, Count: f.Count, Seconds: int(f.Length.Seconds()),
		File: f.Source.File, Line: f.Source.Line, Column: f.Source.Column, Sync: f.Sync, Person: f.Person, Failed: f.Failed,
	}
}

func (b *builder) jsonRefusal(r *plan.Refusal) jsonRefusal {
	return jsonRefusal{string(r.Domain), r.Sync, r.Setting, string(r.Cause), r.About, b.refused(r).String(), r.Have, r.Limit, r.Base, r.Allow}
}

// jsonWriter writes an object key by key, and its long lists item by item, a line each.
type jsonWriter struct {
	w   *bufio.Writer
	err error
}

func (j *jsonWriter) write(s string) {
	if j.err == nil {
		_, j.err = j.w.WriteString(s)
	}
}

func (j *jsonWriter) value(v any) {
	text, err := json.Marshal(v)
	if j.err == nil {
		j.err = err
	}
	j.write(string(text))
}

func (j *jsonWriter) key(name string, v any) {
	j.write("  \"" + name + "\": ")
	j.value(v)
	j.write(",\n")
}

func (j *jsonWriter) last(name string, v any) {
	j.write("  \"" + name + "\": ")
	j.value(v)
	j.write("\n}\n")
}

func writeList(j *jsonWriter, name string, n int, item func(i int) any) {
	j.write("  \"" + name + "\": [")
	for i := range n {
		if i > 0 {
			j.write(",")
		}
		j.write("\n    ")
		j.value(item(i))
	}
	if n > 0 {
		j.write("\n  ")
	}
	j.write("],\n")
}

var changeID = regexp.MustCompile(`^[0-9a-f]{1,64}$`)

// ReadJSON reads of an earlier plan.json the ids of its gated changes and their digest, so that what is left of an approved
// set can be recognised. Whether the ids belong to the digest is for plan.ParseApproval to check.
func ReadJSON(r io.Reader) (gatedIDs []string, approvalDigest string, err error) {
	var doc jsonPlan
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return nil, "", fmt.Errorf("read plan.json: %w", err)
	}
	if doc.Version != jsonVersion {
		return nil, "", fmt.Errorf("read plan.json: version %d is not %d", doc.Version, jsonVersion)
	}
	for _, c := range doc.Changes {
		if !c.Gated {
			continue
		}
		if !changeID.MatchString(c.ID) {
			return nil, "", fmt.Errorf("read plan.json: %q is no id of a change", c.ID)
		}
		gatedIDs = append(gatedIDs, plan.ApprovalID(c.ID, plan.Guard(c.Guard)))
	}
	return gatedIDs, doc.ApprovalDigest, nil
}

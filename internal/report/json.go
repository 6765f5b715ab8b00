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
	Version        int            `json:"version"`
	Workspace      jsonWorkspace  `json:"workspace"`                // of the user sync; where there is none, the first that a time sync changes
	Digest         string         `json:"digest"`                   // SHA-256 of all changes
	ApprovalDigest string         `json:"approval_digest"`          // of the gated ones; empty where nothing can be approved
	ApprovalToken  string         `json:"approval_token,omitempty"` // the approval digest with what it covers
	Changes        []jsonChange   `json:"changes"`                  // in the order in which they are made
	Findings       []jsonFinding  `json:"findings"`
	Problems       []jsonProblem  `json:"problems,omitempty"`
	Refusals       []jsonRefusal  `json:"refusals,omitempty"`
	Subjects       []plan.Subject `json:"subjects,omitempty"`
	Calls          jsonCalls      `json:"calls"`
}

type jsonWorkspace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type jsonChange struct {
	plan.Change
	Reason string     `json:"reason"`           // the cause in words, empty where the fields say it
	Entry  *jsonEntry `json:"entry,omitempty"`  // a time entry as it is afterwards; a deleted one as it was
	Status string     `json:"status,omitempty"` // how it ended; only after an apply

	OutcomeCause plan.OutcomeCause `json:"outcome_cause,omitempty" jsonschema:"enum=clearing_refused"` // why it is skipped although it was tried

	Error      string `json:"error,omitempty"`       // why it was not made; only after an apply
	HTTPStatus int    `json:"http_status,omitempty"` // of the last answer; only after an apply
	Attempts   int    `json:"attempts,omitempty"`    // writes sent for it; only after an apply
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

type jsonFinding struct {
	state.Finding
	Text    string `json:"text"` // in words
	Seconds int    `json:"seconds,omitempty"`
	state.Source
}

type jsonProblem struct {
	Text string `json:"text"`
	state.Source
}

type jsonRefusal struct {
	plan.Refusal
	Text string `json:"text"` // in words
}

type jsonCalls struct {
	plan.Calls
	Seconds int `json:"seconds,omitempty"` // how long the needed ones take at the limit
}

// JSON writes plan.json: the plan in a stable, versioned form, and how each change ended where there are outcomes. The same
// plan gives the same bytes; nothing of the commit, the run or the time is in it. Masked, it holds pseudonyms but the ids and
// digests of the real plan: they are needed to recognise it, and someone who guesses a whole change right can confirm the
// guess by them.
func JSON(w io.Writer, p *plan.Plan, outcomes []plan.Outcome, ctx Context) error {
	shown, mask := masked(p, nil, ctx)
	b := &builder{doc: &Document{Run: len(outcomes) > 0}, ctx: ctx, plan: shown, names: newNames(shown.Names), mask: mask}
	out := &jsonWriter{w: bufio.NewWriter(w)}
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
	writeList(out, "changes", shown.Changes, func(c plan.Change) any { return b.jsonChange(c, ended.take(c.ID)) })
	writeList(out, "findings", shown.Findings, b.jsonFinding)
	if len(shown.Problems) > 0 {
		writeList(out, "problems", shown.Problems, func(x state.Problem) any { return jsonProblem{x.Text, x.Source} })
	}
	if len(shown.Refusals) > 0 {
		writeList(out, "refusals", shown.Refusals, func(r plan.Refusal) any { return jsonRefusal{r, b.refused(&r).String()} })
	}
	if len(shown.Subjects) > 0 {
		writeList(out, "subjects", shown.Subjects, func(s plan.Subject) any { return s })
	}
	out.key("calls", jsonCalls{p.Calls, int(atLimit(p.Calls, ctx.RatePerSecond).Seconds())})
	out.write("\n}\n")
	if err := cmp.Or(out.err, out.w.Flush()); err != nil {
		return fmt.Errorf("write plan.json: %w", err)
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

func (b *builder) jsonChange(c plan.Change, o plan.Outcome) any {
	j := jsonChange{Change: c, Reason: b.why(&c).String(), Entry: entryJSON(c.Entry)}
	if c.Fields == nil {
		j.Fields = []plan.Field{} // a list, however short
	}
	if b.doc.Run {
		j.Status, j.HTTPStatus, j.Attempts = string(cmp.Or(o.Status, plan.NotTried)), o.HTTPStatus, o.Attempts
		j.OutcomeCause = o.Cause
		if o.Status != plan.Done {
			j.Error = b.mask.text(cmp.Or(o.Err, o.Response))
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

func (b *builder) jsonFinding(f state.Finding) any {
	j := jsonFinding{f, b.finding(&f).Words.String(), int(f.Length.Seconds()), f.Source}
	j.Level = cmp.Or(f.Level, state.LevelNote)
	if f.Failed {
		j.Level = state.LevelProblem
	}
	return j
}

// jsonWriter writes an object key by key, and its long lists item by item, a line each.
type jsonWriter struct {
	w     *bufio.Writer // keeps its first error
	begun bool
	err   error
}

func (j *jsonWriter) write(s string) { _, _ = j.w.WriteString(s) } // Flush returns the error

func (j *jsonWriter) value(v any) {
	text, err := json.Marshal(v)
	j.err = cmp.Or(j.err, err)
	j.write(string(text))
}

// name begins a key.
func (j *jsonWriter) name(name string) {
	j.write(map[bool]string{false: "{", true: ","}[j.begun] + "\n  \"" + name + "\": ")
	j.begun = true
}

func (j *jsonWriter) key(name string, v any) {
	j.name(name)
	j.value(v)
}

func writeList[T any](j *jsonWriter, name string, list []T, item func(T) any) {
	j.name(name)
	j.write("[")
	for i, x := range list {
		j.write(map[bool]string{false: "\n    ", true: ",\n    "}[i > 0])
		j.value(item(x))
	}
	if len(list) > 0 {
		j.write("\n  ")
	}
	j.write("]")
}

var changeID = regexp.MustCompile(`^[0-9a-f]{1,64}$`)

// Shown is what an earlier plan.json said.
type Shown struct {
	Digest, ApprovalDigest string
	Gated                  []string // the ids of its gated changes: whether they belong to the digest is for plan.ParseApproval to check
	Changes                []plan.Change
}

// ReadJSON reads an earlier plan.json.
func ReadJSON(data []byte) (Shown, error) {
	var doc jsonPlan
	if err := json.Unmarshal(data, &doc); err != nil {
		return Shown{}, fmt.Errorf("read plan.json: %w", err)
	}
	if doc.Version != jsonVersion {
		return Shown{}, fmt.Errorf("read plan.json: version %d is not %d", doc.Version, jsonVersion)
	}
	shown := Shown{Digest: doc.Digest, ApprovalDigest: doc.ApprovalDigest}
	for _, c := range doc.Changes {
		if !changeID.MatchString(c.ID) {
			return Shown{}, fmt.Errorf("read plan.json: %q is no id of a change", c.ID)
		}
		shown.Changes = append(shown.Changes, c.Change)
		if c.Gated {
			shown.Gated = append(shown.Gated, c.ApprovalID())
		}
	}
	return shown, nil
}

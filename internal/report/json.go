package report

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// jsonVersion is the version of plan.json. Keys are only ever added to it.
const jsonVersion = 1

type document struct {
	Version        int           `json:"version"`
	Digest         string        `json:"digest"`
	ApprovalDigest string        `json:"approval_digest"`
	ApprovalToken  string        `json:"approval_token,omitempty"`
	Changes        []jsonChange  `json:"changes"`
	Findings       []jsonFinding `json:"findings"`
	Problems       []jsonProblem `json:"problems,omitempty"`
	Refusals       []jsonRefusal `json:"refusals,omitempty"`
	Subjects       []jsonSubject `json:"subjects,omitempty"`
	Calls          jsonCalls     `json:"calls"`
}

type jsonChange struct {
	ID        string      `json:"id"`
	Domain    string      `json:"domain"`
	Sync      string      `json:"sync,omitempty"`
	Phase     string      `json:"phase"`
	Op        string      `json:"op"`
	Kind      string      `json:"kind"`
	Workspace string      `json:"workspace"`
	Name      string      `json:"name"`
	Person    string      `json:"person,omitempty"`
	Leaver    string      `json:"leaver,omitempty"`
	Gated     bool        `json:"gated"`
	Guard     string      `json:"guard,omitempty"`
	Reason    string      `json:"reason"`
	Source    *jsonSource `json:"source,omitempty"`
	Needs     []string    `json:"needs,omitempty"`
	Calls     int         `json:"calls"`
	Fields    []jsonField `json:"fields"`
}

type jsonField struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

type jsonSource struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonFinding struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Text   string `json:"text"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Sync   string `json:"sync,omitempty"`
	Failed bool   `json:"failed,omitempty"`
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
	Text    string `json:"text"`
}

type jsonSubject struct {
	Domain    string `json:"domain"`
	Sync      string `json:"sync,omitempty"`
	Workspace string `json:"workspace"`
	People    int    `json:"people,omitempty"`
	Declared  int    `json:"declared,omitempty"`
	Groups    int    `json:"groups,omitempty"`
	Entries   int    `json:"entries,omitempty"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
}

type jsonCalls struct {
	Made    int  `json:"made"`
	Needed  int  `json:"needed"`
	Seconds int  `json:"seconds,omitempty"` // how long the needed ones take at the limit
	Budget  int  `json:"budget,omitempty"`  // calls one run may make
	Hourly  bool `json:"hourly,omitempty"`
	Runs    int  `json:"runs,omitempty"` // runs it takes at that
}

// JSON writes plan.json: the plan in a stable, versioned form. The same plan gives the same bytes; nothing of the commit,
// the run or the time is in it. Masked, it holds pseudonyms but the ids and digests of the real plan: they are needed to
// recognise it, and someone who guesses a whole change right can confirm the guess by them.
func JSON(w io.Writer, p *plan.Plan, ctx Context) error {
	digest, approval, token := p.Digest(), p.ApprovalDigest(), p.ApprovalToken()
	p, _ = masked(p, nil, ctx)
	doc := document{
		Version: jsonVersion, Digest: digest, ApprovalDigest: approval, ApprovalToken: token,
		Changes: make([]jsonChange, 0, len(p.Changes)), Findings: make([]jsonFinding, 0, len(p.Findings)),
		Calls: jsonCalls{p.Calls.Made, p.Calls.Needed, int(atLimit(p.Calls, ctx.RatePerSecond).Seconds()), p.Calls.Budget, p.Calls.Hourly, p.Calls.Runs},
	}
	for _, c := range p.Changes {
		j := jsonChange{
			ID: c.ID, Domain: string(c.Domain), Sync: c.Sync, Phase: string(c.Phase), Op: string(c.Op), Kind: string(c.Ref.Kind),
			Workspace: c.Ref.Workspace, Name: c.Ref.Name, Person: c.Person, Leaver: c.Leaver, Gated: c.Gated, Guard: string(c.Guard),
			Reason: c.Reason, Needs: c.Needs, Calls: c.Calls, Fields: make([]jsonField, 0, len(c.Fields)),
		}
		for _, f := range c.Fields {
			j.Fields = append(j.Fields, jsonField(f))
		}
		if c.Source.File != "" {
			s := jsonSource(c.Source)
			j.Source = &s
		}
		doc.Changes = append(doc.Changes, j)
	}
	for _, f := range p.Findings {
		doc.Findings = append(doc.Findings, jsonFinding{
			Kind: f.Kind, Name: f.Name, Text: f.Text, File: f.Source.File, Line: f.Source.Line, Column: f.Source.Column,
			Sync: f.Sync, Failed: f.Failed,
		})
	}
	for _, x := range p.Problems {
		doc.Problems = append(doc.Problems, jsonProblem{x.Text, x.Source.File, x.Source.Line, x.Source.Column})
	}
	for _, r := range p.Refusals {
		doc.Refusals = append(doc.Refusals, jsonRefusal{string(r.Domain), r.Sync, r.Setting, r.Text})
	}
	for _, s := range p.Subjects {
		doc.Subjects = append(doc.Subjects, jsonSubject{
			string(s.Domain), s.Sync, s.Workspace, s.People, s.Declared, s.Groups, s.Entries, s.From, s.To,
		})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write plan.json: %w", err)
	}
	return nil
}

var changeID = regexp.MustCompile(`^[0-9a-f]{1,64}$`)

// ReadJSON reads of an earlier plan.json the ids of its gated changes and their digest, so that what is left of an approved
// set can be recognised. Whether the ids belong to the digest is for plan.ParseApproval to check.
func ReadJSON(r io.Reader) (gatedIDs []string, approvalDigest string, err error) {
	var doc document
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

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// idLength is how many hexadecimal digits of a change's hash make its id: 128 bits, of which nobody makes two inputs.
const idLength = 32

// canonical is what of a change is hashed: what it does to what. Why it is made, who asks for it and when it is run are
// not in it, nor anything that depends on the file's order, the commit or the time.
type canonical struct {
	Workspace string           `json:"workspace"` // id
	Domain    Domain           `json:"domain"`
	Op        Op               `json:"op"`
	Kind      Kind             `json:"kind"`
	Sync      string           `json:"sync,omitempty"` // with whose entries they are, part of what a time sync changes
	Person    string           `json:"person,omitempty"`
	Name      string           `json:"name"`
	Ordinal   int              `json:"ordinal,omitempty"` // from 2: the first of equal changes is the same as the only one
	Fields    []canonicalField `json:"fields"`
	Gated     bool             `json:"gated"`
}

// canonicalField is a field without the tags of plan.json, so that these may change and no digest does.
type canonicalField struct{ Name, Before, After string }

func identify(c *Change) string {
	object := canonical{Workspace: c.Ref.WorkspaceID, Domain: c.Domain, Op: c.Op, Kind: c.Ref.Kind, Name: c.Ref.Name, Gated: c.Gated}
	if c.Fields != nil {
		object.Fields = make([]canonicalField, len(c.Fields))
	}
	for i, f := range c.Fields {
		object.Fields[i] = canonicalField(f)
	}
	if c.Domain == Time {
		object.Sync, object.Person = c.Sync, c.Person
	}
	if c.Ordinal > 1 {
		object.Ordinal = c.Ordinal
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err) // strings and booleans always encode
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:idLength]
}

// ApprovalID is what an approval names a gated change by: its id, and another one while it belongs to more deactivations
// than their guard allows.
func (c *Change) ApprovalID() string { return ApprovalID(c.ID, c.Guard) }

// ApprovalID is the approval id of the change with this id that this guard marks.
func ApprovalID(id string, guard Guard) string {
	if guard != MaxDeactivations {
		return id
	}
	sum := sha256.Sum256([]byte("over max_deactivations " + id))
	return hex.EncodeToString(sum[:])[:idLength]
}

// Digest is the SHA-256, in hexadecimal, of all changes in canonical form. It says whether two plans do the same.
func (p *Plan) Digest() string {
	return digest("plan", ids(p.Changes))
}

// ApprovalDigest is the SHA-256, in hexadecimal, of the gated changes; empty when there are none.
func (p *Plan) ApprovalDigest() string {
	gated := p.Gated()
	if len(gated) == 0 {
		return ""
	}
	return digest("approval", approvalIDs(gated))
}

// digest hashes a set of change ids under a label that keeps the two uses apart.
func digest(label string, ids []string) string {
	slices.Sort(ids)
	sum := sha256.Sum256([]byte("clockify-sync " + label + " v2\n" + strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:])
}

func ids(changes []Change) []string {
	list := make([]string, len(changes))
	for i, c := range changes {
		list[i] = c.ID
	}
	return list
}

func approvalIDs(changes []Change) []string {
	list := make([]string, len(changes))
	for i := range changes {
		list[i] = changes[i].ApprovalID()
	}
	return list
}

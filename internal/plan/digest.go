package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// idLength is how many hexadecimal digits of a change's hash make its id: 64 bits, which nobody finds a second input for.
const idLength = 16

// canonical is what of a change is hashed: what it does to what, and nothing that depends on the file's order, the
// commit, the time or the run.
type canonical struct {
	Domain    Domain  `json:"domain"`
	Sync      string  `json:"sync"`
	Phase     Phase   `json:"phase"`
	Op        Op      `json:"op"`
	Kind      Kind    `json:"kind"`
	Workspace string  `json:"workspace"`
	Name      string  `json:"name"`
	Ordinal   int     `json:"ordinal,omitempty"` // from 2: the first of equal changes is the same as the only one
	Gated     bool    `json:"gated"`
	Guard     string  `json:"guard"`
	Fields    []Field `json:"fields"`
}

func identify(c Change) string {
	ordinal := c.Ordinal
	if ordinal == 1 {
		ordinal = 0
	}
	text, err := json.Marshal(canonical{c.Domain, c.Sync, c.Phase, c.Op, c.Ref.Kind, c.Ref.Workspace, c.Ref.Name, ordinal, c.Gated, string(c.Guard), c.Fields})
	if err != nil {
		panic(err) // strings and booleans always encode
	}
	sum := sha256.Sum256(text)
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
	return digest("approval", ids(gated))
}

// digest hashes a set of change ids under a label that keeps the two uses apart.
func digest(label string, ids []string) string {
	slices.Sort(ids)
	sum := sha256.Sum256([]byte("clockify-sync " + label + " v1\n" + strings.Join(ids, "\n")))
	return hex.EncodeToString(sum[:])
}

func ids(changes []Change) []string {
	list := make([]string, len(changes))
	for i, c := range changes {
		list[i] = c.ID
	}
	return list
}

package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetOrigins(t *testing.T) {
	t.Parallel()
	change := func(person, hours string, gated bool) Change {
		c := Change{Domain: Users, Op: Update, Ref: Ref{Kind: KindProfile, Name: person}, Fields: []Field{{Name: "capacity", After: hours}}, Gated: gated}
		c.ID = identify(&c)
		return c
	}
	base := &Plan{Changes: []Change{change("ann", "8h", false), change("bob", "8h", false), change("cleo", "7h", true)}}
	p := &Plan{Changes: []Change{change("ann", "8h", false), change("bob", "4h", false), change("cleo", "7h", false), change("dan", "1h", false)}}
	origins := func() (list []Origin) {
		for _, c := range p.Changes {
			list = append(list, c.Origin)
		}
		return list
	}
	p.SetOrigins(base)
	if diff := cmp.Diff([]Origin{FromDrift, FromPullRequest, FromDrift, FromPullRequest}, origins()); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
	p.SetOrigins(nil)
	if diff := cmp.Diff([]Origin{FromUnknown, FromUnknown, FromUnknown, FromUnknown}, origins()); diff != "" {
		t.Errorf("without a base (-want +got):\n%s", diff)
	}
}

package report

import (
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// origin tells what this pull request changes from what differs in Clockify already.
func (b *builder) origin() Words {
	if !b.ctx.merging() {
		return nil
	}
	// Whoever is changed by the pull request and differs already is told with the pull request.
	object := func(e *end) string {
		if person, ok := personOf(e.Change); ok {
			return person
		}
		return joined("\x00", e.Sync, e.Ref.Name, e.ID)
	}
	asked := map[string]bool{}
	for _, e := range b.ends {
		if e.Origin == plan.FromPullRequest && !e.Gated {
			asked[object(e)] = true
		}
	}
	mine := b.changed(func(e *end) bool { return !e.Gated && asked[object(e)] })
	drift := b.changed(func(e *end) bool { return e.Origin == plan.FromDrift && !e.Gated && !asked[object(e)] })
	still := 0
	if b.doc.Approval != nil {
		for _, x := range b.doc.Approval.Items {
			if x.Still {
				still += x.things()
			}
		}
	}
	if len(drift) == 0 && still == 0 {
		return nil
	}
	list := []Words{say("This pull request changes nothing without approval.")}
	if len(mine) > 0 {
		list[0] = say("This pull request changes %s.", text.And(mine))
	}
	if len(drift) > 0 {
		list = append(list, say("Drift: %s in Clockify already differ; merging brings them in line too.", text.And(drift)))
	}
	if still > 0 {
		list = append(list, say("Of what needs approval, %s still waiting from before.", text.Count(still, "item is", "items are")))
	}
	return join(" ", list...)
}

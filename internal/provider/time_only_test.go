package provider_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// only.tags picks entries by their tags however the two sides are matched, and the second run still knows which.
func TestTimeOnlyTags(t *testing.T) {
	t.Parallel()
	for _, link := range []bool{false, true} {
		t.Run(fmt.Sprintf("link %t", link), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(o *office, home, theirs *sandbox.Workspace) {
				o.book(home, 20, "09:00", time.Hour, "tagged").TagIDs = []string{home.AddTag("ship")}
				o.book(home, 20, "10:00", time.Hour, "untagged")
				theirs.AddTag("ship")
			})
			s := o.sync()
			if link {
				s = o.linked()
			}
			s.OnlyTags = []string{"Ship"}
			if _, failed := o.run(s); failed != nil {
				t.Fatal(failed)
			}
			if got, want := o.entries(o.theirs), []string{"Alpha / Website 20T09:00-20T10:00 tagged tag=ship"}; !slices.Equal(got, want) {
				t.Errorf("mirrored %q, want %q", got, want)
			}
			o.settled(s)
			if _, p := o.plan(s); p.Subjects[0].Entries != 1 || len(p.Findings) > 0 {
				t.Errorf("the second run: %d entries, %+v", p.Subjects[0].Entries, p.Findings)
			}
			s.OnlyTags = []string{"shop"}
			if _, p := o.plan(s); !slices.ContainsFunc(p.Findings, func(f state.Finding) bool {
				return f.Kind == state.FindingOnlyNothing && f.Name == "shop" && slices.Equal(f.Values, []string{"ship"})
			}) {
				t.Errorf("a tag that is not there: %+v", p.Findings)
			}
		})
	}
}

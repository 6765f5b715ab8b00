package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestMapTexts(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{
		Changes: []plan.Change{{
			ID: "key", Sync: "key", Ref: plan.Ref{Workspace: "a key", WorkspaceID: "key", Kind: "key", Name: "key"}, Needs: []string{"key"},
			Fields: []plan.Field{{Name: "key", Before: "key", After: "key"}}, Gated: true, CauseAbout: "key", Cause: "key", Attribute: "key",
			Handover: &plan.Handover{To: "key", Groups: []string{"key"}}, Entry: &state.Entry{Description: "key"},
			Do: plan.Group{Name: "key"},
		}},
		Findings: []state.Finding{{Kind: "key", Name: "key", Values: []string{"key"}}},
		Names:    map[string]string{"key": "key"},
	}
	got := plan.MapTexts(p, func(s string) string { return strings.ReplaceAll(s, "key", "***") })
	want := &plan.Plan{
		Changes: []plan.Change{{
			ID: "key", Sync: "key", Ref: plan.Ref{Workspace: "a ***", WorkspaceID: "key", Kind: "key", Name: "***"}, Needs: []string{"key"},
			Fields: []plan.Field{{Name: "***", Before: "***", After: "***"}}, Gated: true, CauseAbout: "***", Cause: "key", Attribute: "***",
			Handover: &plan.Handover{To: "***", Groups: []string{"***"}}, Entry: &state.Entry{Description: "***"},
			Do: plan.Group{Name: "key"},
		}},
		Findings: []state.Finding{{Kind: "key", Name: "***", Values: []string{"***"}}},
		Names:    map[string]string{"***": "***"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Changes[0].Fields[0].After != "key" || p.Names["key"] != "key" || p.Digest() != got.Digest() {
		t.Error("the plan itself was changed, or its digest")
	}
}

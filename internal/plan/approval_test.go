package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// leaving plans a run in which these people leave.
func leaving(t *testing.T, emails ...string) *plan.Plan {
	t.Helper()
	have := base
	for _, e := range emails {
		have += "person " + e + "\n"
	}
	spec := declares(t, baseCSV)
	spec.Absent = state.AbsentDeactivate
	return compute(spec, workspace(t, have))
}

func TestParseApproval(t *testing.T) {
	t.Parallel()
	one, two, none := leaving(t, "l1@x"), leaving(t, "l1@x", "l2@x"), leaving(t)
	digest := two.ApprovalDigest()
	gatedIDs := func(p *plan.Plan) []string {
		var list []string
		for _, c := range p.Gated() {
			list = append(list, c.ApprovalID())
		}
		return list
	}
	cases := []struct {
		name    string
		plan    *plan.Plan
		token   string
		earlier [][]string
		allows  []bool // of the plan's gated changes
		reason  string // part of it
		err     string // part of it
	}{
		{name: "nothing given", plan: two, allows: []bool{false, false}},
		{name: "the digest", plan: two, token: digest, allows: []bool{true, true}},
		{name: "thirty-two digits of it, in capitals and with spaces", plan: two, token: "  " + strings.ToUpper(digest[:32]) + "\n", allows: []bool{true, true}},
		{name: "thirty-one digits of it", plan: two, token: digest[:31], err: "at least 32"},
		{name: "no digest at all", plan: two, token: "yes please", err: "not an approval digest"},
		{name: "another digest", plan: two, token: strings.Repeat("0", 64), allows: []bool{false, false}, reason: "no longer what"},
		{name: "the token with its list", plan: two, token: two.ApprovalToken(), allows: []bool{true, true}},
		{name: "a part of what the digest alone approved", plan: one, token: digest, allows: []bool{false}, reason: "no longer what"},
		{name: "a part of what the token approved", plan: one, token: two.ApprovalToken(), allows: []bool{true}},
		{name: "a part of what an earlier plan gated", plan: one, token: digest[:32], earlier: [][]string{nil, gatedIDs(one), gatedIDs(two)}, allows: []bool{true}},
		{name: "more than what was approved", plan: two, token: one.ApprovalToken(), allows: []bool{true, false}, reason: "1 of the changes"},
		{name: "more than what an earlier plan gated", plan: two, token: one.ApprovalDigest(), earlier: [][]string{gatedIDs(one)}, allows: []bool{true, false}, reason: "1 of the changes"},
		{name: "a list that is not the digest's", plan: one, token: digest + ":" + gatedIDs(one)[0], err: "does not belong"},
		{name: "a short digest before a list", plan: one, token: digest[:32] + two.ApprovalToken()[64:], err: "does not belong"},
		{name: "nothing is gated any more", plan: none, token: digest, allows: nil},
		{name: "nothing is gated, and nonsense is still an error", plan: none, token: "nonsense", err: "not an approval digest"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, reason, err := tc.plan.ParseApproval(tc.token, tc.earlier...)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error is %v, want one with %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []bool
			for _, c := range tc.plan.Gated() {
				got = append(got, a.Permits(c))
			}
			if !slices.Equal(got, tc.allows) {
				t.Errorf("allows %v, want %v", got, tc.allows)
			}
			if !strings.Contains(reason, tc.reason) || (tc.reason == "") != (reason == "") {
				t.Errorf("reason is %q, want one with %q", reason, tc.reason)
			}
		})
	}
}

func TestApprovalTokenOfManyIsTheDigest(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{}
	for range 3001 {
		p.Changes = append(p.Changes, plan.Change{ID: "0123456789abcdef0123456789abcdef", Gated: true})
	}
	if got := p.ApprovalToken(); got != p.ApprovalDigest() || len(got) != 64 {
		t.Errorf("token has %d characters, want the digest's 64", len(got))
	}
}

func TestDigests(t *testing.T) {
	t.Parallel()
	calm, one, two := leaving(t), leaving(t, "l1@x"), leaving(t, "l1@x", "l2@x")
	if calm.ApprovalDigest() != "" || calm.ApprovalToken() != "" {
		t.Error("a plan without gated changes has something to approve")
	}
	if one.ApprovalDigest() == two.ApprovalDigest() || one.Digest() == two.Digest() {
		t.Error("two plans that differ have one digest")
	}
	if one.Digest() == one.ApprovalDigest() {
		t.Error("a digest may stand for an approval")
	}
	over := declares(t, baseCSV)
	over.Absent = state.AbsentDeactivate
	over.Guards.MaxDeactivations = state.Limit{Count: 1}
	marked := compute(over, workspace(t, base+"person l1@x\nperson l2@x"))
	if marked.ApprovalDigest() == two.ApprovalDigest() {
		t.Error("more deactivations than allowed have the approval digest of a plan within its limits")
	}
}

// TestApprovedOverTheLimit: who approved more deactivations than the guard allows has approved fewer, and not the other
// way round.
func TestApprovedOverTheLimit(t *testing.T) {
	t.Parallel()
	leave := func(emails ...string) *plan.Plan {
		have := base
		for _, e := range emails {
			have += "person " + e + "\n"
		}
		spec := declares(t, baseCSV)
		spec.Absent, spec.Guards.MaxDeactivations = state.AbsentDeactivate, state.Limit{Count: 1}
		return compute(spec, workspace(t, have))
	}
	one, two := leave("l1@x"), leave("l1@x", "l2@x")
	a, reason, err := one.ParseApproval(two.ApprovalToken())
	if err != nil || reason != "" || !a.Permits(one.Gated()[0]) {
		t.Errorf("the one of two who is left: %q, %v, want them approved", reason, err)
	}
	a, reason, err = two.ParseApproval(one.ApprovalToken())
	if err != nil || reason == "" || a.Permits(two.Gated()[0]) {
		t.Errorf("the one with another: %q, %v, want them withheld", reason, err)
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	spec := declares(t, "ops@x owner@x\n ann@x owner@x\n bob@x owner@x")
	spec.Absent, spec.InvalidEmails, spec.UnreadableRows = state.AbsentDeactivate, []string{"row@x"}, 0
	p := compute(spec, workspace(t, base+"person lea@x mgr=ann@x\n person old@x inactive"))
	want := []plan.Subject{{
		Domain: plan.Users, Workspace: "Acme", People: 5, Declared: 4, Groups: 3,
		Reports: []plan.Report{
			{Person: "bob@x", Before: []string{"ann@x"}, After: []string{"owner@x"}},
			{Person: "lea@x", Before: []string{"ann@x"}, After: []string{"ann@x"}, Leaves: true},
		},
	}}
	if diff := cmp.Diff(want, p.Subjects); diff != "" {
		t.Errorf("subject (-want +got):\n%s", diff)
	}
	for email, name := range map[string]string{"bob@x": "Bob", "ann@x": "Ann", "owner@x": "Owner", "lea@x": "Lea"} {
		if p.Names[email] != name {
			t.Errorf("%s is called %q, want %q", email, p.Names[email], name)
		}
	}
}

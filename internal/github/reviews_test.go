package github

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clockify-sync/clockify-sync/internal/github/githubtest"
)

func TestApprovals(t *testing.T) {
	t.Parallel()
	const head, older = "4f2d9aa", "1111111"
	review := func(login, state, commit string, minute int) githubtest.Review {
		return githubtest.Review{Login: login, State: state, CommitID: commit, SubmittedAt: at(minute)}
	}
	cases := []struct {
		name      string
		reviews   []githubtest.Review
		dismissed string // reviews of this person, afterwards
		reviewers []string
		count     int
		counted   []string // login and when
		ignored   []string // login: reason
		enough    bool
	}{
		{"on the head commit", []githubtest.Review{review("rita", "APPROVED", head, 1)}, "", []string{"rita"}, 1, []string{"rita 10:01"}, nil, true},
		{"with @ and other case", []githubtest.Review{review("Rita", "APPROVED", head, 1)}, "", []string{" @rITA "}, 1, []string{"Rita 10:01"}, nil, true},
		{"on an older commit", []githubtest.Review{review("rita", "APPROVED", older, 1)}, "", []string{"rita"}, 1, nil, []string{"rita: approved 1111111, not the head commit 4f2d9aa"}, false},
		{"on an older and then the head", []githubtest.Review{review("rita", "APPROVED", older, 1), review("rita", "APPROVED", head, 2)}, "", []string{"rita"}, 1, []string{"rita 10:02"}, nil, true},
		{"by the author", []githubtest.Review{review("ann", "APPROVED", head, 1)}, "", []string{"ann"}, 1, nil, []string{"ann: is the author of the pull request"}, false},
		{"dismissed", []githubtest.Review{review("rita", "APPROVED", head, 1)}, "rita", []string{"rita"}, 1, nil, []string{"rita: the review was dismissed"}, false},
		{"dismissed, then approved again", []githubtest.Review{review("rita", "DISMISSED", head, 1), review("rita", "APPROVED", head, 2)}, "", []string{"rita"}, 1, []string{"rita 10:02"}, nil, true},
		{"changes asked for after approving", []githubtest.Review{review("rita", "APPROVED", head, 1), review("rita", "CHANGES_REQUESTED", head, 2)}, "", []string{"rita"}, 1, nil, []string{"rita: asked for changes"}, false},
		{"out of order", []githubtest.Review{review("rita", "CHANGES_REQUESTED", head, 2), review("rita", "APPROVED", head, 1)}, "", []string{"rita"}, 1, nil, []string{"rita: asked for changes"}, false},
		{"a comment after approving", []githubtest.Review{review("rita", "APPROVED", head, 1), review("rita", "COMMENTED", head, 2)}, "", []string{"rita"}, 1, []string{"rita 10:01"}, nil, true},
		{"a comment only", []githubtest.Review{review("rita", "COMMENTED", head, 2)}, "", []string{"rita"}, 1, nil, []string{"rita: commented without approving"}, false},
		{"pending", []githubtest.Review{review("rita", "PENDING", head, 2)}, "", []string{"rita"}, 1, nil, nil, false},
		{"not named", []githubtest.Review{review("eve", "APPROVED", head, 1)}, "", []string{"rita"}, 1, nil, []string{"eve: is not a named reviewer"}, false},
		{"nobody named", []githubtest.Review{review("rita", "APPROVED", head, 1)}, "", nil, 1, nil, []string{"rita: is not a named reviewer"}, false},
		{"blank name", []githubtest.Review{review("", "APPROVED", head, 1)}, "", []string{"", "@"}, 1, nil, nil, false},
		{"member of a team", []githubtest.Review{review("tom", "APPROVED", head, 1)}, "", []string{"rita", "@acme/people-ops"}, 1, []string{"tom 10:01"}, nil, true},
		{"not in the team", []githubtest.Review{review("eve", "APPROVED", head, 1)}, "", []string{"acme/people-ops"}, 1, nil, []string{"eve: is not a named reviewer, nor in acme/people-ops as far as this token may see"}, false},
		{"two needed, one came", []githubtest.Review{review("rita", "APPROVED", head, 1)}, "", []string{"rita", "sam"}, 2, []string{"rita 10:01"}, nil, false},
		{"two needed, one twice", []githubtest.Review{review("rita", "APPROVED", head, 1), review("rita", "APPROVED", head, 2)}, "", []string{"rita", "sam"}, 2, []string{"rita 10:02"}, nil, false},
		{"two needed, two came", []githubtest.Review{review("sam", "APPROVED", head, 3), review("rita", "APPROVED", head, 1)}, "", []string{"rita", "sam"}, 2, []string{"rita 10:01", "sam 10:03"}, nil, true},
		{"none needed is one", nil, "", []string{"rita"}, 0, nil, nil, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := githubtest.New(testRepo)
			g.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: head})
			g.AddTeamMember("acme", "people-ops", "tom")
			for _, r := range tc.reviews {
				g.AddReview(7, r)
			}
			if tc.dismissed != "" {
				g.DismissReviews(7, tc.dismissed)
			}
			a, err := testClient(t, g).Approvals(t.Context(), 7, head, tc.reviewers, tc.count)
			if err != nil {
				t.Fatal(err)
			}
			var counted, ignored []string
			for _, c := range a.Counted {
				counted = append(counted, c.Login+c.SubmittedAt.Format(" 15:04"))
			}
			for _, i := range a.Ignored {
				ignored = append(ignored, i.Login+": "+i.Reason)
			}
			if diff := cmp.Diff(tc.counted, counted); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.ignored, ignored); diff != "" {
				t.Errorf("ignored (-want +got):\n%s", diff)
			}
			if a.Enough() != tc.enough || a.HeadSHA != head || a.Needed != max(tc.count, 1) {
				t.Errorf("enough %v, head %s, needed %d", a.Enough(), a.HeadSHA, a.Needed)
			}
		})
	}
}

func TestApprovalsTeamNotReadable(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: "4f2d9aa"})
	g.AddReview(7, githubtest.Review{Login: "tom", State: "APPROVED", CommitID: "4f2d9aa", SubmittedAt: at(1)})
	g.Inject(githubtest.Fault{Path: "/memberships/", Status: 403, Message: "Resource not accessible by integration"})
	a, err := testClient(t, g).Approvals(t.Context(), 7, "4f2d9aa", []string{"acme/people-ops"}, 1)
	if err != nil || a.Enough() || len(a.Ignored) != 1 || !strings.Contains(a.Ignored[0].Reason, "cannot read the members of acme/people-ops") {
		t.Errorf("got %+v, %v", a, err)
	}
}

// TestWhoDoesNotCount is about people that the setting names and whose word does not count all the same.
func TestWhoDoesNotCount(t *testing.T) {
	t.Parallel()
	const head, base = "4f2d9aa", "ba5e000"
	cases := []struct {
		name string
		pull githubtest.Pull
		set  func(*githubtest.GitHub)
		want string // why rita does not count; "" where she does
		err  string
	}{
		{name: "she counts"},
		{name: "may only read", set: func(g *githubtest.GitHub) { g.SetPermission("rita", "read") }, want: "may not write to the repository"},
		{name: "may administer", set: func(g *githubtest.GitHub) { g.SetPermission("Rita", "admin") }},
		{name: "rights cannot be read", set: func(g *githubtest.GitHub) {
			g.Inject(githubtest.Fault{Path: "/permission", Status: 403, Message: "Resource not accessible by integration"})
		}, want: "whether they may write to the repository could not be read: 403 Resource not accessible by integration"},
		{name: "nobody has that name", set: func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/permission", Status: 404}) }, want: "is the name of nobody on GitHub"},
		{name: "wrote a commit", pull: githubtest.Pull{Written: []githubtest.Commit{{SHA: "a", Author: "Rita", Committer: "web-flow"}, {SHA: head, Author: "ann"}}}, want: "wrote a commit of the pull request"},
		{name: "committed another's commit", pull: githubtest.Pull{Written: []githubtest.Commit{{SHA: head, Author: "ann", Committer: "rita"}}}, want: "wrote a commit of the pull request"},
		{name: "merged the base in", pull: githubtest.Pull{Written: []githubtest.Commit{{SHA: "a", Author: "ann", Parents: []string{base}}, {SHA: head, Author: "rita", Parents: []string{"a", base}}}}},
		{name: "merged a branch of the pull request", pull: githubtest.Pull{Written: []githubtest.Commit{
			{SHA: "a", Author: "ann", Parents: []string{base}}, {SHA: "b", Author: "ann", Parents: []string{base}}, {SHA: head, Author: "rita", Parents: []string{"a", "b"}},
		}}, want: "wrote a commit of the pull request"},
		{name: "more commits than are listed", pull: githubtest.Pull{Written: make([]githubtest.Commit, 300)}, err: "GitHub lists no more than 250"},
		{name: "the commits cannot be read", set: func(g *githubtest.GitHub) { g.Inject(githubtest.Fault{Path: "/commits", Status: 403}) }, err: "list the commits of #7"},
		{name: "the author is gone", pull: githubtest.Pull{Author: "-"}, err: "its author is not known"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := githubtest.New(testRepo)
			tc.pull.Number, tc.pull.HeadSHA = 7, head
			if tc.pull.Author == "" {
				tc.pull.Author = "ann"
			}
			if tc.pull.Author == "-" {
				tc.pull.Author = ""
			}
			g.AddPull(tc.pull)
			g.AddReview(7, githubtest.Review{Login: "rita", State: "APPROVED", CommitID: head, SubmittedAt: at(1)})
			if tc.set != nil {
				tc.set(g)
			}
			a, err := testClient(t, g).Approvals(t.Context(), 7, head, []string{"rita"}, 1)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var ignored []Ignored
			if tc.want != "" {
				ignored = []Ignored{{"rita", tc.want}}
			}
			if diff := cmp.Diff(ignored, a.Ignored); diff != "" || a.Enough() != (tc.want == "") {
				t.Errorf("enough %t (-want +got):\n%s", a.Enough(), diff)
			}
		})
	}
}

// A bot does not count, whatever it is called in the setting.
func TestBotsDoNotCount(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: "4f2d9aa"})
	g.AddReview(7, githubtest.Review{Login: "reviewer[bot]", State: "APPROVED", CommitID: "4f2d9aa", SubmittedAt: at(1)})
	a, err := testClient(t, g).Approvals(t.Context(), 7, "4f2d9aa", []string{"reviewer[bot]"}, 1)
	if diff := cmp.Diff([]Ignored{{"reviewer[bot]", "is no person"}}, a.Ignored); diff != "" || err != nil || a.Enough() {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestNotCounting(t *testing.T) {
	t.Parallel()
	if notCounting(Review{Login: "rita", State: "APPROVED", CommitID: "", SubmittedAt: at(1)}, "") == "" {
		t.Error("no commit counts")
	}
	if notCounting(Review{Login: "rita", State: "APPROVED", CommitID: "4f2d9aa"}, "4f2d9aa") == "" {
		t.Error("no time counts")
	}
}

func TestReviewsPages(t *testing.T) {
	t.Parallel()
	g := githubtest.New(testRepo)
	g.AddPull(githubtest.Pull{Number: 7, Author: "ann", HeadSHA: "4f2d9aa"})
	for i := range 130 {
		g.AddReview(7, githubtest.Review{Login: "rita", State: "COMMENTED", CommitID: "4f2d9aa", SubmittedAt: at(i)})
	}
	g.AddReview(7, githubtest.Review{Login: "", State: "APPROVED", CommitID: "4f2d9aa", SubmittedAt: at(131)})
	got, err := testClient(t, g).Reviews(t.Context(), 7)
	if err != nil || len(got) != 131 || !slices.IsSortedFunc(got, func(a, b Review) int { return a.SubmittedAt.Compare(b.SubmittedAt) }) {
		t.Errorf("%d reviews, %v", len(got), err)
	}
}

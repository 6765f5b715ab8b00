package cli

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// smallPages refuses pages of more than 1,000.
type smallPages struct{ next http.RoundTripper }

func (s smallPages) RoundTrip(r *http.Request) (*http.Response, error) {
	if n, _ := strconv.Atoi(r.URL.Query().Get("page-size")); n > 1000 {
		return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"message":"page-size is too large","code":501}`)), Request: r}, nil
	}
	return s.next.RoundTrip(r)
}

// TestNothingOnAListInDoubt spoils every list: a run that cannot prove what it read writes nothing at all, and says so. A
// list without a Last-Page header can be proved, at the cost of calls.
func TestNothingOnAListInDoubt(t *testing.T) {
	t.Parallel()
	people, peopleFiles := company(1100) // two pages
	hours, hoursFiles := timesheet(1100, epoch)
	cases := []struct {
		kind  string
		state sandbox.State
		files files
		code  int
	}{
		{"short_page", people, peopleFiles, ExitFailed},
		{"repeat_page", people, peopleFiles, ExitFailed},
		{"list_changes", people, peopleFiles, ExitFailed},
		{"no_last_page", people, peopleFiles, ExitDone},
		{"short_page", hours, hoursFiles, ExitFailed},
		{"repeat_page", hours, hoursFiles, ExitFailed},
		{"list_changes", hours, hoursFiles, ExitFailed},
		{"no_last_page", hours, hoursFiles, ExitDone},
	}
	for _, tc := range cases {
		t.Run(tc.kind, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				b := newBed(t, sandbox.Options{State: tc.state, Faults: sandbox.Faults{Kinds: []string{tc.kind}}}, tc.files)
				b.http = smallPages{b.http}
				command := "apply"
				if tc.code == ExitDone {
					command = "plan" // that it is made is all there is to see
				}
				r := b.must(tc.code, command)
				if n := b.server.WriteCount(); tc.code != ExitDone && (n > 0 || !strings.Contains(r.err, "not proved complete")) {
					t.Errorf("%d writes\n%s", n, r.err)
				}
			})
		})
	}
}

package clockify

import (
	"fmt"
	"net/http"
	"regexp"
)

// readingPosts are the reads that are POSTs (docs/clockify-api.md#capacity-totals), one by one.
var readingPosts = regexp.MustCompile(`/workspaces/[^/]+/(users/info|scheduling/assignments/user-filter/totals|reports/detailed)$`)

func isRead(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet:
		return true
	case http.MethodPost:
		return readingPosts.MatchString(req.URL.EscapedPath())
	}
	return false
}

// readOnlyTransport lets reads through and nothing else.
type readOnlyTransport struct{ next http.RoundTripper }

func (t *readOnlyTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !isRead(req) {
		closeBody(req)
		return nil, fmt.Errorf("%s: %w", req.Method, ErrReadOnly)
	}
	return t.next.RoundTrip(req)
}

// closeBody keeps the contract of RoundTrip for requests that are not passed on.
func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

package clockify

import "net/http"

// authTransport adds the key, one header of the two (docs/clockify-api.md#keys), to a copy of the
// request: the caller's own never holds it.
type authTransport struct {
	next  http.RoundTripper
	token string
	addon bool
}

func (t *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	name := "X-Api-Key"
	if t.addon {
		name = "X-Addon-Token"
	}
	req.Header.Set(name, t.token)
	return t.next.RoundTrip(req)
}

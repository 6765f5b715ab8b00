package clockify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NetworkCause is what stands between this machine and the API.
type NetworkCause int

// The causes that can be told apart.
const (
	NoConnection   NetworkCause = iota + 1 // no address, no route, nobody listens
	BadCertificate                         // a certificate that this machine does not trust
	ProxyPassword                          // a proxy that wants a password
	WebPage                                // a web page in place of an answer: a login page, mostly
	NoAnswer                               // connected, and silent
)

// NetworkError is a call that the network kept from being answered.
type NetworkError struct {
	Cause  NetworkCause
	Host   string
	Waited time.Duration // with NoAnswer
	Err    error
}

func (e *NetworkError) Error() string {
	switch e.Cause {
	case NoConnection:
		return fmt.Sprintf("cannot connect to %s: %v", e.Host, e.Err)
	case BadCertificate:
		return fmt.Sprintf("the certificate that %s shows is not trusted here: %v. If a proxy of your network signs for it, name a file with its certificate in SSL_CERT_FILE", e.Host, e.Err)
	case ProxyPassword:
		return fmt.Sprintf("the proxy on the way to %s wants a password: HTTPS_PROXY=http://user:password@host:port", e.Host)
	case WebPage:
		return fmt.Sprintf("%s answered with a web page; a login page of your network, perhaps", e.Host)
	case NoAnswer:
		return fmt.Sprintf("%s did not answer within %s", e.Host, e.Waited)
	}
	return e.Err.Error()
}

func (e *NetworkError) Unwrap() error { return e.Err }

var errProxyPassword = errors.New("the proxy wants a password")

// NewTransport returns a transport for all clients of a process: at most conns connections to a
// host, and no more than that kept open. 0 means 64.
func NewTransport(conns int) *http.Transport {
	if conns <= 0 {
		conns = defaultInFlight
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost = conns, conns
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode == http.StatusProxyAuthRequired {
			return errProxyPassword
		}
		return nil
	}
	return t
}

// explainNetwork names the cause of an error from below HTTP. Others are returned as they are.
func explainNetwork(host string, err error) error {
	var (
		op          *net.OpError
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		name        x509.HostnameError
	)
	switch {
	case errors.Is(err, errProxyPassword):
		return &unsentError{&NetworkError{Cause: ProxyPassword, Host: host, Err: err}}
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &name):
		return &unsentError{&NetworkError{Cause: BadCertificate, Host: host, Err: err}}
	case errors.As(err, &op) && op.Op == "dial", errors.As(err, &dns):
		return &NetworkError{Cause: NoConnection, Host: host, Err: err}
	}
	return err
}

// isWebPage reports whether a body is HTML where JSON belongs.
func isWebPage(h http.Header, body []byte) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/html") || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<")
}

package clockify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// handshakeTimeout is how long a server may take to agree on TLS.
const handshakeTimeout = 10 * time.Second

// NewTransport returns a transport for all clients of a process: at most conns connections to a
// host, and no more than that kept open. 0 means 64.
func NewTransport(conns int) *http.Transport {
	if conns <= 0 {
		conns = defaultInFlight
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost = conns, conns
	t.TLSHandshakeTimeout = handshakeTimeout
	t.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode == http.StatusOK {
			return nil
		}
		return refusal(proxy.User != nil, resp)
	}
	return t
}

// A proxyRefusal is what a proxy said in place of connecting.
type proxyRefusal struct{ words string }

func (p *proxyRefusal) Error() string { return p.words }

// refusal puts into words that a proxy does not connect. named: HTTPS_PROXY names a user.
func refusal(named bool, resp *http.Response) *proxyRefusal {
	if resp.StatusCode != http.StatusProxyAuthRequired {
		return &proxyRefusal{fmt.Sprintf("refuses: %d %s. Who runs it can allow the host", resp.StatusCode, http.StatusText(resp.StatusCode))}
	}
	offered := strings.Join(resp.Header.Values("Proxy-Authenticate"), ", ")
	switch {
	case offered != "" && !strings.Contains(strings.ToLower(offered), "basic"):
		return &proxyRefusal{"wants a password in a way that this program does not know (NTLM or Kerberos, mostly): a helper on this machine such as px or cntlm knows it, and HTTPS_PROXY then names the helper"}
	case named:
		return &proxyRefusal{"does not accept the user and the password of HTTPS_PROXY. Write signs such as @ and : in them as %40 and %3A"}
	}
	return &proxyRefusal{"wants a password: HTTPS_PROXY=http://user:password@host:port"}
}

// explainNetwork names the cause of an error from below HTTP. Others are returned as they are.
func explainNetwork(host string, err error) error {
	told := func(cause NetworkCause, format string, args ...any) *NetworkError {
		return &NetworkError{Cause: cause, Host: host, Err: &seen{fmt.Sprintf(format, args...), err}}
	}
	var (
		known   *NetworkError
		refused *proxyRefusal
		op      *net.OpError
		name    *net.DNSError
		plain   tls.RecordHeaderError
		alert   tls.AlertError
	)
	bad := badCertificate(host, err)
	switch {
	case errors.As(err, &known):
	case errors.As(err, &refused):
		return &unsentError{told(BadProxy, "%s", refused.words)}
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return &unsentError{told(BadProxy, "is not to be had: %s. HTTPS_PROXY names it, most often as http://host:port", beneath(op.Err))}
	case bad != "":
		return &unsentError{told(BadCertificate, "%s", bad)}
	case errors.As(err, &plain), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return &unsentError{told(BadCertificate, "it does not speak TLS. Is the address right, https and the port too?")}
	case errors.As(err, &alert), op != nil && op.Op == "remote error":
		return &unsentError{told(BadCertificate, "the two sides agree on no way to speak (%v); a proxy on the way, perhaps", err)}
	case errors.As(err, &name):
		return told(NoConnection, "%s", beneath(err))
	case op != nil && op.Op == "dial":
		return told(NoConnection, "%s", beneath(err))
	case strings.Contains(err.Error(), "TLS handshake timeout"):
		return &NetworkError{Cause: NoAnswer, Host: host, Waited: handshakeTimeout, Err: err}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return told(Disconnected, "connection reset")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed idle connection"):
		return told(Disconnected, "connection closed")
	case strings.Contains(err.Error(), "malformed HTTP"):
		return told(NotAnAPI, "not HTTP")
	}
	return err
}

// beneath is why no connection came about, without the addresses of name servers and sockets.
func beneath(err error) string {
	var (
		name  *net.DNSError
		plain tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "no such host: " + name.Name
	case errors.As(err, &name):
		return "the name server does not answer for " + name.Name
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to it"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "it closes the connection"
	case errors.As(err, &plain), strings.Contains(err.Error(), "HTTP response to HTTPS client"), strings.Contains(err.Error(), "TLS handshake timeout"):
		return "it does not speak TLS"
	case isTimeout(err):
		return "no answer; a firewall, perhaps"
	}
	var op *net.OpError
	for errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

// badCertificate says what is wrong with the certificate that a server showed; empty: nothing is known to be.
func badCertificate(host string, err error) string {
	var (
		failed    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		name      x509.HostnameError
		shown     *x509.Certificate
	)
	if errors.As(err, &failed) && len(failed.UnverifiedCertificates) > 0 {
		shown = failed.UnverifiedCertificates[0]
	}
	switch {
	case errors.As(err, &name):
		whose := "another host"
		if names := name.Certificate.DNSNames; len(names) > 0 {
			whose = names[0]
		}
		return fmt.Sprintf("its certificate is not trusted here: it is for %s. Something on the way answers in its place, or the address is wrong", whose)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && shown != nil && time.Now().Before(shown.NotBefore):
		return fmt.Sprintf("its certificate is not trusted here: it holds from %s on only. Is the clock of this machine right?", shown.NotBefore.Format(time.DateOnly))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && shown != nil:
		return fmt.Sprintf("its certificate is not trusted here: it expired on %s. Is the clock of this machine right?", shown.NotAfter.Format(time.DateOnly))
	case errors.As(err, &authority):
		by := "nobody known"
		if shown != nil {
			by = cmp.Or(shown.Issuer.CommonName, strings.Join(shown.Issuer.Organization, " "), by)
		}
		return fmt.Sprintf("its certificate is not trusted here: it is signed by %q. If a proxy of your company signs so, add its certificate to those that this system trusts; on Linux SSL_CERT_FILE can name a file with it", by)
	case failed != nil:
		return fmt.Sprintf("its certificate is not trusted here: %v", failed.Err)
	}
	return ""
}

// redirected says where an answer points to, without what its address may carry.
func redirected(host string, resp *http.Response) error {
	to := ""
	if u, err := resp.Location(); err == nil && u.Host != host {
		to = " to " + u.Host
	}
	return &NetworkError{Cause: Redirected, Host: host, Err: &seen{fmt.Sprintf("sends on%s (status %d), which is not followed, for the key would go along", to, resp.StatusCode), ErrRedirect}}
}

// brokenOff is an answer that began and did not come to its end.
func brokenOff(host string, err error) error {
	words := "the answer broke off"
	if isTimeout(err) {
		words = "the answer did not come to its end in time"
	}
	return &NetworkError{Cause: Disconnected, Host: host, Err: &seen{words, fmt.Errorf("%w: %w", errBody, err)}}
}

// wantsTLS reports whether a server says that it was spoken to without TLS: Go's and nginx's words.
func wantsTLS(status int, body []byte) bool {
	return status == http.StatusBadRequest && (strings.Contains(string(body), "HTTP request to an HTTPS server") || strings.Contains(string(body), "HTTP request was sent to HTTPS port"))
}

// isWebPage reports whether a body is HTML where JSON belongs.
func isWebPage(h http.Header, body []byte) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/html") || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<")
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.{1,200}?)</title>`)

// webPage is an answer that is a page to look at, named by its title.
func webPage(host string, status int, body []byte) error {
	var known []string
	if m := title.FindSubmatch(body); m != nil {
		known = append(known, fmt.Sprintf("%q", strings.Join(strings.Fields(string(m[1])), " ")))
	}
	if status >= 400 {
		known = append(known, fmt.Sprintf("status %d", status))
	}
	words := "a web page"
	if len(known) > 0 {
		words += " (" + strings.Join(known, ", ") + ")"
	}
	return &NetworkError{Cause: WebPage, Host: host, Err: &seen{words, errBody}}
}

// notAnAPI is an answer that is not what was asked for.
func notAnAPI(host string, err error) error {
	return &NetworkError{Cause: NotAnAPI, Host: host, Err: &seen{misread(err), fmt.Errorf("%w: %w", errBody, err)}}
}

// misread says what is wrong with a body, without Go's names.
func misread(err error) string {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return "it is cut off"
	case syntax != nil:
		return "it is not JSON"
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Sprintf("%s where %s belongs", called(kind.Value), kindOf(kind.Type))
	case kind != nil:
		return fmt.Sprintf("%s where %s belongs, in %s", called(kind.Value), kindOf(kind.Type), kind.Field)
	}
	return err.Error()
}

// called is a kind of JSON value in words.
func called(value string) string {
	value, _, _ = strings.Cut(value, " ") // "number 12.5"
	switch value {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	}
	return "a " + value
}

// kindOf is the kind of JSON value that a type is read from.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return called("array")
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return called("object")
	case reflect.String:
		return called("string")
	case reflect.Bool:
		return called("bool")
	}
	return called("number")
}

package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// inGoWords finds what only a programmer reads.
var inGoWords = regexp.MustCompile(`dial tcp|read tcp|proxyconnect|net/http|x509|\btls:|json:|Go value|\bEOF\b|lookup |GET /|users: |failed to`)

// TestWhatANetworkPutsInTheWay plans against servers on this machine that are not Clockify, or are behind something: each is
// told in words, once, with a link to the section that says what to do.
func TestWhatANetworkPutsInTheWay(t *testing.T) {
	t.Parallel()
	answer := func(status int, kind, body string, headers ...string) func(*bed) string {
		return func(b *bed) string { return serveHTTP(b.t, status, kind, body, headers...).URL }
	}
	raw := func(scheme string, f func(net.Conn)) func(*bed) string {
		return func(b *bed) string { return scheme + "://" + serveRaw(b.t, f) }
	}
	reset := func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }
	heard := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	secure := func(c shownCertificate) func(*bed) string {
		return func(b *bed) string { return serveTLS(b, c).URL }
	}
	elsewhere := func(*bed) string { return "https://api.clockify.example" }
	day := 24 * time.Hour
	cases := []struct {
		name  string
		url   func(*bed) string
		proxy func(*bed) string // as HTTPS_PROXY
		says  string
		at    topic
	}{
		{"connection refused", func(*bed) string { return "http://127.0.0.1:1" }, nil, "cannot connect to 127.0.0.1:1 (connection refused): is the address right?", aboutConnection},
		{"no such name", func(*bed) string { return "https://nowhere.invalid" }, nil, "cannot connect to nowhere.invalid (", aboutConnection},
		{"hung up", raw("http", heard), nil, "ended the connection before its answer was there (connection closed); a proxy or firewall on the way does so too", aboutConnection},
		{"hung up in TLS", raw("https", heard), nil, "ended the connection before its answer was there (connection closed)", aboutConnection},
		{"reset", raw("http", func(c net.Conn) { heard(c); reset(c) }), nil, "ended the connection before its answer was there (connection reset)", aboutConnection},
		{"half an answer", raw("http", func(c net.Conn) {
			heard(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"id\"")
		}), nil, "the answer broke off", aboutConnection},

		{"unknown authority", secure(shownCertificate{by: "Corp Filter CA", until: day}), nil, `its certificate is not trusted here: it is signed by "Corp Filter CA". If a proxy of your company signs so`, aboutCertificate},
		{"expired", secure(shownCertificate{trusted: true, until: -day}), nil, "its certificate is not trusted here: it expired on 20", aboutCertificate},
		{"not yet", secure(shownCertificate{trusted: true, from: 2 * day, until: 3 * day}), nil, "Is the clock of this machine right?", aboutCertificate},
		{"for another host", secure(shownCertificate{trusted: true, until: day, host: "other.example"}), nil, "it is for other.example. Something on the way answers in its place, or the address is wrong", aboutCertificate},
		{"http where https is asked for", func(b *bed) string {
			return strings.Replace(serveHTTP(b.t, 200, "application/json", "{}").URL, "http:", "https:", 1)
		}, nil, "it does not speak TLS. Is the address right, https and the port too?", aboutCertificate},
		{"https where http is asked for", func(b *bed) string {
			return strings.Replace(serveTLS(b, shownCertificate{until: day}).URL, "https:", "http:", 1)
		}, nil, "it wants TLS. Write https in its address", aboutCertificate},

		{"a proxy wants a password", elsewhere, answer(407, "text/html", "<html>", "Proxy-Authenticate", `Basic realm="corp"`), "the proxy on the way to api.clockify.example wants a password: HTTPS_PROXY=http://user:password@host:port", aboutProxy},
		{"a proxy refuses the password", elsewhere, func(b *bed) string {
			return strings.Replace(serveHTTP(b.t, 407, "", "").URL, "//", "//ann:hunter2@", 1)
		}, "does not accept the user and the password of HTTPS_PROXY", aboutProxy},
		{"a proxy wants Kerberos", elsewhere, answer(407, "", "", "Proxy-Authenticate", "Negotiate"), "a helper on this machine such as px or cntlm", aboutProxy},
		{"a proxy refuses", elsewhere, answer(403, "text/html", "<html>"), "refuses: 403 Forbidden. Who runs it can allow the host", aboutProxy},
		{"a proxy does not get through", elsewhere, answer(502, "text/html", "<html>"), "refuses: 502 Bad Gateway", aboutProxy},
		{"no proxy there", elsewhere, func(*bed) string { return "http://127.0.0.1:1" }, "is not to be had: connection refused. HTTPS_PROXY names it, most often as http://host:port", aboutProxy},
		{"a proxy without TLS", elsewhere, func(b *bed) string {
			return strings.Replace(serveHTTP(b.t, 200, "", "").URL, "http:", "https:", 1)
		}, "is not to be had: it does not speak TLS", aboutProxy},
		{"a proxy hangs up", elsewhere, raw("http", heard), "api.clockify.example ended the connection before its answer was there (connection closed); a proxy or firewall on the way does so too", aboutConnection},

		{"a login page", answer(200, "text/html; charset=utf-8", "<!doctype html><title>Sign in\n to Corp</title>"), nil, `answered with a web page ("Sign in to Corp"); a login page or a filter of your network, perhaps`, aboutForeign},
		{"a filter's page", answer(403, "text/html", "<html><title>Blocked</title>"), nil, `answered with a web page ("Blocked", status 403)`, aboutForeign},
		{"a login asked for", answer(401, "text/html", "<html>"), nil, "answered with a web page (status 401)", aboutForeign},
		{"sent on to a login page", answer(302, "", "", "Location", "https://login.corp.example/sso?token=hunter2"), nil, "sends on to login.corp.example (status 302), which is not followed", aboutForeign},
		{"a list where an object is due", answer(200, "application/json", "[]"), nil, "is not Clockify's (a list where an object belongs); is the address right?", aboutForeign},
		{"an object of another kind", answer(200, "application/json", `{"status":"up"}`), nil, "is not Clockify's (object without id)", aboutForeign},
		{"a field of another kind", answer(200, "application/json", `{"id":7}`), nil, "is not Clockify's (a number where a string belongs, in id)", aboutForeign},
		{"no JSON", answer(200, "text/plain", "hello"), nil, "is not Clockify's (it is not JSON)", aboutForeign},
		{"cut JSON", answer(200, "application/json", `{"id":"x","em`), nil, "is not Clockify's (it is cut off)", aboutForeign},
		{"nothing", answer(200, "application/json", ""), nil, "is not Clockify's (it is empty)", aboutForeign},
		{"another protocol", raw("http", func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n"); heard(c) }), nil, "is not Clockify's (not HTTP)", aboutForeign},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, sandbox.Options{State: twoWorkspaces()}, files{"users.csv": twoPeople, "clockify-sync.yaml": "api: {max_retries: 0}\n"})
			address := tc.url(b)
			b.env["CLOCKIFY_API_URL"], b.env["CLOCKIFY_REPORTS_URL"] = address+"/api/v1", address+"/report/v1"
			if tc.proxy != nil {
				b.env["HTTPS_PROXY"] = tc.proxy(b)
			}
			cmd := b.process("plan")
			_ = cmd.Run()
			shown := cmd.Stderr.(*strings.Builder).String()
			if code := cmd.ProcessState.ExitCode(); code != ExitFailed {
				t.Errorf("exit code %d", code)
			}
			message, link, _ := strings.Cut(shown, "\n")
			if !strings.HasPrefix(message, "clockify-sync: ") || !strings.Contains(message, tc.says) {
				t.Errorf("it says %q, want %q", message, tc.says)
			}
			if want := "See " + docsURL + "errors.md#" + string(tc.at) + "\n"; link != want {
				t.Errorf("after the message comes %q, want %q", link, want)
			}
			if m := inGoWords.FindString(message); m != "" {
				t.Errorf("%q is not for people: %s", m, message)
			}
			if strings.Contains(shown, "hunter2") {
				t.Errorf("a secret is shown: %s", shown)
			}
			if b.server.WriteCount() > 0 {
				t.Error("something was written")
			}
		})
	}
}

func serveHTTP(t testing.TB, status int, kind, body string, headers ...string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(s.Close)
	return s
}

// serveRaw does f with every connection and ends it.
func serveRaw(t testing.TB, f func(net.Conn)) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				f(c)
				_ = c.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// shownCertificate is what a server shows for itself.
type shownCertificate struct {
	by          string        // who signs; empty: the certificate itself
	from, until time.Duration // from now; from is an hour ago where it is 0
	host        string        // empty: 127.0.0.1
	trusted     bool          // SSL_CERT_FILE names it
}

func serveTLS(b *bed, c shownCertificate) *httptest.Server {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	now := time.Now()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server"}, NotBefore: now.Add(min(c.from-time.Hour, c.until-time.Hour)), NotAfter: now.Add(c.until),
		IsCA: c.trusted, BasicConstraintsValid: true, DNSNames: []string{c.host},
	}
	if c.host == "" {
		cert.DNSNames, cert.IPAddresses = nil, []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	signer := cert
	if c.by != "" {
		signer = &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: c.by}}
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, signer, &key.PublicKey, key)
	if err != nil {
		b.t.Fatal(err)
	}
	if c.trusted {
		b.env["SSL_CERT_FILE"] = filepath.Join(b.dir, "trusted.pem")
		if err := os.WriteFile(b.env["SSL_CERT_FILE"], pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	b.t.Cleanup(s.Close)
	return s
}

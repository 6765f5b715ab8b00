package clockify

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// NetworkCause is what stands between this machine and the API.
type NetworkCause int

// The causes that can be told apart.
const (
	NoConnection   NetworkCause = iota + 1 // no address, no route, nobody listens
	Disconnected                           // the connection ended before the answer did
	NoAnswer                               // connected, and silent
	BadCertificate                         // a certificate that this machine does not trust, or no TLS at all
	BadProxy                               // a proxy that refuses, wants a password or is not there
	Redirected                             // an address elsewhere in place of an answer
	WebPage                                // a web page in place of an answer: a login page, mostly
	NotAnAPI                               // an answer that is not the API's
)

// NetworkError is a call that the network kept from being answered. Err says what was seen, in words.
type NetworkError struct {
	Cause  NetworkCause
	Host   string
	Waited time.Duration // with NoAnswer
	Err    error
}

func (e *NetworkError) Error() string {
	switch e.Cause {
	case NoConnection:
		hint := "is the network up, and the address right? If the way out is a proxy, name it in HTTPS_PROXY"
		if name, _, err := net.SplitHostPort(e.Host); err == nil && loopback(name) {
			hint = "is the address right?"
		}
		return fmt.Sprintf("cannot connect to %s (%v): %s", e.Host, e.Err, hint)
	case Disconnected:
		return fmt.Sprintf("%s ended the connection before its answer was there (%v); a proxy or firewall on the way does so too", e.Host, e.Err)
	case NoAnswer:
		return fmt.Sprintf("%s did not answer within %s", e.Host, e.Waited)
	case BadCertificate:
		return fmt.Sprintf("no safe connection to %s: %v", e.Host, e.Err)
	case BadProxy:
		return fmt.Sprintf("the proxy on the way to %s %v", e.Host, e.Err)
	case Redirected:
		return fmt.Sprintf("%s %v; a login page of your network, perhaps", e.Host, e.Err)
	case WebPage:
		return fmt.Sprintf("%s answered with %v; a login page or a filter of your network, perhaps", e.Host, e.Err)
	case NotAnAPI:
		return fmt.Sprintf("what %s answered is not Clockify's (%v); is the address right?", e.Host, e.Err)
	}
	return e.Err.Error()
}

func (e *NetworkError) Unwrap() error { return e.Err }

// A seen is what was seen of a network, in words, over the error that says it in the library's.
type seen struct {
	words string
	err   error
}

func (s *seen) Error() string { return s.words }
func (s *seen) Unwrap() error { return s.err }

// isTimeout reports whether err is that of a wait within the network that took too long.
func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

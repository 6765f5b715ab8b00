package clockify

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// The hosts of the global environment (docs/clockify-api.md#hosts). Regional hosts follow no rule
// that holds for both, so neither address is ever made from the other.
const (
	DefaultCoreURL    = "https://api.clockify.me/api/v1"
	DefaultReportsURL = "https://reports.api.clockify.me/v1"
)

const (
	defaultRetries   = 3
	defaultTimeout   = 30 * time.Second
	defaultPerSecond = 10 // docs/clockify-api.md#rate-limit
	defaultAgent     = "clockify-go"
	defaultInFlight  = 64
)

// Options of a Client. Only Token is required.
type Options struct {
	CoreURL    string // default DefaultCoreURL; https, except on a loopback host
	ReportsURL string // default DefaultReportsURL; likewise

	Token string // a user's API key, or an add-on token
	Addon bool   // Token is an add-on token

	ReadOnly bool // every call that is not a read is refused with ErrReadOnly

	Limiter *Limiter      // default 10 a second, of this client alone; share one per host and key
	Budget  *Budget       // default unlimited
	Retries int           // further attempts of a call; 0 means 3, negative means none
	Timeout time.Duration // of one attempt, waiting for the limiter not counted; default 30s

	Gate      *Gate                                   // default NewGate(64, 64); share one between clients
	Base      http.RoundTripper                       // default NewTransport(0); share one between clients
	OnSlow    func(host string, waited time.Duration) // told every 10 seconds while a server is silent
	Logger    *slog.Logger                            // default none; one debug line a call
	UserAgent string
}

// Client speaks to one Clockify environment with one key. It is safe for concurrent use.
type Client struct {
	core, reports string
	agent         string
	http          *http.Client
	limiter       *Limiter
	budget        *Budget
	retries       int
	calls         *atomic.Int64
	pageSize      atomic.Int64 // that lists begin with
	scrub         func(string) string
}

// New returns a client. It makes no call.
func New(o Options) (*Client, error) {
	core, err := baseURL(o.CoreURL, DefaultCoreURL)
	if err != nil {
		return nil, fmt.Errorf("core URL: %w", err)
	}
	reports, err := baseURL(o.ReportsURL, DefaultReportsURL)
	if err != nil {
		return nil, fmt.Errorf("reports URL: %w", err)
	}
	if err := checkToken(o.Token); err != nil {
		return nil, err
	}
	c := &Client{
		core: core, reports: reports, agent: o.UserAgent,
		limiter: o.Limiter, budget: o.Budget, retries: o.Retries,
		calls: new(atomic.Int64),
		scrub: text.NewScrubber(o.Token).Scrub,
	}
	c.pageSize.Store(largestPage)
	if c.agent == "" {
		c.agent = defaultAgent
	}
	if c.limiter == nil {
		c.limiter = NewLimiter(defaultPerSecond)
	}
	if c.budget == nil {
		c.budget = NewBudget(0)
	}
	switch {
	case c.retries == 0:
		c.retries = defaultRetries
	case c.retries < 0:
		c.retries = 0
	}
	c.http = &http.Client{
		Transport: transport(o, c),
		// A redirect would carry the key to wherever it points; none is followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Calls is the number of HTTP attempts this client has sent, retries and failures included.
func (c *Client) Calls() int { return int(c.calls.Load()) }

// transport stacks the layers, outermost first.
func transport(o Options, c *Client) http.RoundTripper {
	rt := o.Base
	if rt == nil {
		rt = NewTransport(0)
	}
	logger := o.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	rt = &logTransport{next: rt, log: logger}
	rt = &authTransport{next: rt, token: o.Token, addon: o.Addon}
	gate := o.Gate
	if gate == nil {
		gate = NewGate(defaultInFlight, defaultInFlight)
	}
	rt = &detachedTransport{next: rt, gate: gate, timeout: timeout, onSlow: o.OnSlow}
	rt = &countTransport{next: rt, budget: c.budget, calls: c.calls}
	rt = &limitTransport{next: rt, limiter: c.limiter}
	if o.ReadOnly {
		rt = &readOnlyTransport{next: rt}
	}
	return rt
}

func baseURL(s, fallback string) (string, error) {
	if s == "" {
		return fallback, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", errors.New("not a URL")
	}
	switch {
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("want https://host/path and nothing more")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return strings.TrimRight(u.String(), "/"), nil
	}
	return "", fmt.Errorf("scheme %q of %s: want https", u.Scheme, u.Host)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkToken refuses what cannot be a header value before net/http has a chance to quote it.
func checkToken(token string) error {
	if token == "" {
		return errors.New("no token")
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return errors.New("the token holds a character that no token has (a space or a line break, perhaps)")
		}
	}
	return nil
}

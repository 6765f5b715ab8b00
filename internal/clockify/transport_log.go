package clockify

import (
	"log/slog"
	"net/http"
	"time"
)

// logTransport writes one debug line a call: never headers, bodies or query values, which hold
// keys and people's addresses.
type logTransport struct {
	next http.RoundTripper
	log  *slog.Logger
}

func (t *logTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := t.next.RoundTrip(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	t.log.LogAttrs(req.Context(), slog.LevelDebug, "clockify call",
		slog.String("method", req.Method), slog.String("path", req.URL.EscapedPath()),
		slog.Int("status", status), slog.Int64("duration_ms", time.Since(start).Milliseconds()))
	return resp, err
}

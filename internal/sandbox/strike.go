package sandbox

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// before lets a fault strike before the call is processed, and says whether that was its end.
func (s *Server) before(w http.ResponseWriter, r *http.Request, hit fault) bool {
	switch hit.kind {
	case "429":
		rep := fail(429, 429, "Too Many Requests")
		rep.header = http.Header{}
		wait := hit.rule.RetryAfter
		if wait == "" || wait == "mixed" {
			wait = []string{"seconds", "date", "none"}[hit.draw%3]
		}
		switch wait {
		case "none":
		case "date":
			rep.header.Set("Retry-After", s.now().Add(time.Second).UTC().Format(http.TimeFormat))
		case "seconds":
			rep.header.Set("Retry-After", "1")
		default:
			rep.header.Set("Retry-After", wait)
		}
		if hit.draw%2 == 1 {
			rep.body = nil // the body may be empty (#errors)
		}
		rep.write(w)
	case "500":
		fail(500, 500, "Internal server error").write(w)
	case "status":
		fail(hit.rule.Status, hit.rule.Status, http.StatusText(hit.rule.Status)).write(w)
	case "502", "503":
		status, _ := strconv.Atoi(hit.kind)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><body><h1>" + hit.kind + " " + http.StatusText(status) + "</h1></body></html>\n"))
	case "cut_before":
		cut(w)
	case "timeout":
		pause(r, hit.rule.span(hit.rule.Timeout, time.Minute))
		cut(w)
	case "slow":
		return !pause(r, hit.rule.span(hit.rule.Slow, 200*time.Millisecond))
	default:
		return false
	}
	return true
}

// after sends the answer, or what a fault makes of it.
func (s *Server) after(w http.ResponseWriter, hit fault, rep reply) {
	switch hit.kind {
	case "cut_after":
		cut(w)
	case "500_after":
		fail(500, 500, "Internal server error").write(w)
	case "empty200":
		w.WriteHeader(http.StatusOK)
	case "cut_body":
		buf := &recorder{header: w.Header()}
		rep.write(buf)
		whole := buf.body.Bytes()
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)+1))
		w.WriteHeader(buf.status)
		_, _ = w.Write(whole[:len(whole)/2])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	default:
		rep.write(w)
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// recorder keeps an answer so that half of it can be sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

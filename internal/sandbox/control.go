package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// control answers under /sandbox: counts, state and faults.
func (s *Server) control(w http.ResponseWriter, r *http.Request, path string) {
	rep := reply{status: http.StatusOK}
	switch r.Method + " " + path {
	case "GET calls":
		rep.body = map[string]any{"total": s.Total(), "writes": s.WriteCount(), "routes": s.Calls()}
	case "DELETE calls":
		s.ResetCalls()
		rep.status = http.StatusNoContent
	case "GET state":
		w.Header().Set("Content-Type", "application/json")
		_ = s.State().Write(w)
		return
	case "PUT state":
		state, err := ReadState(r.Body)
		if err != nil {
			rep = reply{status: http.StatusBadRequest, body: map[string]any{"message": err.Error()}}
			break
		}
		s.SetState(state)
		rep.status = http.StatusNoContent
	case "GET faults":
		s.traffic.Lock()
		rep.body = s.config
		s.traffic.Unlock()
	case "PUT faults":
		f, err := readFaults(r.Body)
		if err != nil {
			rep = reply{status: http.StatusBadRequest, body: map[string]any{"message": err.Error()}}
			break
		}
		s.SetFaults(f)
		rep.status = http.StatusNoContent
	default:
		rep = reply{status: http.StatusNotFound, body: map[string]any{"message": "the sandbox has GET and DELETE calls, GET and PUT state, GET and PUT faults"}}
	}
	rep.write(w)
}

// readFaults takes faults as JSON, or as the text of the command line.
func readFaults(r io.Reader) (Faults, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Faults{}, err
	}
	text := strings.TrimSpace(string(data))
	if !strings.HasPrefix(text, "{") {
		return ParseFaults(text)
	}
	var f Faults
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return Faults{}, err
	}
	return f, f.check()
}

package github

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Marker is the hidden first line of the comment that shows a plan. It tells
// which comment is ours, and, signed, what the comment has shown and since when.
//
// Anyone who may write to the repository may edit any comment, so a marker
// counts for nothing unless its signature holds (github-actions.md section 2).
type Marker struct {
	Key      string // which plan, where several share a pull request: a config file or workspace
	Digest   string // of the plan
	Approval string // the approval digest
	Head     string // commit the plan was made of
	Gated    []Shown
	Posted   time.Time // the comment was posted no later; who edits it later is somebody else

	mac   string
	valid bool // read from a comment, and the signature held
}

// Shown is one gated change and when it was first shown for the head commit.
type Shown struct {
	ID string // opaque, one change; whoever may read the repository may read it
	At time.Time
}

const (
	markerOpen    = "<!-- clockify-sync:plan "
	markerClose   = " -->"
	markerVersion = 1
	// maxMarker bounds the line, in bytes: beyond it no comment could hold it.
	maxMarker = 65536
)

// wire is the marker's JSON. Ids stand under the time they were first shown at:
// most share one.
type wire struct {
	V        int                 `json:"v"`
	Key      string              `json:"key"`
	Digest   string              `json:"digest"`
	Approval string              `json:"approval"`
	Head     string              `json:"head"`
	Gated    map[string][]string `json:"gated,omitempty"`
	Posted   string              `json:"posted,omitempty"`
	MAC      string              `json:"mac,omitempty"`
}

func (m Marker) wire() wire {
	// Broken UTF-8 would be encoded in one way and read back in another.
	text := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
	w := wire{V: markerVersion, Key: text(m.Key), Digest: text(m.Digest), Approval: text(m.Approval), Head: text(m.Head), MAC: m.mac}
	if !m.Posted.IsZero() {
		w.Posted = m.Posted.UTC().Format(time.RFC3339)
	}
	if len(m.Gated) > 0 {
		w.Gated = map[string][]string{}
	}
	for _, s := range m.Gated {
		at := s.At.UTC().Format(time.RFC3339)
		w.Gated[at] = append(w.Gated[at], text(s.ID))
	}
	for _, ids := range w.Gated {
		slices.Sort(ids)
	}
	return w
}

// Line is the marker as the comment's first line, without a line end.
func (m Marker) Line() string {
	return markerOpen + commentJSON(m.wire()) + markerClose
}

// commentJSON is JSON that cannot end an HTML comment: encoding/json escapes
// < and >, and no two hyphens stand together.
func commentJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps of strings always marshal
	}
	return strings.ReplaceAll(string(raw), "--", `-\u002d`)
}

// SignMarker signs m for one pull request of one repository. An empty secret
// leaves it unsigned: it still finds the comment but covers nothing.
func SignMarker(m Marker, secret, repo string, pr int) Marker {
	m.mac, m.valid = "", false
	if secret != "" {
		m.mac = hex.EncodeToString(sum(m.wire(), secret, repo, pr))
	}
	return m
}

func sum(w wire, secret, repo string, pr int) []byte {
	derive := hmac.New(sha256.New, []byte(secret))
	derive.Write([]byte("clockify-sync marker v1"))
	w.MAC = ""
	content := commentJSON(struct {
		Repo   string `json:"repo"`
		PR     int    `json:"pr"`
		Marker wire   `json:"marker"`
	}{strings.ToLower(repo), pr, w})
	mac := hmac.New(sha256.New, derive.Sum(nil))
	mac.Write([]byte(content))
	return mac.Sum(nil)
}

// ReadMarker reads the marker in a comment's first line. It is ok when it was
// signed with secret for this pull request and not edited since; the marker is
// empty otherwise.
func ReadMarker(body, secret, repo string, pr int) (Marker, bool) {
	w, ok := parseMarker(body)
	if !ok || secret == "" {
		return Marker{}, false
	}
	got, err := hex.DecodeString(w.MAC)
	if err != nil || !hmac.Equal(got, sum(w, secret, repo, pr)) {
		return Marker{}, false
	}
	m := Marker{Key: w.Key, Digest: w.Digest, Approval: w.Approval, Head: w.Head, mac: w.MAC, valid: true}
	if w.Posted != "" {
		if m.Posted, err = time.Parse(time.RFC3339, w.Posted); err != nil {
			return Marker{}, false
		}
	}
	for at, ids := range w.Gated {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return Marker{}, false
		}
		for _, id := range ids {
			m.Gated = append(m.Gated, Shown{ID: id, At: t.UTC()})
		}
	}
	sortShown(m.Gated)
	return m, true
}

// parseMarker reads the first line, signed or not. GitHub may turn line ends
// into CRLF.
func parseMarker(body string) (wire, bool) {
	var w wire
	line, _, _ := strings.Cut(strings.TrimLeft(body, "\ufeff \t\r\n"), "\n")
	line = strings.TrimRight(line, " \t\r")
	if len(line) > maxMarker || !strings.HasPrefix(line, markerOpen) || !strings.HasSuffix(line, markerClose) || len(line) < len(markerOpen)+len(markerClose) {
		return w, false
	}
	d := json.NewDecoder(bytes.NewReader([]byte(line[len(markerOpen) : len(line)-len(markerClose)])))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil || d.InputOffset() != int64(len(line)-len(markerOpen)-len(markerClose)) {
		return wire{}, false
	}
	return w, w.V == markerVersion
}

// Untouched reports whether nobody has edited the comment since it was posted with this marker. The marker's signature
// does not cover what people read below it.
func (m Marker) Untouched(c Comment) bool { return !c.Edited.IsZero() && !c.Edited.After(m.Posted) }

// MergeShown is next with ids as its gated changes, each shown since old showed
// it, if old's signature held and it is of the same plan and head commit; else
// since now. Reviews carry whole seconds, so now is rounded up to one.
func MergeShown(next, old Marker, now time.Time, ids []string) Marker {
	if t := now.UTC().Truncate(time.Second); t.Before(now) {
		now = t.Add(time.Second)
	}
	since := map[string]time.Time{}
	if old.valid && old.Head == next.Head && old.Key == next.Key && next.Head != "" {
		for _, s := range old.Gated {
			since[s.ID] = s.At
		}
	}
	shown := map[string]Shown{}
	for _, id := range ids {
		at, ok := since[id]
		if !ok {
			at = now.UTC()
		}
		shown[id] = Shown{ID: id, At: at}
	}
	next.mac, next.valid, next.Posted = "", false, now.UTC()
	next.Gated = slices.Collect(maps.Values(shown))
	sortShown(next.Gated)
	return next
}

func sortShown(s []Shown) {
	slices.SortFunc(s, func(a, b Shown) int { return strings.Compare(a.ID, b.ID) })
}

// Covered lists the gated changes that the approvals cover: those the marker's
// comment had shown when each of at least a.Needed approvals was submitted. A
// marker that was not read as valid, or is of another commit than the
// approvals, covers none.
func Covered(m Marker, a Approvals) []string {
	if !m.valid || m.Head == "" || m.Head != a.HeadSHA {
		return nil
	}
	var ids []string
	for _, s := range m.Gated {
		n := 0
		for _, by := range a.Counted {
			if !by.SubmittedAt.Before(s.At) {
				n++
			}
		}
		if n >= max(a.Needed, 1) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// String is for logs: never the signature.
func (m Marker) String() string {
	return fmt.Sprintf("marker %s of %.7s, %d gated", m.Key, m.Head, len(m.Gated))
}

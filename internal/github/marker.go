package github

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Marker is the hidden first line of the comment that shows a plan. It tells which comment is ours, and, signed, what the
// comment has shown and since when.
//
// Anyone who may write to the repository may edit any comment, so a marker counts for nothing unless its signature holds.
// The signature covers the visible text too (docs/github.md#comments).
type Marker struct {
	Key      string // which plan, where several share a pull request: files, part, workspace
	Digest   string // of the plan
	Approval string // the approval digest
	Head     string // commit the plan was made of
	By       string // the account that posts it
	Gated    []FirstShown

	text        string // hash of the visible text
	fingerprint string // of the secret it is signed with
	mac         string
	valid       bool // read from a comment, and the signature held
}

// FirstShown is one gated change and when it was first shown for the head commit.
type FirstShown struct {
	ID string // opaque, one change; whoever may read the repository may read it
	At time.Time
}

const (
	markerOpen    = "<!-- clockify-sync:plan "
	markerClose   = " -->"
	markerVersion = 2
	// maxMarker bounds the line, in bytes: beyond it no comment could hold it.
	maxMarker = 65536
)

// markerJSON is the marker as it is written. Ids stand under the time they were first shown at: most share one.
type markerJSON struct {
	V           int                 `json:"v"`
	Key         string              `json:"key"`
	Digest      string              `json:"digest"`
	Approval    string              `json:"approval"`
	Head        string              `json:"head"`
	By          string              `json:"by"`
	Gated       map[string][]string `json:"gated,omitempty"`
	Text        string              `json:"text"`
	Fingerprint string              `json:"signed_with,omitempty"`
	MAC         string              `json:"mac,omitempty"`
}

func (m Marker) json() markerJSON {
	// Broken UTF-8 would be encoded in one way and read back in another.
	text := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
	j := markerJSON{
		V: markerVersion, Key: text(m.Key), Digest: text(m.Digest), Approval: text(m.Approval), Head: text(m.Head), By: text(m.By),
		Text: m.text, Fingerprint: m.fingerprint, MAC: m.mac,
	}
	if len(m.Gated) > 0 {
		j.Gated = map[string][]string{}
	}
	for _, s := range m.Gated {
		at := s.At.UTC().Format(time.RFC3339)
		j.Gated[at] = append(j.Gated[at], text(s.ID))
	}
	for _, ids := range j.Gated {
		slices.Sort(ids)
	}
	return j
}

// Line is the marker as the comment's first line, without a line end.
func (m Marker) Line() string { return markerOpen + commentJSON(m.json()) + markerClose }

// commentJSON is JSON that cannot end an HTML comment: encoding/json escapes < and >, and no two hyphens stand together.
func commentJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps of strings always marshal
	}
	return strings.ReplaceAll(string(raw), "--", `-\u002d`)
}

// Signer signs and reads markers of one pull request of one repository.
type Signer struct {
	Secret      string // empty: nothing is signed, and no signature holds
	Repository  string // owner/name
	PullRequest int
}

// Why a comment is not believed.
var (
	ErrNoMarker  = errors.New("the comment has no marker")
	ErrNoSecret  = errors.New("there is no key to check the signature with")
	ErrUnsigned  = errors.New("the comment is not signed: the run that posted it had no key for it")
	ErrOtherKey  = errors.New("the comment was signed with another key; where the key was replaced, the next plan signs it anew")
	ErrEdited    = errors.New("the comment was edited after it was posted, so nobody can tell what its reviewers read")
	ErrNotPoster = errors.New("the comment is a copy: another account posted the one that was signed")
)

// Sign signs m for a comment whose visible text is body. Without a secret it stays unsigned: it still finds the comment
// but covers nothing.
func (s Signer) Sign(m Marker, body string) Marker {
	m.text, m.fingerprint, m.mac, m.valid = hashText(body), "", "", false
	if s.Secret != "" {
		m.fingerprint = s.fingerprint()
		m.mac = hex.EncodeToString(s.sum(m.json()))
	}
	return m
}

func hashText(body string) string {
	sum := sha256.Sum256([]byte(plainText(body)))
	return hex.EncodeToString(sum[:16])
}

func (s Signer) fingerprint() string { return hex.EncodeToString(derive(s.Secret, "fingerprint")[:4]) }

func derive(secret, purpose string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("clockify-sync marker v2 " + purpose))
	return mac.Sum(nil)
}

func (s Signer) sum(j markerJSON) []byte {
	j.MAC = ""
	content := commentJSON(struct {
		Repo   string     `json:"repo"`
		PR     int        `json:"pr"`
		Marker markerJSON `json:"marker"`
	}{strings.ToLower(s.Repository), s.PullRequest, j})
	mac := hmac.New(sha256.New, derive(s.Secret, "signature"))
	mac.Write([]byte(content))
	return mac.Sum(nil)
}

// Read reads the marker of a comment. The error says why the comment is not believed; the marker is empty then.
func (s Signer) Read(c Comment) (Marker, error) {
	j, ok := parseMarker(c.Body)
	switch {
	case !ok:
		return Marker{}, ErrNoMarker
	case s.Secret == "":
		return Marker{}, ErrNoSecret
	case j.MAC == "":
		return Marker{}, ErrUnsigned
	case j.Fingerprint != s.fingerprint():
		return Marker{}, ErrOtherKey
	}
	got, err := hex.DecodeString(j.MAC)
	if err != nil || !hmac.Equal(got, s.sum(j)) {
		return Marker{}, ErrEdited
	}
	_, visible, _ := strings.Cut(plainText(strings.TrimLeft(c.Body, "\ufeff \t\r\n")), "\n")
	if hashText(visible) != j.Text {
		return Marker{}, ErrEdited
	}
	if !strings.EqualFold(c.Author, j.By) {
		return Marker{}, ErrNotPoster
	}
	m := Marker{
		Key: j.Key, Digest: j.Digest, Approval: j.Approval, Head: j.Head, By: j.By,
		text: j.Text, fingerprint: j.Fingerprint, mac: j.MAC, valid: true,
	}
	for at, ids := range j.Gated {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return Marker{}, ErrEdited
		}
		for _, id := range ids {
			m.Gated = append(m.Gated, FirstShown{ID: id, At: t.UTC()})
		}
	}
	sortShown(m.Gated)
	return m, nil
}

// KeyOf is the key of a comment's marker, signed or not; empty where there is none.
func KeyOf(c Comment) string {
	j, _ := parseMarker(c.Body)
	return j.Key
}

// parseMarker reads the first line, signed or not. GitHub may turn line ends into CRLF.
func parseMarker(body string) (markerJSON, bool) {
	var j markerJSON
	line, _, _ := strings.Cut(strings.TrimLeft(body, "\ufeff \t\r\n"), "\n")
	line = strings.TrimRight(line, " \t\r")
	if len(line) > maxMarker || !strings.HasPrefix(line, markerOpen) || !strings.HasSuffix(line, markerClose) || len(line) < len(markerOpen)+len(markerClose) {
		return j, false
	}
	d := json.NewDecoder(bytes.NewReader([]byte(line[len(markerOpen) : len(line)-len(markerClose)])))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil || d.InputOffset() != int64(len(line)-len(markerOpen)-len(markerClose)) {
		return markerJSON{}, false
	}
	return j, j.V == markerVersion
}

// MergeShown is next with ids as its gated changes, each shown since old showed it, if old was believed and is of the same
// plan and head commit; else since now. Reviews carry whole seconds, so now is rounded up to one.
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
	shown := map[string]FirstShown{}
	for _, id := range ids {
		at, ok := since[id]
		if !ok {
			at = now.UTC()
		}
		shown[id] = FirstShown{ID: id, At: at}
	}
	next.mac, next.valid = "", false
	next.Gated = slices.Collect(maps.Values(shown))
	sortShown(next.Gated)
	return next
}

func sortShown(s []FirstShown) {
	slices.SortFunc(s, func(a, b FirstShown) int { return strings.Compare(a.ID, b.ID) })
}

// ApprovedIDs lists the gated changes that the approvals cover: those the marker's comment had shown when each of at least
// a.Needed approvals was submitted. A marker that was not believed, or is of another commit than the approvals, covers
// none.
func ApprovedIDs(m Marker, a Approvals) []string {
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

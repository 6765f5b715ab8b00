package action

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/github"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// Rules is what a config says about whose word counts and who is shown.
type Rules struct {
	Approval Approval
	Redact   string // auto, none or full
}

// Approval is the approval section of a config.
type Approval struct {
	From        string // pull-request, environment or empty
	Reviewers   []string
	Count       int
	Environment string
}

// fromPullRequest is the Approval.From under which reviews count.
const fromPullRequest = "pull-request"

// Base is what the files said before the pull request.
type Base struct {
	Rules    Rules
	Loosened []plan.Loosened // what the pull request's files protect less
}

// baseRef is the commit or branch whose files decide what this run's files may loosen; ok is false where these are the
// default branch's own, and nobody's pull request is being merged. Files that are not the default branch's are held against
// it, whatever branch a pull request goes to: nothing else is ever applied.
func baseRef(e github.Event) (ref string, ok bool) {
	onDefault := e.Ref == "refs/heads/"+e.DefaultBranch
	switch {
	case e.Name == "push" && onDefault:
		return e.Before, true
	case e.Name == "pull_request" && e.Merged && e.BaseRef == e.DefaultBranch:
		return e.BaseSHA, true
	case e.Name == "schedule", e.DefaultBranch == "", onDefault && e.Name != "pull_request_target":
		return e.BaseSHA, e.Name == "pull_request" || e.Name == "pull_request_review"
	}
	return e.DefaultBranch, true
}

// readBase holds this run's files against those of the base: of what a pull request loosens, the stricter of both holds
// for its own plan and its own merge. Where the base cannot be read, or is unsound, the defaults stand for it, and nobody
// can approve; why says so.
func (r *reporter) readBase(ctx context.Context, loaded Loaded) (rules Rules, loosened []plan.Loosened, why error) {
	own := r.files.Rules
	sha, ok := baseRef(r.event)
	if !ok && r.checkedOut() != r.event.SHA {
		sha, ok = r.defaultBranch(), true // the job checked out another commit: it may be anybody's
	}
	if !ok {
		return own, nil, nil
	}
	var files fs.FS = embed.FS{} // without files
	switch {
	case strings.Trim(sha, "0") == "":
		why = errors.New("the event does not say which commit that is")
	case r.client == nil:
		why = errors.New("without a github-token it cannot be read")
	default:
		files = commit(func(name string) ([]byte, error) { return r.client.File(ctx, name, sha) })
	}
	base, err := loaded.Base(files)
	if err != nil {
		why = cmp.Or(why, err)
		base.Rules.Approval = Approval{}
	}
	rules, more := stricter(base.Rules, own)
	return rules, append(base.Loosened, more...), why
}

// stricter is the rules under which head is planned and merged, and what head loosens of them. Who may approve is said by
// the base; head may only make it fewer.
func stricter(base, head Rules) (Rules, []plan.Loosened) {
	both := base
	var loosened []plan.Loosened
	if a, h := base.Approval, head.Approval; a.From == fromPullRequest {
		if h.From != fromPullRequest {
			loosened = append(loosened, plan.Loosened{Setting: "approval.from", Base: a.From, Head: h.From})
		} else {
			both.Approval.Reviewers = nil
			for _, name := range a.Reviewers {
				if slices.ContainsFunc(h.Reviewers, func(other string) bool { return sameReviewer(name, other) }) {
					both.Approval.Reviewers = append(both.Approval.Reviewers, name)
				}
			}
			for _, name := range h.Reviewers {
				if !slices.ContainsFunc(a.Reviewers, func(other string) bool { return sameReviewer(name, other) }) {
					loosened = append(loosened, plan.Loosened{Setting: "approval.reviewers", Base: strings.Join(a.Reviewers, ", "), Head: strings.Join(h.Reviewers, ", ")})
					break
				}
			}
			if both.Approval.Count = max(a.Count, h.Count); h.Count < a.Count {
				loosened = append(loosened, plan.Loosened{Setting: "approval.count", Base: strconv.Itoa(a.Count), Head: strconv.Itoa(h.Count)})
			}
		}
	}
	if a, h := base.Approval.Environment, head.Approval.Environment; a != "" && a != h {
		loosened = append(loosened, plan.Loosened{Setting: "approval.environment", Base: a, Head: h})
	} else if a == "" && base.Approval.From == "" && h != "" { // where base asks nobody, somebody is stricter
		both.Approval.From, both.Approval.Environment = head.Approval.From, h
	}
	rank := func(redact string) int { return slices.Index([]string{"none", "auto", "full"}, cmp.Or(redact, "auto")) }
	if rank(head.Redact) > rank(base.Redact) {
		both.Redact = head.Redact
	} else if rank(head.Redact) < rank(base.Redact) {
		loosened = append(loosened, plan.Loosened{Setting: "redact", Base: cmp.Or(base.Redact, "auto"), Head: head.Redact})
	}
	return both, loosened
}

func sameReviewer(a, b string) bool {
	plain := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "@") }
	return strings.EqualFold(plain(a), plain(b))
}

// commit reads the files of a commit by the API. It is a function, for what an interface holds keeps all its methods in the
// program: with the client itself that would be every call that GitHub has.
type commit func(name string) ([]byte, error)

func (c commit) Open(name string) (fs.File, error) {
	data, err := c(path.Clean(name))
	if errors.Is(err, github.ErrNoFile) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file{bytes.NewReader(data)}, nil
}

// file is one of them, for reading alone.
type file struct{ *bytes.Reader }

func (file) Close() error               { return nil }
func (file) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

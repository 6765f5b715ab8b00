// Package github is GitHub as one Actions run meets it: the event that started the
// run, the log, outputs and summary the runner reads, and the REST API for
// comments, reviews, issues and environments. It takes strings and numbers; it
// does not know what a plan is, and nothing of Clockify.
package github

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Event is what started the run: the environment the runner sets and the parts
// of the event's payload that matter here. A field without a source is zero.
type Event struct {
	Name       string // pull_request, push, schedule, …
	Action     string // opened, synchronize, closed, …
	Repository string // owner/name

	SHA, Ref        string // the commit and ref of the run itself
	RunID           int64
	RunAttempt      int
	TriggeringActor string // who started this attempt

	ServerURL, APIURL, GraphQLURL string
	SummaryPath, OutputPath       string

	PullRequest int    // its number, also of a merge group; 0 means none
	Author      string // login of the pull request's author
	HeadSHA     string // the pull request's own head, else SHA
	BaseRef     string // branch the pull request or merge group goes to, without refs/heads/
	Fork        bool   // the head is in another repository, or that one is gone
	Dependabot  bool   // opened by Dependabot: no Actions secrets
	Merged      bool

	DefaultBranch string // "" when the payload does not say (schedule)
	Before, After string // push: the branch before and after
	BaseSHA       string // the branch as it was before what the run is about: Before of a push, else the pull request's base
	Visibility    Visibility
}

// Visibility says who may read the repository.
type Visibility string

// The visibilities GitHub has, and not knowing.
const (
	Unknown  Visibility = ""
	Public   Visibility = "public"
	Private  Visibility = "private"
	Internal Visibility = "internal"
)

// Exposed reports whether anybody may read what is written in the repository.
// Not knowing counts as public.
func (v Visibility) Exposed() bool { return v != Private && v != Internal }

// maxEvent bounds the event file; GitHub's payloads stay below 25 MB.
const maxEvent = 32 << 20

// docs/github.md#merge-queues: refs/heads/gh-readonly-queue/main/pr-<n>-<sha>
var queueRef = regexp.MustCompile(`^(?:refs/heads/)?gh-readonly-queue/.+/pr-([1-9][0-9]{0,9})-[0-9a-f]{7,64}$`)

// ReadEvent reads the environment and the file at GITHUB_EVENT_PATH. The error
// is one sentence naming what is wrong with which of them.
func ReadEvent(getenv func(string) string) (Event, error) {
	raw := []byte("{}")
	if path := getenv("GITHUB_EVENT_PATH"); path != "" {
		f, err := os.Open(path)
		if err != nil {
			return Event{}, fmt.Errorf("read the event file (GITHUB_EVENT_PATH): %w", err)
		}
		defer f.Close()
		raw, err = io.ReadAll(io.LimitReader(f, maxEvent+1))
		if err != nil {
			return Event{}, fmt.Errorf("read the event file (GITHUB_EVENT_PATH): %w", err)
		}
		if len(raw) > maxEvent {
			return Event{}, errors.New("read the event file (GITHUB_EVENT_PATH): it is larger than 32 MiB")
		}
	}
	return ParseEvent(getenv, raw)
}

// ParseEvent is ReadEvent for a payload already in memory.
func ParseEvent(getenv func(string) string, raw []byte) (Event, error) {
	e := Event{
		Name:            getenv("GITHUB_EVENT_NAME"),
		Repository:      getenv("GITHUB_REPOSITORY"),
		SHA:             getenv("GITHUB_SHA"),
		Ref:             getenv("GITHUB_REF"),
		TriggeringActor: cmp.Or(getenv("GITHUB_TRIGGERING_ACTOR"), getenv("GITHUB_ACTOR")),
		ServerURL:       cmp.Or(strings.TrimRight(getenv("GITHUB_SERVER_URL"), "/"), "https://github.com"),
		APIURL:          cmp.Or(getenv("GITHUB_API_URL"), "https://api.github.com"),
		GraphQLURL:      getenv("GITHUB_GRAPHQL_URL"),
		SummaryPath:     getenv("GITHUB_STEP_SUMMARY"),
		OutputPath:      getenv("GITHUB_OUTPUT"),
	}
	e.HeadSHA = e.SHA
	e.RunID, _ = strconv.ParseInt(getenv("GITHUB_RUN_ID"), 10, 64)
	e.RunAttempt, _ = strconv.Atoi(getenv("GITHUB_RUN_ATTEMPT"))
	if e.Name == "" {
		return Event{}, errors.New("GITHUB_EVENT_NAME is not set: this is not a GitHub Actions run")
	}
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return Event{}, fmt.Errorf("the event file (GITHUB_EVENT_PATH) is not a JSON event: %w", err)
	}
	if e.Repository == "" && p.Repository != nil {
		e.Repository = p.Repository.FullName
	}
	if !repositoryName.MatchString(e.Repository) {
		return Event{}, fmt.Errorf("GITHUB_REPOSITORY is %q, not owner/name", e.Repository)
	}
	return e, e.fill(p)
}

// payload is the part of a webhook payload that is read.
type payload struct {
	Action      string `json:"action"`
	PullRequest *struct {
		Number int      `json:"number"`
		Merged bool     `json:"merged"`
		User   *account `json:"user"`
		Head   struct {
			SHA  string `json:"sha"`
			Repo *struct {
				FullName string `json:"full_name"`
			} `json:"repo"`
		} `json:"head"`
		Base struct {
			Ref string `json:"ref"`
			SHA string `json:"sha"`
		} `json:"base"`
	} `json:"pull_request"`
	MergeGroup *struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
	Repository *struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
		Visibility    string `json:"visibility"`
		Private       *bool  `json:"private"`
	} `json:"repository"`
	Before string `json:"before"`
	After  string `json:"after"`
}

type account struct {
	Login string `json:"login"`
}

func (e *Event) fill(p payload) error {
	e.Action = p.Action
	e.Before, e.After, e.BaseSHA = p.Before, p.After, p.Before
	if r := p.Repository; r != nil {
		e.DefaultBranch = r.DefaultBranch
		e.Visibility = visibility(r.Visibility, r.Private)
	}
	switch e.Name {
	case "pull_request", "pull_request_review", "pull_request_target":
		pr := p.PullRequest
		if pr == nil || pr.Number < 1 {
			return fmt.Errorf("the event file (GITHUB_EVENT_PATH) of a %s event holds no pull request", e.Name)
		}
		e.PullRequest, e.Merged = pr.Number, pr.Merged
		e.HeadSHA, e.BaseRef, e.BaseSHA = pr.Head.SHA, pr.Base.Ref, pr.Base.SHA
		if pr.User != nil {
			e.Author = pr.User.Login
		}
		e.Fork = pr.Head.Repo == nil || !strings.EqualFold(pr.Head.Repo.FullName, e.Repository)
		// Not the actor: that name changes when a person runs it again (docs/github.md#dependabot).
		e.Dependabot = e.Author == "dependabot[bot]"
	case "merge_group":
		ref := e.Ref
		if g := p.MergeGroup; g != nil {
			ref = cmp.Or(g.HeadRef, ref)
			e.HeadSHA = cmp.Or(g.HeadSHA, e.HeadSHA)
			e.BaseRef = strings.TrimPrefix(g.BaseRef, "refs/heads/")
		}
		if m := queueRef.FindStringSubmatch(ref); m != nil {
			e.PullRequest, _ = strconv.Atoi(m[1])
		}
	}
	return nil
}

// RunURL is the page of this run and attempt, "" when the run has no number.
func (e Event) RunURL() string {
	if e.RunID == 0 {
		return ""
	}
	u := e.ServerURL + "/" + e.Repository + "/actions/runs/" + strconv.FormatInt(e.RunID, 10)
	if e.RunAttempt > 1 {
		u += "/attempts/" + strconv.Itoa(e.RunAttempt)
	}
	return u
}

func visibility(word string, private *bool) Visibility {
	switch v := Visibility(word); {
	case v == Public || v == Private || v == Internal:
		return v
	case private == nil:
		return Unknown
	case *private:
		return Private
	}
	return Public
}

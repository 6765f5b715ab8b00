package cli

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/clockify-sync/clockify-sync/internal/action"
	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/provider"
)

// docsURL is where the documents are.
const docsURL = "https://github.com/clockify-sync/clockify-sync/blob/main/docs/"

// topic is a heading of docs/errors.md. A link to one is printed under what went wrong, so it stays as it is.
type topic string

// The topics. A test reads them here and holds them against the headings.
const (
	aboutCommandLine topic = "the-command-line"
	aboutSettings    topic = "settings-of-the-environment"
	aboutNoKey       topic = "no-key"
	aboutKey         topic = "the-key-is-refused"
	aboutRights      topic = "the-key-may-not"
	aboutNoWorkspace topic = "no-workspace"
	aboutWorkspace   topic = "the-workspace-is-not-there"
	aboutFiles       topic = "problems-in-the-files"
	aboutPlan        topic = "the-plan-of-the-workspace"
	aboutGuards      topic = "guards"
	aboutFallback    topic = "the-fallback"
	aboutApproval    topic = "approval"
	aboutFailed      topic = "a-change-failed"
	aboutVerify      topic = "verify-found-something"
	aboutReading     topic = "clockify-cannot-be-read"
	aboutReach       topic = "clockify-cannot-be-reached"
	aboutConnection  topic = "no-connection"
	aboutCertificate topic = "the-certificate"
	aboutProxy       topic = "the-proxy"
	aboutNoAnswer    topic = "no-answer"
	aboutForeign     topic = "something-else-answers"
	aboutBudget      topic = "stopped-early"
	aboutTime        topic = "time-sync"
	aboutSecrets     topic = "secrets-of-the-old-lambda"
	aboutOutput      topic = "files-that-cannot-be-written"
	aboutGitHub      topic = "github"
)

// helped is an error that knows its topic.
type helped struct {
	error
	topic topic
}

func (h *helped) Unwrap() error { return h.error }

// about gives an error its topic; nil stays nil.
func about(t topic, err error) error {
	if err == nil {
		return nil
	}
	return &helped{err, t}
}

// topicOf is what there is to read about an error; empty: nothing.
func topicOf(err error) topic {
	var (
		known   *helped
		posted  *action.Error
		denied  *provider.Denied
		refused *clockify.Error
		network *clockify.NetworkError
		dialled *net.OpError
		asked   *url.Error
	)
	switch {
	case errors.As(err, &known):
		return known.topic
	case errors.As(err, &posted):
		return topic(posted.Topic)
	case errors.As(err, &denied):
		return topicOfSetting(denied.Setting, denied.Err)
	case errors.Is(err, errDeclined), errors.Is(err, errInterrupted):
		return ""
	case stopped(err):
		return aboutBudget
	case errors.As(err, &network):
		return topicOfNetwork(network.Cause)
	case errors.Is(err, clockify.ErrIncomplete), errors.As(err, &refused):
		return aboutReading
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &dialled), errors.As(err, &asked), errors.Is(err, clockify.ErrRedirect):
		return aboutReach
	}
	return ""
}

// topicOfNetwork is what there is to read about what a network puts in the way.
func topicOfNetwork(cause clockify.NetworkCause) topic {
	switch cause {
	case clockify.NoConnection, clockify.Disconnected:
		return aboutConnection
	case clockify.BadCertificate:
		return aboutCertificate
	case clockify.BadProxy:
		return aboutProxy
	case clockify.NoAnswer:
		return aboutNoAnswer
	case clockify.Redirected, clockify.WebPage, clockify.NotAnAPI:
		return aboutForeign
	}
	return aboutReach
}

// inShort is an error as it is printed. Of a network that is in the way nobody needs to know which call it kept from being
// made: the next one would have met it as well.
func (c *console) inShort(err error) string {
	var network *clockify.NetworkError
	if !errors.As(err, &network) || errors.Is(err, clockify.ErrUncertain) {
		return err.Error()
	}
	text := network.Error()
	if file := c.getenv("SSL_CERT_FILE"); file != "" && network.Cause == clockify.BadCertificate {
		if _, err := os.ReadFile(file); err != nil {
			text += ". SSL_CERT_FILE names a file that cannot be read: " + file
		}
	}
	return text
}

// topicOfSetting is what there is to read about a setting that Clockify or a guard refused.
func topicOfSetting(setting string, err error) topic {
	switch {
	case strings.HasPrefix(setting, "guards."):
		return aboutGuards
	case strings.HasPrefix(setting, "workspace.fallback_"):
		return aboutFallback
	case clockify.IsStatus(err, 401):
		return aboutKey
	case setting == "CLOCKIFY_API_KEY":
		return aboutRights
	case setting == "workspace.id":
		return aboutWorkspace
	case strings.HasPrefix(setting, "time_sync"):
		return aboutTime
	case setting == "field_mapping", setting == "managers", setting == "invite":
		return aboutPlan
	}
	return aboutTime
}

// planTopics is what there is to read about what stands against a plan.
func (r *run) planTopics(p *plan.Plan) []topic {
	var list []topic
	if len(p.Problems) > 0 {
		list = append(list, aboutFiles)
	}
	for _, refusal := range p.Refusals {
		list = append(list, topicOfSetting(refusal.Setting, nil))
	}
	for _, f := range p.Findings {
		if f.Failed && f.Sync != "" {
			list = append(list, aboutTime)
		}
	}
	for _, err := range r.failures() {
		list = append(list, topicOf(err))
	}
	return list
}

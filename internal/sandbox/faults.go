package sandbox

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults says which calls go wrong, and how. The same seed and the same calls give the same faults: what befalls a call
// depends on the seed, its method and path, and how often that was asked before, and not on the calls in between.
type Faults struct {
	Seed  uint64   `json:"seed,omitempty"`
	Rate  float64  `json:"rate,omitempty"`  // share of matching calls; 1 when left out
	Kinds []string `json:"kinds,omitempty"` // of Kinds(); one is drawn for each fault
	// Only are methods, or "reads" and "writes" (a POST that reads is a read); all when empty.
	Only   []string `json:"only,omitempty"`
	Route  string   `json:"route,omitempty"`  // part of the path, or of the route pattern
	Status int      `json:"status,omitempty"` // answer this before the call is processed
	After  int      `json:"after,omitempty"`  // let that many matching calls pass first
	Times  int      `json:"times,omitempty"`  // no more than that many faults; 0 is no bound

	RetryAfter string `json:"retryAfter,omitempty"` // of a 429: seconds, date, none, mixed (when left out), or a number of seconds
	Slow       string `json:"slow,omitempty"`       // how long slow takes; 200ms when left out
	Timeout    string `json:"timeout,omitempty"`    // how long timeout hangs before the cut; 60s when left out
	Stale      string `json:"stale,omitempty"`      // how long reads may be stale after a write; 3s when left out

	Also []Faults `json:"also,omitempty"` // further rules; the first that strikes is done
}

// kindTable says what each kind needs of a call to be possible.
var kindTable = []struct{ name, needs string }{
	{"429", ""},
	{"500", ""},
	{"502", ""},
	{"503", ""},
	{"500_after", ""},  // processed, then 500
	{"cut_before", ""}, // connection cut, nothing done
	{"cut_after", ""},  // done, connection cut before the answer
	{"cut_body", ""},   // done, answer cut in the middle
	{"slow", ""},
	{"timeout", ""},
	{"empty200", ""},        // done, 200 without a body
	{"short_page", "list"},  // rows dropped, Last-Page: false
	{"repeat_page", "list"}, // from page 2 on: the page before, again
	{"no_last_page", "list"},
	{"list_changes", "list"}, // from page 2 on: an item of this page has moved to the one before, whose last comes again
	{"stale_reads", "read"},
}

// Kinds are the names of all faults.
func Kinds() []string {
	var out []string
	for _, k := range kindTable {
		out = append(out, k.name)
	}
	return out
}

// ParseFaults reads faults as on a command line: "seed=7,rate=0.2,kinds=429+500+cut_after,only=POST,route=/roles,after=3,
// times=2", several rules separated by ";". "kinds=all" is every kind. An empty string is no faults.
func ParseFaults(text string) (Faults, error) {
	var all []Faults
	for _, rule := range strings.Split(text, ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		f, err := parseRule(rule)
		if err != nil {
			return Faults{}, fmt.Errorf("parse faults %q: %w", rule, err)
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		return Faults{}, nil
	}
	all[0].Also = all[1:]
	if len(all) == 1 {
		all[0].Also = nil
	}
	return all[0], nil
}

func parseRule(rule string) (Faults, error) {
	var f Faults
	for _, part := range strings.Split(rule, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return f, fmt.Errorf("%q is not key=value", part)
		}
		var err error
		switch key {
		case "seed":
			f.Seed, err = strconv.ParseUint(value, 10, 64)
		case "rate":
			f.Rate, err = strconv.ParseFloat(value, 64)
		case "kinds":
			f.Kinds = strings.Split(value, "+")
			if value == "all" {
				f.Kinds = Kinds()
			}
		case "only":
			f.Only = strings.Split(value, "+")
		case "route":
			f.Route = value
		case "status":
			f.Status, err = strconv.Atoi(value)
		case "after":
			f.After, err = strconv.Atoi(value)
		case "times":
			f.Times, err = strconv.Atoi(value)
		case "retry_after":
			f.RetryAfter = value
		case "slow":
			f.Slow = value
		case "timeout":
			f.Timeout = value
		case "stale":
			f.Stale = value
		default:
			return f, fmt.Errorf("no such key: %s; there are seed, rate, kinds, only, route, status, after, times, retry_after, slow, timeout and stale", key)
		}
		if err != nil {
			return f, fmt.Errorf("%s: %w", key, err)
		}
	}
	return f, f.check()
}

// check finds what could not be meant.
func (f Faults) check() error {
	if f.Rate < 0 || f.Rate > 1 || math.IsNaN(f.Rate) {
		return fmt.Errorf("rate %v is not between 0 and 1", f.Rate)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("status %d is not one", f.Status)
	}
	for _, k := range f.Kinds {
		if !slices.Contains(Kinds(), k) {
			return fmt.Errorf("no such kind: %s (there are %s)", k, strings.Join(Kinds(), ", "))
		}
	}
	for _, o := range f.Only {
		if !slices.Contains([]string{"reads", "writes", "GET", "POST", "PUT", "PATCH", "DELETE"}, o) {
			return fmt.Errorf("only: %s is neither a method nor reads nor writes", o)
		}
	}
	for _, d := range []string{f.Slow, f.Timeout, f.Stale} {
		if d == "" {
			continue
		}
		if _, err := time.ParseDuration(d); err != nil {
			return err
		}
	}
	if _, err := strconv.Atoi(f.RetryAfter); err != nil && !slices.Contains([]string{"", "seconds", "date", "none", "mixed"}, f.RetryAfter) {
		return fmt.Errorf("retry_after %q is none of seconds, date, none, mixed or a number", f.RetryAfter)
	}
	for _, more := range f.Also {
		if err := more.check(); err != nil {
			return err
		}
	}
	return nil
}

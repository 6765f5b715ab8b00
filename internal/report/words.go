package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// count renders "1 person", "1,000 people".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands renders 1000 as 1,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// sentence joins "a", "b" and "c" as people do.
func sentence(parts []string) string {
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0]
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

var isoDuration = regexp.MustCompile(`^PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?$`)

// hours renders PT7H30M as 7h 30m; anything else stays as it is.
func hours(iso string) string {
	m := isoDuration.FindStringSubmatch(iso)
	if m == nil || iso == "PT" {
		return iso
	}
	var d time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(cmp.Or(m[i+1], "0")) // the pattern lets only digits through
		d += time.Duration(n) * unit
	}
	return duration(d)
}

// duration renders 7h 30m, 8h, 45m; seconds only where there is nothing longer.
func duration(d time.Duration) string {
	if d < 0 {
		return "-" + duration(-d)
	}
	h, m, s := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case h == 0 && m == 0:
		return fmt.Sprintf("%ds", s)
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return thousands(h) + "h"
	}
	return thousands(h) + fmt.Sprintf("h %02dm", m)
}

// total renders a sum of hours, so that sums stand under each other: 48h 00m.
func total(d time.Duration) string {
	return thousands(int(d/time.Hour)) + fmt.Sprintf("h %02dm", int(d%time.Hour/time.Minute))
}

// atLimit is how long carrying a plan out takes at the limit of calls; 0 where none is known.
func atLimit(c plan.Calls, perSecond float64) time.Duration {
	switch {
	case c.Needed == 0:
		return 0
	case c.Hourly:
		return time.Duration(max(0, c.Runs-1)) * time.Hour
	case perSecond <= 0:
		return 0
	}
	return time.Duration(math.Ceil(float64(c.Needed)/perSecond)) * time.Second
}

// about renders how long carrying a plan out takes, and in how many runs, or nothing.
func about(c plan.Calls, perSecond float64) string {
	d := atLimit(c, perSecond)
	budget := thousands(c.Budget) + " calls a run"
	if c.Hourly {
		budget = thousands(c.Budget) + " calls an hour"
	}
	switch {
	case c.Budget > 0 && c.Needed > 0 && c.Runs == 0:
		return budget + ", which reading alone uses up"
	case c.Budget > 0 && c.Runs > 1 && c.Hourly:
		return budget + ": " + count(c.Runs, "run", "runs") + ", about " + count(c.Runs-1, "hour", "hours")
	case c.Budget > 0 && c.Runs > 1:
		return budget + ": " + count(c.Runs, "run", "runs")
	case d <= 0:
		return ""
	case d < 2*time.Minute:
		return fmt.Sprintf("about %d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("about %d min", int(math.Ceil(d.Minutes())))
	}
	return "about " + duration(d.Round(time.Minute))
}

// took renders a measured time: 1.2 s.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return duration(d.Round(time.Second))
}

// clip shortens text to n runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

// namer knows what people are called.
type namer struct {
	names  map[string]string
	shared map[string]bool // names that two people have
}

func newNamer(names map[string]string) namer {
	n := namer{names: names, shared: map[string]bool{}}
	seen := map[string]bool{}
	for _, email := range slices.Sorted(maps.Keys(names)) {
		key := strings.ToLower(strings.TrimSpace(names[email]))
		n.shared[key] = n.shared[key] || seen[key]
		seen[key] = true
	}
	return n
}

// label is the display name, with the email where two people share it, or the email of who has none.
func (n namer) label(email string) string {
	name := strings.TrimSpace(n.names[email])
	switch {
	case name == "":
		return email
	case n.shared[strings.ToLower(name)]:
		return name + " (" + email + ")"
	}
	return name
}

// beside is the display name to show next to an email; empty when it says nothing more, as of a pseudonym.
func (n namer) beside(email string) string {
	name := strings.TrimSpace(n.names[email])
	if len(email) >= len(name) && strings.EqualFold(email[:len(name)], name) {
		return ""
	}
	return name
}

// short is a digest as people read and give it.
func short(digest string) string { return digest[:min(len(digest), plan.ShortDigest)] }

// headcount renders how many people a group holds.
func headcount(n string) string {
	if n == "1" {
		return "1 member"
	}
	return visible(n) + " members"
}

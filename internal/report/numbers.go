package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// parseDuration reads a duration as plans write it: PT7H30M.
func parseDuration(iso string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(iso, "PT")
	d, err := time.ParseDuration(strings.ToLower(rest))
	return d, ok && err == nil
}

// duration renders 7h 30m, 8h, 45m; seconds only where there is nothing longer.
func duration(d time.Duration) string {
	if d < 0 {
		return "-" + duration(-d)
	}
	h, m, s := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case d == 0:
		return "0h"
	case h == 0 && m == 0:
		return fmt.Sprintf("%ds", s)
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return text.Thousands(h) + "h"
	}
	return text.Thousands(h) + fmt.Sprintf("h %02dm", m)
}

// hours renders a day's capacity as people know it: by the week, where that is known, and by the day.
func hours(c *plan.Change, perDay time.Duration) string {
	asked, ok := parseDuration(fieldOf(c, "capacity"))
	switch {
	case !ok || c.Week <= 0 && c.WeekBefore <= 0:
		return duration(perDay) + " a day"
	case perDay == asked:
		return duration(c.Week) + " a week (" + duration(perDay) + " a day)"
	case c.WeekBefore > 0:
		return duration(c.WeekBefore)
	case asked <= 0:
		return duration(perDay) + " a day"
	}
	days := math.Round(2*float64(c.Week)/float64(asked)) / 2 // nobody knows, and most likely as many as after it
	return duration(time.Duration(days * float64(perDay)).Round(time.Minute))
}

// weekOfDays are the days as a plan has them.
const weekOfDays = "MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY"

// workingDays renders MONDAY, TUESDAY, WEDNESDAY as Mon-Wed. Not ok: these are no days.
func workingDays(days string) (words string, ok bool) {
	list := strings.Split(days, ", ")
	for i, day := range list {
		if len(day) < 3 || !slices.Contains(strings.Split(weekOfDays, ", "), day) {
			return "", false
		}
		list[i] = day[:1] + strings.ToLower(day[1:3])
	}
	if len(list) > 2 && strings.Contains(weekOfDays, days) {
		return list[0] + "-" + list[len(list)-1], true
	}
	return strings.Join(list, ", "), true
}

// counted renders so many of something: nothing for 0.
func counted(n int, one, many string) string { return some(n, text.Plural(n, one, many)) }

// some renders a number with words that are the same for one and for many: nothing for 0.
func some(n int, words string) string {
	if n == 0 {
		return ""
	}
	return text.Thousands(n) + " " + words
}

// number renders a number for a table: nothing for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return text.Thousands(n)
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
	budget := text.Thousands(c.Budget) + " calls a run"
	if c.Hourly {
		budget = text.Thousands(c.Budget) + " calls an hour"
	}
	runs := text.Count(c.Runs, "run", "runs")
	switch {
	case c.Budget > 0 && c.Needed > 0 && c.Runs == 0:
		return budget + ", which reading alone uses up"
	case c.Budget > 0 && c.Runs > 1 && c.Hourly:
		return budget + ": " + runs + ", about " + text.Count(c.Runs-1, "hour", "hours")
	case c.Budget > 0 && c.Runs > 1:
		return budget + ": " + runs
	case d <= 0:
		return ""
	case d < 2*time.Minute:
		return fmt.Sprintf("about %d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("about %d min", int(math.Ceil(d.Minutes())))
	}
	return "about " + duration(d.Round(time.Minute))
}

// effort is what the plan costs: "9 calls to read in 1.2 s, 52 to apply (about 6 s)".
func effort(c plan.Calls, ctx Context) string {
	var read, apply string
	if c.Made > 0 {
		read = text.Count(c.Made, "call", "calls") + " to read"
		if t := took(ctx.Elapsed); t != "" {
			read += " in " + t
		}
	}
	if c.Needed > 0 {
		apply = text.Thousands(c.Needed) + " to apply"
		if read == "" {
			apply = text.Count(c.Needed, "call", "calls") + " to apply"
		}
		if t := about(c, ctx.RatePerSecond); t != "" {
			apply += " (" + t + ")"
		}
	}
	return joined(", ", read, apply)
}

// day is the date of an RFC 3339 instant; empty if it is none.
func day(instant string) string {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// short is a digest as people read and give it.
func short(digest string) string { return digest[:min(len(digest), plan.ShortDigest)] }

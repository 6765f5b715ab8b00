package provider

import (
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

var isoDuration = regexp.MustCompile(`^PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?$`)

// parseDuration reads an ISO 8601 duration of hours, minutes and seconds, rounded to the minute. A missing one is
// state.CapacityUnknown.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return state.CapacityUnknown, nil
	}
	m := isoDuration.FindStringSubmatch(text)
	if m == nil || text == "PT" {
		return 0, fmt.Errorf("%q is not a duration", text)
	}
	var d time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		if m[i+1] != "" {
			n, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				return 0, fmt.Errorf("%q is not a duration", text)
			}
			d += time.Duration(n * float64(unit))
		}
	}
	return d.Round(time.Minute), nil
}

// seq is a list as the client gives it.
type seq[T any] = iter.Seq2[T, error]

package userscsv

import (
	"testing"
	"time"
)

func TestHoursText(t *testing.T) {
	t.Parallel()
	for minutes := range 24*60 + 1 {
		day := time.Duration(minutes) * time.Minute
		text, ok := HoursText(day)
		back, _ := parseDecimal(text)
		if !ok || capacity(back, 5) != day {
			t.Fatalf("%v is written as %q", day, text)
		}
	}
	for _, day := range []time.Duration{-2, 25 * time.Hour, 30 * time.Second} {
		if text, ok := HoursText(day); ok {
			t.Errorf("%v is written as %q", day, text)
		}
	}
}

func TestParseDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Mon-Fri": 5, "mon - fri": 0, "Monday–Thursday": 4, "Mo,We,Fr": 3, "Sat-Mon": 3, "Tue; Thu": 2, "Mon/Tue": 2, "": 0, "Xyz": 0, "M": 0, "Mon-": 0,
	} {
		if days, ok := parseDays(text); len(days) != want || ok != (want > 0) {
			t.Errorf("parseDays(%q) = %v, %v", text, days, ok)
		}
	}
}

package plan_test

import (
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

func TestFieldText(t *testing.T) {
	t.Parallel()
	colours := []string{"Red", "Dark blue"}
	cases := []struct {
		kind       state.FieldType
		text, want string
		refused    bool
	}{
		{state.FieldText, "  a  b ", "a  b", false},
		{state.FieldText, "", "", false},
		{state.FieldLink, "https://example.com/?a=1;b", "https://example.com/?a=1;b", false},
		{state.FieldNumber, "007", "7", false},
		{state.FieldNumber, "1,50", "1.5", false},
		{state.FieldNumber, "-0.25", "-0.25", false},
		{state.FieldNumber, "1e3", "1000", false},
		{state.FieldNumber, "0", "0", false},
		{state.FieldNumber, "-0", "0", false},
		{state.FieldNumber, "1.000,5", "", true},
		{state.FieldNumber, "0x10", "", true},
		{state.FieldNumber, "1_000", "", true},
		{state.FieldNumber, "NaN", "", true},
		{state.FieldNumber, "1e999", "", true},
		{state.FieldCheckbox, "TRUE", "true", false},
		{state.FieldCheckbox, "yes", "true", false},
		{state.FieldCheckbox, "1", "true", false},
		{state.FieldCheckbox, "no", "false", false},
		{state.FieldCheckbox, "0", "false", false},
		{state.FieldCheckbox, "x", "", true},
		{state.FieldOne, "dark BLUE", "Dark blue", false},
		{state.FieldOne, "Blue", "", true},
		{state.FieldMany, "red; dark blue ;Red;", "Dark blue;Red", false},
		{state.FieldMany, ";", "", false},
		{state.FieldMany, "Red;Green", "", true},
	}
	for _, tc := range cases {
		got, err := plan.FieldText(state.Field{Type: tc.kind, Allowed: colours}, tc.text)
		if got != tc.want || (err != nil) != tc.refused {
			t.Errorf("%s %q = %q, %v; want %q, refused %v", tc.kind, tc.text, got, err, tc.want, tc.refused)
		}
		if err != nil {
			continue
		}
		if again, err := plan.FieldText(state.Field{Type: tc.kind, Allowed: colours}, got); again != got || err != nil {
			t.Errorf("%s %q: its canonical form %q becomes %q, %v", tc.kind, tc.text, got, again, err)
		}
	}
}

func TestDurationText(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "PT0S", 45 * time.Minute: "PT45M", 450 * time.Minute: "PT7H30M", 8 * time.Hour: "PT8H",
		29 * time.Second: "PT0S", 7*time.Hour + 30*time.Second: "PT7H1M",
	} {
		if got := plan.DurationText(d); got != want {
			t.Errorf("%v = %s, want %s", d, got, want)
		}
	}
}

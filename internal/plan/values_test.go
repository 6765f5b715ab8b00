package plan_test

import (
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/model"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

func TestFieldText(t *testing.T) {
	t.Parallel()
	colours := []string{"Red", "Dark blue"}
	cases := []struct {
		kind       model.FieldType
		text, want string
		refused    bool
	}{
		{model.FieldText, "  a  b ", "a  b", false},
		{model.FieldText, "", "", false},
		{model.FieldLink, "https://example.com/?a=1;b", "https://example.com/?a=1;b", false},
		{model.FieldNumber, "007", "7", false},
		{model.FieldNumber, "1,50", "1.5", false},
		{model.FieldNumber, "-0.25", "-0.25", false},
		{model.FieldNumber, "1e3", "1000", false},
		{model.FieldNumber, "0", "0", false},
		{model.FieldNumber, "-0", "0", false},
		{model.FieldNumber, "1.000,5", "", true},
		{model.FieldNumber, "0x10", "", true},
		{model.FieldNumber, "1_000", "", true},
		{model.FieldNumber, "NaN", "", true},
		{model.FieldNumber, "1e999", "", true},
		{model.FieldCheckbox, "TRUE", "true", false},
		{model.FieldCheckbox, "yes", "true", false},
		{model.FieldCheckbox, "1", "true", false},
		{model.FieldCheckbox, "no", "false", false},
		{model.FieldCheckbox, "0", "false", false},
		{model.FieldCheckbox, "x", "", true},
		{model.FieldOne, "dark BLUE", "Dark blue", false},
		{model.FieldOne, "Blue", "", true},
		{model.FieldMany, "red; dark blue ;Red;", "Dark blue;Red", false},
		{model.FieldMany, ";", "", false},
		{model.FieldMany, "Red;Green", "", true},
	}
	for _, tc := range cases {
		got, err := plan.FieldText(model.Field{Type: tc.kind, Allowed: colours}, tc.text)
		if got != tc.want || (err != nil) != tc.refused {
			t.Errorf("%s %q = %q, %v; want %q, refused %v", tc.kind, tc.text, got, err, tc.want, tc.refused)
		}
		if err != nil {
			continue
		}
		if again, err := plan.FieldText(model.Field{Type: tc.kind, Allowed: colours}, got); again != got || err != nil {
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

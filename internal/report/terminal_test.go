package report

import "testing"

func TestBroken(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text         string
		indent, wide int
		want         string
	}{
		{"  - take out of the group", 4, 0, "  - take out of the group\n"},
		{"  - take out of the group", 4, 25, "  - take out of the group\n"},
		{"  - take out of the group", 4, 24, "  - take out of the\n    group\n"},
		{"    lena.berg@example.com: holds a role", 8, 20, "    lena.berg@example.com:\n        holds a role\n"},
		{"", 4, 10, "\n"},
	}
	for _, tc := range cases {
		if got := Broken(tc.text, tc.indent, tc.wide); got != tc.want {
			t.Errorf("Broken(%q, %d, %d): got %q, want %q", tc.text, tc.indent, tc.wide, got, tc.want)
		}
	}
}

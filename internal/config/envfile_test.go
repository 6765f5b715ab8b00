package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadEnvFile(t *testing.T) {
	t.Parallel()
	text := "\ufeff# a comment\r\n\r\nA=1\r\nexport B = two words # said so\nC='as # is \\n'\nD=\"a \\\"b\\\"\\n\\\\ \\$x \\q\" # end\nE=\nF=a#b\nG==x=\nH=#none\nexportI=1\n"
	want := map[string]string{
		"A": "1", "B": "two words", "C": `as # is \n`, "D": "a \"b\"\n\\ $x \\q", "E": "", "F": "a#b", "G": "=x=", "H": "", "exportI": "1",
	}
	got, err := ReadEnvFile(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadEnvFile (-want +got):\n%s", diff)
	}
}

func TestReadEnvFileErrors(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"A=1\nsesame\n":            "line 2: not KEY=VALUE",
		"sesame-key = 1":           "line 1: not KEY=VALUE",
		"A=\"sesame":               `line 1: A: the " is not closed`,
		"\nA='sesame' sesame":      "line 2: A: something follows the closing '",
		"A=sesame\nB=1\nA=sesame2": "line 3: A is there twice",
	}
	for text, want := range cases {
		_, err := ReadEnvFile(strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("ReadEnvFile(%q) = %v, want %s", text, err, want)
		}
	}
}

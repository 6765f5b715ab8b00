package report

import (
	"fmt"
	"testing"
)

// BenchmarkMask masks one sentence a person where everybody's name begins with the same letter: the time for a person stays
// as it is, however many there are.
func BenchmarkMask(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			names := map[string]string{}
			for i := range n {
				names[fmt.Sprintf("a%d@example.com", i)] = fmt.Sprintf("A%d Berg", i)
			}
			m := newMask(Context{Redact: Mask, RedactKey: []byte("key")}, names)
			for i := 0; b.Loop(); i++ {
				if s := m.text(fmt.Sprintf("moves A%d Berg to another group", i%n)); len(s) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}

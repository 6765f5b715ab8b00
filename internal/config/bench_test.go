package config

import (
	"os"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	data, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if f := Read("c.yaml", data); len(f.Problems) > 0 {
			b.Fatal(f.Problems)
		}
	}
}

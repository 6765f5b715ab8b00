package sandbox

import (
	"encoding/binary"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"
)

// fault is what befalls one call.
type fault struct {
	kind string // "" is nothing; "status" is a forced status
	rule Faults
	draw uint64
}

// injector draws faults. It is used under the server's lock.
type injector struct {
	rules []Faults
	seen  []int // matching calls, by rule
	done  []int // faults, by rule
	asked map[string]uint64
}

func newInjector(f Faults) *injector {
	in := &injector{asked: map[string]uint64{}}
	if f.Status != 0 || len(f.Kinds) > 0 {
		in.rules = append(in.rules, f)
	}
	for _, more := range f.Also {
		if more.Status != 0 || len(more.Kinds) > 0 {
			in.rules = append(in.rules, more)
		}
	}
	in.seen, in.done = make([]int, len(in.rules)), make([]int, len(in.rules))
	return in
}

// draw decides on one call.
func (in *injector) draw(r *http.Request, pattern string, write, list bool) fault {
	if len(in.rules) == 0 {
		return fault{}
	}
	what := r.Method + " " + r.URL.Path + "?" + r.URL.RawQuery
	nth := in.asked[what]
	in.asked[what]++
	for i, rule := range in.rules {
		if !rule.matches(r, pattern, write) {
			continue
		}
		in.seen[i]++
		if in.seen[i] <= rule.After || (rule.Times > 0 && in.done[i] >= rule.Times) {
			continue
		}
		hit, pick := randoms(rule.Seed+uint64(i), what, nth)
		if rule.Rate > 0 && float64(hit>>11)/(1<<53) >= rule.Rate {
			continue
		}
		if rule.Status != 0 {
			in.done[i]++
			return fault{kind: "status", rule: rule, draw: pick}
		}
		var possible []string
		for _, k := range kindTable {
			if slices.Contains(rule.Kinds, k.name) && (k.needs == "" || k.needs == "list" && list || k.needs == "read" && !write) {
				possible = append(possible, k.name)
			}
		}
		if len(possible) == 0 {
			continue
		}
		in.done[i]++
		return fault{kind: possible[pick%uint64(len(possible))], rule: rule, draw: pick / 16}
	}
	return fault{}
}

// staleSpan is for how long reads may be stale after a write, if any rule wants it.
func (in *injector) staleSpan() (time.Duration, bool) {
	for _, f := range in.rules {
		if slices.Contains(f.Kinds, "stale_reads") {
			return f.span(f.Stale, 3*time.Second), true
		}
	}
	return 0, false
}

func (f Faults) matches(r *http.Request, pattern string, write bool) bool {
	if f.Route != "" && !strings.Contains(r.URL.Path, f.Route) && !strings.Contains(pattern, f.Route) {
		return false
	}
	if len(f.Only) == 0 {
		return true
	}
	group := "reads"
	if write {
		group = "writes"
	}
	return slices.Contains(f.Only, r.Method) || slices.Contains(f.Only, group)
}

// randoms are two numbers that depend on nothing but their arguments.
func randoms(seed uint64, what string, nth uint64) (uint64, uint64) {
	h := fnv.New64a()
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], seed)
	binary.LittleEndian.PutUint64(b[8:], nth)
	_, _ = h.Write(b[:])
	_, _ = h.Write([]byte(what))
	x := h.Sum64()
	return mix(x), mix(x + 0x9e3779b97f4a7c15)
}

// mix spreads the bits of x (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (f Faults) span(text string, or time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil {
		return d
	}
	return or
}

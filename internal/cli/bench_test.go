package cli

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
	"github.com/clockify-sync/clockify-sync/internal/provider"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// inBubble does f once under a clock of its own, from a benchmark: waits cost nothing, calls are what is measured.
func inBubble(b *testing.B, f func(t *testing.T)) {
	b.Helper()
	if !testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) { bubble(t, f) }}}) {
		b.FailNow()
	}
}

// tidy is a company in which nothing is left to do.
func tidy(people int) (sandbox.State, files) {
	seed, content := company(people)
	w := &seed.Workspaces[0]
	company, country := w.CustomFields[0].ID, w.AddUserField("Country", "TXT")
	w.Groups, w.Roles, w.Members = nil, nil, nil
	ids := map[string]string{}
	for _, u := range seed.Users {
		ids[u.Email] = u.ID
	}
	reports := map[string][]string{}
	names := map[string]string{}
	for row := range strings.Lines(content["users.csv"]) {
		cells := strings.Split(row, ",")
		if ids[cells[0]] == "" {
			continue
		}
		m := w.AddMember(ids[cells[0]])
		m.Owner, m.Admin = cells[0] == "owner@example.com", cells[0] == "head@example.com"
		m.WorkCapacity, m.FieldValues = "PT8H", map[string]any{company: "Acme", country: "Sweden"}
		if cells[1] != "" {
			reports[cells[1]] = append(reports[cells[1]], ids[cells[0]])
			w.AddManager(ids[cells[1]], ids[cells[0]])
		}
	}
	for _, u := range seed.Users {
		names[u.Email] = u.Name
	}
	w.AddGroupManager(ids["head@example.com"], w.AddGroup("Other functions", ids["head@example.com"]))
	for _, manager := range slices.Sorted(maps.Keys(reports)) {
		w.AddGroupManager(ids[manager], w.AddGroup(names[manager], reports[manager]...))
	}
	return seed, content
}

// mirrored is a timesheet of which everything has been mirrored.
func mirrored(entries int) (sandbox.State, files) {
	seed, content := timesheet(entries, epoch)
	from, to := &seed.Workspaces[0], &seed.Workspaces[1]
	goal, there := map[string]string{}, map[string]bool{}
	for _, p := range from.Projects {
		there[p.Name] = true
		for _, q := range to.Projects {
			if q.Name == p.Name {
				goal[p.ID] = q.ID
			}
		}
	}
	for _, p := range to.Projects {
		if !there[p.Name] {
			from.AddProject(from.Clients[0].ID, p.Name)
		}
	}
	for _, e := range from.Entries {
		to.AddEntry(e.UserID, goal[e.ProjectID], e.Description, e.Start, e.End.Sub(e.Start))
	}
	return seed, content
}

// BenchmarkUsers counts the calls of a user sync of so many people: with nothing to do, and with ten people to change.
func BenchmarkUsers(b *testing.B) {
	for _, people := range []int{100, 1000, 10_000} {
		seed, content := tidy(people)
		for _, changed := range []int{0, 10} {
			b.Run(fmt.Sprintf("people=%d/changed=%d", people, changed), func(b *testing.B) {
				w := &seed.Workspaces[0]
				for i := range changed {
					w.Members[len(w.Members)-1-9*i].WorkCapacity = "PT6H"
				}
				counted(b, seed, content, changed)
			})
		}
	}
}

// BenchmarkEntries counts the calls of a time sync of so many entries: with nothing to do, and with ten new ones.
func BenchmarkEntries(b *testing.B) {
	for _, entries := range []int{100, 1000, 10_000} {
		seed, content := mirrored(entries)
		for _, changed := range []int{0, 10} {
			b.Run(fmt.Sprintf("entries=%d/changed=%d", entries, changed), func(b *testing.B) {
				if w := &seed.Workspaces[1]; changed > 0 {
					w.Entries = w.Entries[:len(w.Entries)-changed]
				}
				counted(b, seed, content, changed)
			})
		}
	}
}

// counted applies and reports the calls of it, reading, writing and verifying.
func counted(b *testing.B, seed sandbox.State, content files, changed int) {
	for range b.N {
		inBubble(b, func(t *testing.T) {
			bed := newBed(t, sandbox.Options{State: seed}, content)
			bed.must(ExitDone, "apply")
			if n := bed.server.WriteCount(); n != changed {
				t.Fatalf("%d writes, want %d", n, changed)
			}
			b.ReportMetric(float64(bed.server.Total()), "calls/run")
			b.ReportMetric(float64(bed.server.WriteCount()), "writes/run")
		})
	}
}

// BenchmarkRate measures which share of the allowed rate making 3,000 entries uses, and how many calls met 429.
func BenchmarkRate(b *testing.B) {
	for _, allowed := range []float64{10, 50} {
		for _, latency := range []time.Duration{2 * time.Millisecond, 100 * time.Millisecond} {
			b.Run(fmt.Sprintf("allowed=%v/latency=%s", allowed, latency), func(b *testing.B) {
				for range b.N {
					var used, refused float64
					if !testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) {
						used, refused = mirrorAt(t, 3000, allowed, allowed, latency, 0)
					}}}) {
						b.FailNow()
					}
					b.ReportMetric(100*used, "%used")
					b.ReportMetric(100*refused, "%429")
				}
			})
		}
	}
}

// BenchmarkPlan plans what was read already: the time and memory of the planner alone.
func BenchmarkPlan(b *testing.B) {
	for _, people := range []int{100, 1000, 10_000} {
		seed, content := company(people)
		bed := newBed(b, sandbox.Options{State: seed}, content)
		client, err := clockify.New(clockify.Options{
			CoreURL: "https://clockify.test/api/v1", ReportsURL: "https://clockify.test/report/v1",
			Token: seed.Keys[0].Key, Limiter: clockify.NewLimiter(0), Base: bed.http,
		})
		if err != nil {
			b.Fatal(err)
		}
		loaded, err := readFiles(os.DirFS(bed.dir), wantedFiles{users: "users.csv"})
		if err != nil {
			b.Fatal(err)
		}
		w := provider.New(provider.Options{ID: seed.Workspaces[0].ID, Reader: client, Now: time.Now, Sleep: sleep})
		dir, err := w.ReadUsers(context.Background(), loaded.Spec.Users)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			b.ReportAllocs()
			changes := 0
			for b.Loop() {
				changes = len(plan.Compute(state.Spec{Users: loaded.Spec.Users}, state.State{Users: dir}).Changes)
			}
			b.ReportMetric(float64(changes), "changes")
		})
	}
}

// BenchmarkWhole runs apply in a process of its own: 10,000 people who are as they should be but for ten, and 100,000
// time entries of which ten are new, with all reading, planning, writing, verifying and the audit. peak-MB is the most
// memory the process held.
func BenchmarkWhole(b *testing.B) {
	seed, content := both(10_000, 100_000)
	for range b.N {
		if peak := costOf(b, seed, content, 20).peak; peak > 0 {
			b.ReportMetric(peak, "peak-MB")
		}
	}
}

// both is a company and a timesheet in one sandbox, with ten changes left to make in each.
func both(people, entries int) (sandbox.State, files) {
	seed, content := tidy(people)
	hours, hoursFiles := mirrored(entries)
	user := sandbox.ID("anna", 1)
	hours.Users[0].ID = user
	yaml := hoursFiles["clockify-sync.yaml"]
	for i := range hours.Workspaces {
		w := &hours.Workspaces[i]
		old := w.ID
		w.ID = sandbox.ID("hours", i)
		yaml = strings.ReplaceAll(yaml, old, w.ID)
		w.Members[0].UserID = user
		for j := range w.Entries {
			w.Entries[j].UserID = user
		}
	}
	yaml = strings.ReplaceAll(yaml, sandbox.ID("user", 1), user)
	yaml = strings.ReplaceAll(yaml, "user_id: "+user+"}", "user_id: "+user+", token_env: ANNA}")
	yaml, _, _ = strings.Cut(yaml, "api:\n")
	seed.Users = append(seed.Users, hours.Users[0])
	seed.Workspaces = append(seed.Workspaces, hours.Workspaces...)
	seed.Keys = append(seed.Keys, sandbox.Key{Key: hours.Keys[0].Key, UserID: user})
	content["clockify-sync.yaml"] += yaml

	w := &seed.Workspaces[0]
	for i := range 10 {
		w.Members[len(w.Members)-1-9*i].WorkCapacity = "PT6H"
	}
	to := &seed.Workspaces[2]
	to.Entries = to.Entries[:len(to.Entries)-10]
	return seed, content
}

// BenchmarkTogether applies a user sync and a time sync of two keys, each alone and both in one run, 50 ms away, and
// reports how long the one run takes against the slower of the two. Time is that of the bubble's clock, so it is the waits
// for answers and for the rate that are compared, and the machine plays no part: more than a tenth longer is a failure.
func BenchmarkTogether(b *testing.B) {
	const entries = 1000
	for _, people := range []int{200, 1000, 3000} {
		b.Run(fmt.Sprintf("people=%d/entries=%d", people, entries), func(b *testing.B) {
			for range b.N {
				took := map[string]time.Duration{}
				for _, only := range []string{"users", "time", ""} {
					inBubble(b, func(t *testing.T) {
						seed, content := both(people, entries+10)
						for i := range seed.Workspaces[0].Members {
							seed.Workspaces[0].Members[i].WorkCapacity = "PT6H"
						}
						seed.Workspaces[2].Entries = nil
						bed := newBed(t, sandbox.Options{State: seed, Latency: 50 * time.Millisecond}, content)
						bed.env["ANNA"] = seed.Keys[1].Key
						start := time.Now()
						bed.must(ExitDone, slices.DeleteFunc([]string{"apply", "--only=" + only}, func(s string) bool { return s == "--only=" })...)
						took[only] = time.Since(start)
					})
				}
				slower := max(took["users"], took["time"])
				ratio := took[""].Seconds() / slower.Seconds()
				b.ReportMetric(took["users"].Seconds(), "users-s")
				b.ReportMetric(took["time"].Seconds(), "time-s")
				b.ReportMetric(took[""].Seconds(), "together-s")
				b.ReportMetric(ratio, "together/slower")
				if ratio > 1.1 {
					b.Errorf("together %s, which is more than a tenth above the slower one's %s", took[""], slower)
				}
			}
		})
	}
}

// cost is what a run took.
type cost struct{ peak, cpu float64 } // MB, 0 where the system does not tell; seconds

// costOf applies in a process of its own, which has so many changes to make.
func costOf(tb testing.TB, seed sandbox.State, content files, writes int, args ...string) cost {
	tb.Helper()
	b := newBed(tb, sandbox.Options{State: seed, Now: atEpoch}, content)
	s := httptest.NewServer(b.server)
	defer s.Close()
	b.env["CLOCKIFY_API_URL"], b.env["CLOCKIFY_REPORTS_URL"] = s.URL+"/api/v1", s.URL+"/report/v1"
	b.env["ANNA"] = seed.Keys[len(seed.Keys)-1].Key
	b.env["PEAK_FILE"] = filepath.Join(b.dir, "peak")
	cmd := b.process(append([]string{"apply"}, args...)...)
	var out bytes.Buffer
	cmd.Args[0] = "clockify-sync-measured"
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		tb.Fatalf("apply: %v\n%s", err, clipped(out.String()))
	}
	if n := b.server.WriteCount(); n != writes {
		tb.Fatalf("%d writes, want %d\n%s", n, writes, clipped(out.String()))
	}
	kB, err := strconv.ParseFloat(string(b.read("peak")), 64)
	if err != nil {
		tb.Logf("peak memory is told by Linux alone (this is %s)", runtime.GOOS)
	}
	return cost{kB / 1024, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
}

// BenchmarkGrowth runs at a size and at ten times that, ten changes each, and fails where a run takes more than twelve
// times the processor time or the memory: 10,000 and 100,000 people, 100,000 and 1,000,000 entries, or a tenth of both where
// CLOCKIFY_TESTS is not full.
func BenchmarkGrowth(b *testing.B) {
	for _, bm := range []struct {
		only string
		size int
		make func(n int) (sandbox.State, files)
	}{
		{"users", sized(1000, 10_000), func(n int) (sandbox.State, files) { return both(n, 20) }},
		{"time", sized(10_000, 100_000), func(n int) (sandbox.State, files) { return both(100, n) }},
	} {
		b.Run(fmt.Sprintf("%s=%d", bm.only, bm.size), func(b *testing.B) {
			for range b.N {
				at := func(n int) cost {
					seed, content := bm.make(n)
					return costOf(b, seed, content, 10, "--only", bm.only)
				}
				one, ten := at(bm.size), at(10*bm.size)
				b.ReportMetric(one.cpu, "cpu-s")
				b.ReportMetric(ten.cpu, "cpu-s-tenfold")
				b.ReportMetric(ten.cpu/one.cpu, "cpu-growth")
				b.ReportMetric(one.peak, "MB")
				b.ReportMetric(ten.peak, "MB-tenfold")
				b.ReportMetric(ten.peak/max(1, one.peak), "memory-growth")
				if ten.cpu > 12*one.cpu || ten.peak > 12*max(1, one.peak) {
					b.Errorf("ten times the size takes %.1f times the processor time and %.1f times the memory", ten.cpu/one.cpu, ten.peak/max(1, one.peak))
				}
			}
		})
	}
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s*(\d+) kB$`)

// keepPeak writes the most memory this process has held, in kB, to a file.
func keepPeak(name string) {
	status, _ := os.ReadFile("/proc/self/status")
	peak := ""
	if m := highWater.FindSubmatch(status); m != nil {
		peak = string(m[1])
	}
	_ = os.WriteFile(name, []byte(peak), 0o644)
}

// TestPeakMemory holds the whole run to the memory that a small runner has to spare.
func TestPeakMemory(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("measured without -race")
	}
	seed, content := both(sized(2000, 10_000), sized(20_000, 100_000))
	took := costOf(t, seed, content, 20)
	t.Logf("peak memory %.0f MB, %.1f s of processor time", took.peak, took.cpu)
	if most := float64(sized(100, 220)); took.peak >= most {
		t.Errorf("peak memory %.0f MB, want less than %.0f", took.peak, most)
	}
}

// BenchmarkStart starts the program and prints its version.
func BenchmarkStart(b *testing.B) {
	bed := newBed(b, sandbox.Options{State: sandbox.Sample(epoch)}, nil)
	for b.Loop() {
		if err := bed.process("version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

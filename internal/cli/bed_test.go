package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/audit"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// bed is a folder and an in-memory Clockify that whole runs are made in, without a network: under testing/synctest their
// waits cost nothing.
type bed struct {
	t      testing.TB
	dir    string
	server *sandbox.Server
	http   http.RoundTripper // what calls go through; the server's own transport when not set
	env    map[string]string
}

// files of a bed, by name.
type files map[string]string

func newBed(t testing.TB, o sandbox.Options, content files) *bed {
	t.Helper()
	b := &bed{t: t, dir: t.TempDir(), env: map[string]string{
		"CLOCKIFY_API_KEY": o.State.Keys[0].Key, "CLOCKIFY_WORKSPACE_ID": o.State.Workspaces[0].ID,
		"CLOCKIFY_API_URL": "https://clockify.test/api/v1", "CLOCKIFY_REPORTS_URL": "https://clockify.test/report/v1",
		"USER": "tester",
	}}
	b.server = sandbox.New(o)
	b.http = b.server.Transport()
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// ran is how a command ended.
type ran struct {
	code     int
	out, err string
}

func (b *bed) run(ctx context.Context, args ...string) ran {
	var out, errs paper
	code := Main(ctx, b.at(&out, &errs, args...))
	return ran{code, out.text.String(), errs.text.String()}
}

// at is the process of a command that writes to out and errs.
func (b *bed) at(out, errs *paper, args ...string) Process {
	return Process{
		Args: args, Stdin: strings.NewReader(""), Stdout: out, Stderr: errs, Dir: b.dir,
		LookupEnv: func(name string) (string, bool) { v, ok := b.env[name]; return v, ok },
		Now:       time.Now, Sleep: sleep, HTTP: b.http,
	}
}

// paper takes lines of several goroutines, as a real stream does.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// must runs a command that has to end with a code.
func (b *bed) must(code int, args ...string) ran {
	b.t.Helper()
	r := b.run(b.t.Context(), args...)
	if r.code != code {
		b.t.Fatalf("%s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), r.code, code, clipped(r.out), clipped(r.err))
	}
	return r
}

func clipped(s string) string {
	if len(s) > 3000 {
		return s[:1500] + "\n…\n" + s[len(s)-1500:]
	}
	return s
}

func (b *bed) read(name string) []byte {
	b.t.Helper()
	data, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// planned is what tests need of a plan.json.
type planned struct {
	ApprovalToken string `json:"approval_token"`
	Changes       []struct {
		ID, Op, Kind, Name string
		Gated              bool
	}
	Calls struct {
		Made, Needed, Seconds, Budget, Runs int
		Hourly                              bool
	}
	Findings []struct{ Kind, Name, Text string }
}

// plan is what plan --out says now.
func (b *bed) plan() planned {
	b.t.Helper()
	if r := b.run(b.t.Context(), "plan", "--out", "plan.json"); r.code != ExitDone {
		b.t.Fatalf("plan: exit code %d\n%s\n%s", r.code, clipped(r.out), r.err)
	}
	var p planned
	if err := json.Unmarshal(b.read("plan.json"), &p); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// audited is what the audit files of the last run say.
type audited struct {
	begun, ended  int // journal
	rows          []map[string]string
	good, bad     int  // rows of the success and the error log
	ExitCode      *int `json:"exit_code"`
	Totals        map[string]int
	Verified      bool
	LookedAt      []string                        `json:"looked_at"`
	NotTried      []struct{ Name, Status string } `json:"not_tried"`
	Errors        []string
	doneIDs, open map[string]bool // journal: ids that ended as done; ids that were begun and did not end
}

// lastRun is the folder of the last run in the audit folder.
func (b *bed) lastRun() string {
	b.t.Helper()
	runs := b.runs()
	if len(runs) == 0 {
		b.t.Fatal("there is no audit")
	}
	return "clockify-audit/" + runs[len(runs)-1].Folder
}

func (b *bed) runs() []audit.Listed {
	b.t.Helper()
	runs, err := audit.List(filepath.Join(b.dir, "clockify-audit"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		b.t.Fatal(err)
	}
	return runs
}

func (b *bed) audit() audited {
	b.t.Helper()
	a := audited{doneIDs: map[string]bool{}, open: map[string]bool{}}
	dir := b.lastRun()
	for line := range strings.Lines(string(b.read(dir + "/journal.jsonl"))) {
		var l struct{ Event, ID, Status string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			continue // a killed run's last line
		}
		switch l.Event {
		case "begin":
			a.begun++
			a.open[l.ID] = true
		case "end":
			a.ended++
			delete(a.open, l.ID)
			if l.Status == "done" {
				a.doneIDs[l.ID] = true
			}
		}
	}
	for _, name := range []string{"sync_success_log.csv", "sync_error_log.csv"} {
		all, err := csv.NewReader(bytes.NewReader(b.read(dir + "/" + name))).ReadAll()
		if err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		for _, row := range all[1:] {
			m := map[string]string{}
			for i, column := range all[0] {
				m[column] = row[i]
			}
			a.rows = append(a.rows, m)
		}
		if name == "sync_success_log.csv" {
			a.good = len(all) - 1
		} else {
			a.bad = len(all) - 1
		}
	}
	if err := json.Unmarshal(b.read(dir+"/run.json"), &a); err != nil {
		b.t.Fatal(err)
	}
	return a
}

// complete checks that there is one row for every change the run tried.
func (a audited) complete(t testing.TB) {
	t.Helper()
	if a.begun != a.ended || a.begun != len(a.rows) || a.begun != a.Totals["tried"] || a.good != len(a.doneIDs) || a.good != a.Totals["done"] {
		t.Errorf("journal: %d begun, %d ended, %d done; rows: %d, %d of them successes; run.json: %v",
			a.begun, a.ended, len(a.doneIDs), len(a.rows), a.good, a.Totals)
	}
}

// world is everything a state holds, in lines that name things as people do, sorted: ids do not count, doubles do.
func worldLines(s sandbox.State) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	email := map[string]string{}
	for _, u := range s.Users {
		email[u.ID] = u.Email
	}
	for _, w := range s.Workspaces {
		names := map[string]string{"": "-"}
		for _, g := range w.Groups {
			names[g.ID] = "group " + g.Name
			say("%s: group %s", w.Name, g.Name)
			for _, id := range g.UserIDs {
				say("%s: %s is in %s", w.Name, email[id], g.Name)
			}
		}
		for _, f := range w.CustomFields {
			names[f.ID] = f.Name
			say("%s: field %s %s %s %s", w.Name, f.Name, f.Type, f.EntityType, f.Status)
		}
		for _, c := range w.Clients {
			names[c.ID] = c.Name
		}
		for _, p := range w.Projects {
			names[p.ID] = names[p.ClientID] + "/" + p.Name
			say("%s: project %s", w.Name, names[p.ID])
		}
		for _, x := range w.Tags {
			names[x.ID] = x.Name
			say("%s: tag %s", w.Name, x.Name)
		}
		for _, x := range w.Tasks {
			names[x.ID] = x.Name
			say("%s: task %s of %s", w.Name, x.Name, names[x.ProjectID])
		}
		for _, m := range w.Members {
			say("%s: %s is %s, works %s", w.Name, email[m.UserID], m.Status, m.WorkCapacity)
			for id, v := range m.FieldValues {
				if v != nil && v != "" {
					say("%s: %s has %s %v", w.Name, email[m.UserID], names[id], v)
				}
			}
		}
		for _, r := range w.Roles {
			over := email[r.EntityID]
			if over == "" {
				over = names[r.EntityID]
			}
			say("%s: %s holds %s over %s", w.Name, email[r.UserID], r.Role, over)
		}
		for _, e := range w.Entries {
			var tags []string
			for _, id := range e.TagIDs {
				tags = append(tags, names[id])
			}
			slices.Sort(tags)
			say("%s: entry of %s in %s task %s from %s to %s: %q billable %v tags %v", w.Name, email[e.UserID], names[e.ProjectID],
				names[e.TaskID], e.Start.UTC().Format(time.RFC3339), e.End.UTC().Format(time.RFC3339), e.Description, e.Billable, tags)
		}
	}
	slices.Sort(lines)
	return lines
}

// differences lists what is only in one of two sorted lists, as many as fit into a message.
func differences(want, got []string) string {
	n := map[string]int{}
	for _, l := range want {
		n[l]--
	}
	for _, l := range got {
		n[l]++
	}
	var out []string
	for l, k := range n {
		switch {
		case k < 0:
			out = append(out, fmt.Sprintf("lost %d: %s", -k, l))
		case k > 0:
			out = append(out, fmt.Sprintf("too many %d: %s", k, l))
		}
	}
	slices.Sort(out)
	if len(out) > 20 {
		out = append(out[:20], fmt.Sprintf("and %d more", len(out)-20))
	}
	return strings.Join(out, "\n")
}

// company is a workspace of n people that has drifted from its users.csv: about 2.3 changes for each of them. Every
// fiftieth person left; two out of three have the wrong hours or company, every fourth the wrong manager and another
// fourth none; half of the managers have no group yet.
func company(n int) (sandbox.State, files) {
	var s sandbox.State
	w := s.AddWorkspace("Acme")
	field := w.AddUserField("Company", "TXT")
	owner := s.AddUser("owner@example.com", "Olga Owner")
	w.AddOwner(owner)
	s.AddKey("key-of-the-owner-0123456789", owner)
	head := s.AddUser("head@example.com", "Head Ofops")
	w.AddAdmin(head)
	w.AddGroupManager(head, w.AddGroup("Other functions"))

	var rows strings.Builder
	rows.WriteString("NTID email,Manager NTID email,Weekly Working Hours,Company (Label),Country (Label)\n")
	rows.WriteString("owner@example.com,head@example.com,40,Acme,Sweden\nhead@example.com,,40,Acme,Sweden\n")
	address := func(i int) string { return fmt.Sprintf("p%05d@example.com", i) }
	boss := func(i int) int { return (i - 1) / 10 }
	ids := make([]string, n)
	groups := map[int]string{}
	for i := range n {
		ids[i] = s.AddUser(address(i), fmt.Sprintf("Person %05d", i))
		m := w.AddMember(ids[i])
		m.WorkCapacity, m.FieldValues = "PT8H", map[string]any{field: "Acme"}
		if i%3 > 0 {
			m.WorkCapacity = "PT7H"
		}
		if i%5 == 0 {
			m.FieldValues[field] = "Old " + fmt.Sprint(i)
		}
		if i%50 == 7 {
			m.Status = "INACTIVE"
		}
		if i%100 == 9 {
			w.AddGhost(ids[i])
		}
	}
	managers := boss(n-1) + 1
	for m := range managers {
		if m%2 == 0 {
			groups[m] = w.AddGroup(fmt.Sprintf("Person %05d", m))
			w.AddGroupManager(ids[m], groups[m])
		}
	}
	join := func(m, i int) {
		for g := range w.Groups {
			if groups[m] != "" && w.Groups[g].ID == groups[m] {
				w.Groups[g].UserIDs = append(w.Groups[g].UserIDs, ids[i])
			}
		}
	}
	for i := range n {
		manager := "head@example.com"
		if i > 0 {
			manager = address(boss(i))
		}
		leaves := i%50 == 49 && i >= managers
		if !leaves {
			fmt.Fprintf(&rows, "%s,%s,40,Acme,Sweden\n", address(i), manager)
		}
		if i == 0 {
			continue
		}
		switch i % 4 {
		case 0:
			wrong := (boss(i) + 2) % managers
			if wrong != i {
				w.AddManager(ids[wrong], ids[i])
				join(wrong, i)
			}
		case 1:
		default:
			w.AddManager(ids[boss(i)], ids[i])
			join(boss(i), i)
		}
	}
	return s, files{"users.csv": rows.String(), "clockify-sync.yaml": `workspace:
  fallback_manager_email: head@example.com
  fallback_group_name: Other functions
field_mapping:
  Company (Label): Company
  Country (Label): Country
api:
  requests_per_second: 50
absent: deactivate
guards:
  max_removals: 100%
  max_changes: 100%
  max_deactivations: 100%
`}
}

// timesheet is one person's n entries of the past months, 28 a day, under a client of the workspace Agency, and the workspace Acme
// that they are to be mirrored to, which has its projects and none of the entries. Every hundredth entry is there twice.
// Half of the projects are missing at the agency, which is where they are to be made.
func timesheet(n int, now time.Time) (sandbox.State, files) {
	var s sandbox.State
	user := s.AddUser("anna@example.com", "Anna")
	s.AddKey("key-of-anna-0123456789", user)
	from := s.AddWorkspace("Agency")
	from.AddOwner(user)
	client := from.AddClient("Acme")
	const projects = 20
	var ids []string
	for i := range projects {
		if i%2 == 0 {
			ids = append(ids, from.AddProject(client, fmt.Sprintf("Project %02d", i)))
		}
	}
	every := 51 * time.Minute
	if n > 400_000 {
		every = 10 * time.Minute // all of them in this century
	}
	start := now.Add(-time.Duration(n+1) * every).Truncate(time.Minute)
	for i := range n {
		at := start.Add(time.Duration(i) * every)
		if i%100 == 99 {
			e := from.Entries[len(from.Entries)-1]
			from.AddEntry(user, e.ProjectID, e.Description, e.Start, e.End.Sub(e.Start))
			continue
		}
		from.AddEntry(user, ids[i%len(ids)], fmt.Sprintf("Work %d", i/7), at, 45*time.Minute)
	}
	source := from.ID
	to := s.AddWorkspace("Acme")
	to.AddOwner(user)
	for i := range projects {
		to.AddProject(to.AddClient(fmt.Sprintf("Department %02d", i)), fmt.Sprintf("Project %02d", i))
	}
	return s, files{"clockify-sync.yaml": fmt.Sprintf(`time_sync:
  - name: acme
    source: {workspace_id: %s, client_id: %s, user_id: %s}
    destination: {workspace_id: %s}
    from: %s
    to: %s
api:
  requests_per_second: 50
`, source, client, user, to.ID, start.Add(-time.Hour).Format(time.RFC3339), now.Format(time.RFC3339))}
}

package provider

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// sampledProfiles is how many single profiles are looked at when the list shows no field value of anybody.
const sampledProfiles = 3

// readProfiles fills in field values and capacities: from the bulk answers where they have them, else person by person.
func (w *Workspace) readProfiles(ctx context.Context, dir *state.Directory, spec *state.Users, rows []clockify.User) error {
	people := make(map[string]*state.Person, len(dir.People))
	for i := range dir.People {
		people[dir.People[i].Email] = &dir.People[i]
	}
	var declared, valued []string
	for _, row := range spec.People {
		if people[row.Email] == nil {
			continue
		}
		declared = append(declared, row.Email)
		if slices.ContainsFunc(row.Cells, func(c state.Cell) bool { return c.Text != "" }) {
			valued = append(valued, row.Email)
		}
	}
	if len(valued) == 0 {
		valued = declared
	}
	r := &profileReader{w: w, people: people, declared: map[string]bool{}}
	for _, email := range declared {
		r.declared[email] = true
	}
	mapped := len(dir.Fields) > 0
	if mapped {
		listed, err := r.listed(ctx, valued, rows)
		if err != nil {
			return err
		}
		if !listed { // nobody's values can be taken from the list
			want := declared
			// Protection asks what anybody in the workspace still holds; and who is marked as leaving is not in the CSV.
			// So does the number of somebody whose address changed.
			stranger := func(row state.Row) bool { return people[row.Email] == nil }
			if spec.Protect.Field != "" || spec.DeactivateAfter > 0 || spec.IDField != "" && slices.ContainsFunc(spec.People, stranger) {
				want = want[:0:0]
				for _, p := range dir.People {
					want = append(want, p.Email)
				}
			}
			if err := r.read(ctx, want); err != nil {
				return err
			}
		}
	}
	if spec.NoHours { // nobody's capacity is managed
		return nil
	}
	for _, email := range renamed(dir, spec, people) { // they get the hours of their row too
		if !r.declared[email] {
			r.declared[email] = true
			declared = append(declared, email)
		}
	}
	return r.capacities(ctx, dir, declared, len(rows))
}

// renamed lists the accounts that hold the number of a row whose address is not in the workspace.
func renamed(dir *state.Directory, spec *state.Users, people map[string]*state.Person) []string {
	i := slices.IndexFunc(dir.Fields, func(f state.Field) bool { return f.Name == spec.IDField })
	if spec.IDField == "" || i < 0 {
		return nil
	}
	numbers := map[string]bool{}
	for _, row := range spec.People {
		if number, err := plan.FieldText(dir.Fields[i], row.ID); people[row.Email] == nil && err == nil && number != "" {
			numbers[number] = true
		}
	}
	var accounts []string
	for _, p := range dir.People {
		if numbers[p.Fields[spec.IDField]] {
			accounts = append(accounts, p.Email)
		}
	}
	return accounts
}

// profileReader reads people's profiles, each once.
type profileReader struct {
	w        *Workspace
	people   map[string]*state.Person
	declared map[string]bool
	mu       sync.Mutex
	seen     map[string]bool
}

// listed takes field values from the rows of the people list and reports whether they can be trusted. Whether the list
// fills them everywhere is unproved (docs/clockify-api.md#field-values-in-the-list), so a list without a single value is checked against
// the profiles of a few people, of those who ought to have values.
func (r *profileReader) listed(ctx context.Context, valued []string, rows []clockify.User) (bool, error) {
	has, filled := false, false
	for _, row := range rows {
		has = has || row.CustomFields != nil
		filled = filled || len(row.CustomFields) > 0
	}
	if !has {
		return false, nil
	}
	if !filled {
		step := max(1, len(valued)/sampledProfiles)
		for i := 0; i < len(valued) && i < sampledProfiles*step; i += step {
			if err := r.read(ctx, valued[i:i+1]); err != nil {
				return false, err
			}
			if len(r.people[valued[i]].Fields) > 0 {
				return false, nil
			}
		}
		return true, nil
	}
	for _, row := range rows {
		values := make(map[string]any, len(row.CustomFields))
		for _, v := range row.CustomFields {
			values[v.CustomFieldID] = readValue(v.Value)
		}
		r.keep(lower(row.Email), values)
	}
	return true, nil
}

// keep stores the field values of a person, by field id.
func (r *profileReader) keep(email string, values map[string]any) {
	p, m := r.people[email], r.w.users[email]
	if p == nil {
		return
	}
	m.values = values
	p.Fields = map[string]string{}
	for name, f := range r.w.fields {
		if text := valueText(fieldOf(f), values[f.ID]); text != "" {
			p.Fields[name] = text
		}
	}
}

// capacities fills in the daily capacity of the declared people, of whom some may have been read already: in bulk
// where the workspace schedules and that takes fewer calls, else from the profiles.
func (r *profileReader) capacities(ctx context.Context, dir *state.Directory, declared []string, members int) error {
	missing := r.missing(declared)
	pages := (members + clockify.CapacityPage - 1) / clockify.CapacityPage
	if len(missing) > pages && (len(dir.Features) == 0 || dir.Has("SCHEDULING")) {
		t := &totals{r: r, from: dir.Now.UTC().Truncate(24 * time.Hour), left: len(missing), rows: map[int]int{}}
		err := t.read(ctx, pages, dir.Has("SCHEDULING"))
		switch {
		case clockify.IsStatus(err, 400, 402, 403, 404):
			r.w.Logger.Info("capacities are read person by person", "because", err)
		case err != nil:
			return fmt.Errorf("read the capacities: %w", err)
		}
		missing = r.missing(declared)
	}
	return r.read(ctx, missing)
}

// totals reads capacities in bulk until those of everybody who was declared are there.
type totals struct {
	r    *profileReader
	from time.Time
	left int         // declared people whose capacity is not known yet
	rows map[int]int // by page
}

// read reads pages side by side: as many as there are people in the workspace, and further ones while they are full and
// somebody is missing. Where it is not sure that they can be read at all, the first is read alone.
func (t *totals) read(ctx context.Context, pages int, sure bool) error {
	first := 1
	if !sure {
		if err := t.page(ctx, 1); err != nil {
			return err
		}
		first = 2
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(t.r.w.Workers)
	for n := first; n <= pages && t.missing(); n++ {
		group.Go(func() error { return t.page(gctx, n) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for n := pages + 1; pages > 1 && t.missing() && t.rows[n-1] > 0 && t.rows[n-1] >= t.rows[1]; n++ {
		if err := t.page(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (t *totals) missing() bool {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	return t.left > 0
}

func (t *totals) page(ctx context.Context, n int) error {
	rows, err := t.r.w.Reader.CapacityTotals(ctx, t.r.w.ID, t.from, t.from.Add(week), n)
	if err != nil {
		return err
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.rows[n] = len(rows)
	for _, row := range rows {
		p := t.r.people[t.r.w.emails[row.UserID]]
		if p == nil {
			continue
		}
		if t.r.declared[p.Email] && p.Capacity == state.CapacityUnknown {
			t.left--
		}
		p.Capacity = (time.Duration(row.CapacityPerDay) * time.Second).Round(time.Minute)
		p.Days = weekdays(row.WorkingDays)
	}
	return nil
}

func (r *profileReader) missing(declared []string) []string {
	var missing []string
	for _, email := range declared {
		if r.people[email].Capacity == state.CapacityUnknown {
			missing = append(missing, email)
		}
	}
	return missing
}

// read reads the profiles of single people, those not read before.
func (r *profileReader) read(ctx context.Context, emails []string) error {
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.w.Workers)
	for _, email := range emails {
		if r.seen[email] {
			continue
		}
		r.seen[email] = true
		group.Go(func() error {
			profile, err := r.w.Reader.MemberProfile(ctx, r.w.ID, r.w.users[email].id)
			if err != nil {
				return fmt.Errorf("read the profile of %s: %w", email, err)
			}
			values := make(map[string]any, len(profile.UserCustomFieldValues))
			for _, v := range profile.UserCustomFieldValues {
				values[v.CustomFieldID] = readValue(v.Value)
			}
			capacity, err := parseDuration(profile.WorkCapacity)
			if err != nil {
				return fmt.Errorf("read the profile of %s: %w", email, err)
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.keep(email, values)
			r.people[email].Capacity, r.people[email].Days = capacity, weekdays(profile.WorkingDays)
			return nil
		})
	}
	return group.Wait()
}

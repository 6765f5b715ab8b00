package provider

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// probes is how many single profiles are looked at when the list shows no field value of anybody.
const probes = 3

// capacityPage is how many people one page of the totals call holds (docs/clockify-api.md#capacity-totals).
const capacityPage = 200

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
	r := &profileReader{w: w, people: people}
	mapped := len(dir.Fields) > 0
	if mapped {
		listed, err := r.listed(ctx, valued, rows)
		if err != nil {
			return err
		}
		if !listed { // nobody's values can be taken from the list
			want := declared
			// Protection asks what anybody in the workspace still holds; and who is marked as leaving is not in the CSV.
			if spec.Protect.Field != "" || spec.DeactivateAfter > 0 {
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
	return r.capacities(ctx, dir, declared, len(rows))
}

// profileReader reads people's profiles, each once.
type profileReader struct {
	w      *Workspace
	people map[string]*state.Person
	mu     sync.Mutex
	seen   map[string]bool
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
		step := max(1, len(valued)/probes)
		for i := 0; i < len(valued) && i < probes*step; i += step {
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
	pages := (members + capacityPage - 1) / capacityPage
	if len(missing) > pages && (len(dir.Features) == 0 || dir.Has("SCHEDULING")) {
		now := dir.Now.UTC().Truncate(24 * time.Hour)
		totals, err := clockify.All(func() seq[clockify.CapacityTotal] {
			return r.w.Reader.CapacityTotals(ctx, r.w.ID, now, now.Add(week))
		})
		switch {
		case clockify.IsStatus(err, 400, 402, 403, 404):
			r.w.Logger.Info("capacities are read person by person", "because", err)
		case err != nil:
			return fmt.Errorf("read the capacities: %w", err)
		}
		for _, t := range totals {
			if p := r.people[r.w.emails[t.UserID]]; p != nil {
				p.Capacity = (time.Duration(t.CapacityPerDay) * time.Second).Round(time.Minute)
			}
		}
		missing = r.missing(declared)
	}
	return r.read(ctx, missing)
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
			r.people[email].Capacity = capacity
			return nil
		})
	}
	return group.Wait()
}

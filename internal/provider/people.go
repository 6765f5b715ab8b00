package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// user finds a person's id. Everybody a plan names was read, or invited earlier in the run.
func (w *Workspace) user(email string) (*member, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.users[email]; m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("%s is not among the people that were read", email)
}

// row reads one person again. Nil: they are not in the workspace.
func (w *Workspace) row(ctx context.Context, email string) (*clockify.User, error) {
	query := clockify.UsersQuery{Email: email, Memberships: "WORKSPACE", IncludeRoles: true}
	rows, err := clockify.All(func() seq[clockify.User] { return w.Writer.Users(ctx, w.ID, query) })
	if err != nil {
		return nil, err
	}
	for i := range rows { // the filter matches parts of addresses too
		if lower(rows[i].Email) == email {
			return &rows[i], nil
		}
	}
	return nil, nil
}

// invite adds a person. The answer is the workspace, so the new member's id is looked up by email afterwards.
func (w *Workspace) invite(a plan.Person) operation {
	find := func(ctx context.Context) (bool, error) {
		row, err := w.row(ctx, a.Email)
		if err != nil || row == nil {
			return false, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.users[a.Email] = newMember(row.ID)
		w.emails[row.ID] = a.Email
		return true, nil
	}
	return operation{people: true, check: find, do: func(ctx context.Context) error {
		if _, err := w.Writer.InviteUser(ctx, w.ID, a.Email, a.SendEmail); err != nil {
			return err
		}
		for _, wait := range lookDelays {
			if wait > 0 {
				if err := w.Sleep(ctx, wait); err != nil {
					return err
				}
			}
			if found, err := find(ctx); err != nil || found {
				return err
			}
		}
		return fmt.Errorf("%s was invited, and Clockify does not list them", a.Email)
	}}
}

func (w *Workspace) setActive(a plan.Person) (operation, error) {
	m, err := w.user(a.Email)
	if err != nil {
		return operation{}, err
	}
	want := "INACTIVE"
	if a.Active {
		want = "ACTIVE"
	}
	return operation{
		people: true,
		check: func(ctx context.Context) (bool, error) {
			row, err := w.row(ctx, a.Email)
			if err != nil || row == nil {
				return false, err
			}
			for _, ms := range row.Memberships {
				if ms.TargetID == w.ID {
					return ms.Status == want, nil
				}
			}
			return false, nil
		},
		do: func(ctx context.Context) error {
			_, err := w.Writer.SetUserStatus(ctx, w.ID, m.id, a.Active)
			return err
		},
	}, nil
}

// setProfile writes capacity and field values in one call. Whether Clockify merges the values it is sent with those it
// has or replaces them all is unproved (docs/clockify-api.md#profile), so every value the person has goes along.
func (w *Workspace) setProfile(a plan.Profile) (operation, error) {
	m, err := w.user(a.Person)
	if err != nil {
		return operation{}, err
	}
	var sent clockify.ProfilePatch
	return operation{
		turn: m.turn,
		do: func(ctx context.Context) error {
			var patch clockify.ProfilePatch
			if a.Capacity != nil {
				text := plan.DurationText(*a.Capacity)
				patch.WorkCapacity = &text
			}
			patch.WorkingDays = dayNames(a.Days)
			after := map[string]any{}
			if len(a.Values) > 0 {
				maps.Copy(after, m.values)
				for _, v := range a.Values {
					f, ok := w.field(v.Field)
					if !ok {
						return fmt.Errorf("the custom field %q is not among those that were read", v.Field)
					}
					after[f.ID] = writeValue(fieldOf(f), v.Text)
				}
				patch.UserCustomFields = w.fieldValues(after)
			}
			sent = patch
			if _, err := w.Writer.PatchMemberProfile(ctx, w.ID, m.id, patch); err != nil {
				return err
			}
			if len(a.Values) > 0 {
				m.values = after
			}
			return nil
		},
		check: func(ctx context.Context) (bool, error) { return w.profileIs(ctx, m, sent) },
	}, nil
}

// profileIs reports whether a person's profile reads as it was sent, and keeps its values if so.
func (w *Workspace) profileIs(ctx context.Context, m *member, sent clockify.ProfilePatch) (bool, error) {
	profile, err := w.Writer.MemberProfile(ctx, w.ID, m.id)
	if err != nil {
		return false, err
	}
	if sent.WorkCapacity != nil {
		want, err := parseDuration(*sent.WorkCapacity)
		if err != nil {
			return false, err
		}
		if got, err := parseDuration(profile.WorkCapacity); err != nil || got != want {
			return false, err
		}
	}
	if len(sent.WorkingDays) > 0 && !slices.Equal(weekdays(sent.WorkingDays), weekdays(profile.WorkingDays)) {
		return false, nil
	}
	values := map[string]any{}
	for _, v := range profile.UserCustomFieldValues {
		values[v.CustomFieldID] = readValue(v.Value)
	}
	for _, v := range sent.UserCustomFields {
		if rawText(values[v.CustomFieldID]) != rawText(v.Value) {
			return false, nil
		}
	}
	m.values = values
	return true, nil
}

// fieldValues lists values in the order of the fields' names, leaving out what Clockify would refuse together with all
// the rest: values of inactive or unknown fields, and dropdown values that are no longer allowed.
func (w *Workspace) fieldValues(values map[string]any) []clockify.FieldValue {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []clockify.FieldValue
	for _, name := range keys(w.fields) {
		f := w.fields[name]
		if v, ok := values[f.ID]; ok && f.Status != "INACTIVE" && takes(fieldOf(f), v) {
			list = append(list, clockify.FieldValue{CustomFieldID: f.ID, Value: v})
		}
	}
	return list
}

func (w *Workspace) field(name string) (clockify.CustomField, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.fields[name]
	return f, ok
}

// createField makes a user field that everybody sees. Clockify may leave a new field inactive
// (docs/clockify-api.md#new-field): then it is activated, and where that fails a person has to.
func (w *Workspace) createField(a plan.CustomField) operation {
	keep := func(ctx context.Context, f clockify.CustomField) error {
		if f.Status == "INACTIVE" {
			f.Status = "VISIBLE"
			active, err := w.Writer.UpdateCustomField(ctx, w.ID, f)
			if err != nil || active.Status == "INACTIVE" {
				return fmt.Errorf("the new field is inactive; an admin has to activate it (Workspace settings, Custom fields, Users): %w", errors.Join(err, errInactive))
			}
			f = active
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.fields[a.Name] = f
		return nil
	}
	return operation{
		check: func(ctx context.Context) (bool, error) {
			fields, err := w.Writer.CustomFields(ctx, w.ID, "USER")
			if err != nil {
				return false, err
			}
			for _, f := range fields {
				if f.Name == a.Name {
					return true, keep(ctx, f)
				}
			}
			return false, nil
		},
		do: func(ctx context.Context) error {
			f, err := w.Writer.CreateCustomField(ctx, w.ID, clockify.NewCustomField{Name: a.Name, Type: "TXT", EntityType: "USER", Status: "VISIBLE"})
			if err != nil {
				return err
			}
			return keep(ctx, f)
		},
	}
}

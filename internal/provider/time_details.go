package provider

import (
	"context"
	"encoding/json"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// dropNames takes the ids of tags and tasks away where nothing will be written for them.
func (r *timeReader) dropNames() {
	for _, p := range r.people {
		dropNames(p)
	}
}

func dropNames(p *person) {
	for _, list := range [][]state.Entry{p.have.Source.Entries, p.have.Destination.Entries} {
		for i := range list {
			list[i].Task, list[i].Tags = "", nil
		}
	}
}

// details reads what planning changes needs beside the entries: names in the place of ids, whose the keys are, and what
// the destination demands.
func (r *timeReader) details(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.keyOwners(gctx) })
	group.Go(func() error { return r.rules(gctx) })
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.names(ctx); err != nil {
		return err
	}
	for _, p := range r.people {
		p.have.Source.ProjectMakers, p.have.Source.Tags = r.source.ProjectMakers, r.source.Tags
		d := &p.have.Destination
		d.Rules, d.FixedBillable = r.dest.Rules, r.dest.FixedBillable
		d.Projects, d.Tags, d.ArchivedTags = r.dest.Projects, r.dest.Tags, r.dest.ArchivedTags
	}
	return r.approvals(ctx)
}

// keyOwners finds out whose the keys are, where it counts: whoever writes for others needs a feature that the destination
// lacks, or syncs of one target and of several people have to know each other's.
func (r *timeReader) keyOwners(ctx context.Context) error {
	if r.dest.Has("ADD_TIME_FOR_OTHERS") && (r.sync.Several() || !r.shared) {
		return nil
	}
	source, err := r.src.w.Account.self(ctx)
	if err != nil {
		return wrap(r.of("ask for the source key's user"), err)
	}
	dest, err := r.dst.w.Account.self(ctx)
	if err != nil {
		return wrap(r.of("ask for the destination key's user"), err)
	}
	for _, p := range r.people {
		if p.source == source.ID {
			p.have.Source.User, p.have.Source.IsKeyOwner = lower(source.Email), true
		}
		if p.destination == dest.ID {
			p.have.Destination.User, p.have.Destination.IsKeyOwner = lower(dest.Email), true
		}
	}
	return nil
}

// rules finds out what the destination demands of entries, and who may create projects in the source. Required parts bind
// admins too, locks and the timer do not (docs/clockify-api.md#required-parts, #locked-periods, #timer-only).
func (r *timeReader) rules(ctx context.Context) error {
	settings := r.dst.workspace.Settings
	rules := state.EntryRules{NeedsTask: settings.ForceTasks, NeedsTag: settings.ForceTags, NeedsDescription: settings.ForceDescription}
	locked := lockedBefore(settings, r.dst.w.Now())
	timer := settings.TimeTrackingMode == "STOPWATCH_ONLY"
	if settings.OnlyAdminsCanChangeBillableStatus || timer || !locked.IsZero() {
		admin, err := r.dst.admin(ctx)
		if err != nil {
			return wrap(r.of("ask whether the key is an admin's"), err)
		}
		if !admin {
			rules.TimerOnly, rules.LockedBefore = timer, locked.UTC()
			r.fixed = settings.OnlyAdminsCanChangeBillableStatus
		}
	}
	r.dest.FixedBillable = r.fixed
	if slices.Contains(r.dest.Features, "REQUIRED_FIELDS") && !r.nothingRequired() || len(r.sync.Defaults.Fields) > 0 {
		fields, err := r.dst.fields(ctx)
		if err != nil && !clockify.IsStatus(err, 402, 403) {
			return wrap(r.of("list the destination's custom fields"), err)
		}
		rules.Fields = []string{}
		for _, f := range fields {
			if f.EntityType == "USER" || f.Status == "INACTIVE" {
				continue
			}
			rules.Fields = append(rules.Fields, f.Name)
			if f.Required && readValue(f.WorkspaceDefaultValue) == nil {
				rules.NeedsFields = append(rules.NeedsFields, f.Name)
			}
		}
	}
	r.dest.Rules = rules
	return r.projectMakers(ctx)
}

// nothingRequired reports whether an entry of the window has no value in any custom field: it was taken without.
func (r *timeReader) nothingRequired() bool {
	return slices.ContainsFunc(r.people, func(p *person) bool {
		return !p.bulk && slices.ContainsFunc(p.have.Destination.Entries, func(e state.Entry) bool {
			return e.Project != "" && !e.End.IsZero() && r.inWindow(e.Start) &&
				!slices.ContainsFunc(r.kept[e.ID], func(v clockify.FieldValue) bool { raw, _ := v.Value.(json.RawMessage); return filled(raw) })
		})
	})
}

// projectMakers finds out whether the key may create projects in the source.
func (r *timeReader) projectMakers(ctx context.Context) error {
	who := r.src.workspace.Settings.EntityCreationPermissions.WhoCanCreateProjectsAndClients
	if who == "" || who == "EVERYONE" || r.sync.Projects == state.ProjectsNone || !r.projectsMissing() {
		return nil
	}
	roles, err := r.src.roles(ctx)
	if err != nil {
		return wrap(r.of("ask for the key's roles in the source"), err)
	}
	may := slices.ContainsFunc(roles, func(role clockify.UserRole) bool {
		return role.Owner() || role.Role == clockify.RoleAdmin || role.Role == "PROJECT_MANAGER" && who == "ADMINS_AND_PROJECT_MANAGERS"
	})
	if !may {
		r.source.ProjectMakers = who
	}
	return nil
}

// projectsMissing reports whether a project of the destination may have to be created in the source.
func (r *timeReader) projectsMissing() bool {
	there := map[string]bool{}
	for _, p := range r.source.Projects {
		there[p.Name] = true
	}
	return slices.ContainsFunc(r.dest.Projects, func(p state.Project) bool { return !p.Archived && !there[p.Name] })
}

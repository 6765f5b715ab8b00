package provider

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/clockify-sync/clockify-sync/internal/clockify"
	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// who finds out whose entries are mirrored. Several people are found by their addresses in the lists of people, which an
// admin's key alone may read.
func (r *timeReader) who(ctx context.Context) error {
	if !r.sync.Several() {
		r.people = []*person{r.newPerson(r.sync.Source.UserID, r.sync.Destination.UserID, "", "")}
		return nil
	}
	var source, dest []clockify.User
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		source, err = r.src.users(gctx)
		return r.mayNotList("source", r.src, err)
	})
	group.Go(func() (err error) {
		dest, err = r.dst.users(gctx)
		return r.mayNotList("destination", r.dst, err)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	from, to := membersOf(r.src.w.ID, source), membersOf(r.dst.w.ID, dest)
	r.people = nil
	for _, pair := range r.pairs(from, to) {
		if !inShard(pair.Destination, r.sync.Shard, r.sync.Shards) {
			continue
		}
		a, b := from[pair.Source], to[pair.Destination]
		p := r.newPerson(a.id, b.id, pair.Source, pair.Destination)
		switch {
		case a.id == "":
			p.have.Missing = r.source.Workspace
			p.have.Destination.User = "" // it is the source's address that is not there
		case b.id == "":
			p.have.Missing = r.dest.Workspace
		}
		p.have.Source.Inactive, p.have.Destination.Inactive = !a.active, !b.active
		r.people = append(r.people, p)
	}
	return nil
}

func (r *timeReader) mayNotList(side string, c *workspaceCache, err error) error {
	if clockify.IsStatus(err, 403) {
		return &Denied{r.setting(side), fmt.Sprintf("this key may not list the people of workspace %q, and read and write for others: use an admin's key", c.workspace.Name), err}
	}
	return wrap(r.of("list the "+side+"'s people"), err)
}

// membership is a person's place in a workspace.
type membership struct {
	id     string
	active bool
}

func membersOf(workspace string, rows []clockify.User) map[string]membership {
	members := map[string]membership{}
	for _, row := range rows {
		active := slices.ContainsFunc(row.Memberships, func(m clockify.Membership) bool { return m.TargetID == workspace && m.Status == "ACTIVE" })
		if email := lower(row.Email); email != "" {
			members[email] = membership{row.ID, active}
		}
	}
	return members
}

// pairs lists the people of the sync: those declared, or all who are active in both workspaces.
func (r *timeReader) pairs(from, to map[string]membership) []state.PersonPair {
	if !r.sync.AllPeople {
		return r.sync.People
	}
	var list []state.PersonPair
	for email, a := range from {
		if b := to[email]; a.active && b.active {
			list = append(list, state.PersonPair{Source: email, Destination: email})
		}
	}
	slices.SortFunc(list, func(a, b state.PersonPair) int { return strings.Compare(a.Destination, b.Destination) })
	return list
}

// inShard reports whether a person is of the part, by a hash that never changes.
func inShard(email string, shard, of int) bool {
	if shard == 0 || of < 2 {
		return true
	}
	h := fnv.New32a()
	_, _ = io.WriteString(h, email) // a hash takes everything
	return int(h.Sum32()%uint32(of)) == shard-1
}

func (r *timeReader) newPerson(source, destination, sourceEmail, email string) *person {
	p := &person{source: source, destination: destination, email: email}
	p.have = state.TimeState{
		Sync: r.sync.Name, Place: r.sync.Destination.WorkspaceID + " " + destination, From: r.from, To: r.to,
		Source: r.source, Destination: r.dest,
	}
	p.have.Source.User, p.have.Destination.User = sourceEmail, email
	p.have.Destination.Inactive = inactive(r.dst.workspace, destination)
	return p
}

// inactive reports whether the workspace lists the user as deactivated.
func inactive(w clockify.Workspace, user string) bool {
	return slices.ContainsFunc(w.Memberships, func(m clockify.Membership) bool {
		return m.UserID == user && m.TargetID == w.ID && m.Status == "INACTIVE"
	})
}

// listed reports whether the workspace lists the user.
func listed(w clockify.Workspace, user string) bool {
	return slices.ContainsFunc(w.Memberships, func(m clockify.Membership) bool { return m.UserID == user })
}

// personOf is whom a change is about.
func (t *Time) personOf(email string) (*person, error) {
	if len(t.people) == 1 {
		return t.people[0], nil
	}
	for _, p := range t.people {
		if p.email == email {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s is not among the people that were read", email)
}

package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/plan"
)

// htmlSync is one time sync by project.
type htmlSync struct {
	Name, Workspace, Window string
	Written                 bool // the column of what was written
	Projects                []htmlProject
	Sum                     htmlProject
}

type htmlProject struct {
	Name, Note           string
	New, Edited, Deleted string
	Hours, Written       string
	Wide                 float64 // of the bar, in per cent
	add, edit, remove    int
	hours, written       time.Duration
}

// hours adds up each time sync's entries by project.
func (b *htmlBuilder) hours(page *htmlPage) {
	for _, s := range b.syncs {
		sync := htmlSync{Name: visible(s.name), Workspace: visible(s.subject.Workspace), Written: b.after != nil}
		if from, to := day(s.subject.From), day(s.subject.To); from != "" && to != "" {
			sync.Window = from + " to " + to
		}
		at := map[string]*htmlProject{}
		project := func(name string) *htmlProject {
			p := at[name]
			if p == nil {
				p = &htmlProject{Name: tip(name)}
				at[name] = p
			}
			return p
		}
		for i, c := range b.plan.Changes {
			if c.Domain != plan.Time || c.Sync != s.name {
				continue
			}
			switch c.Ref.Kind {
			case plan.KindProject:
				project(c.Ref.Name).Note = "created in " + visible(c.Ref.Workspace)
			case plan.KindEntry:
				e := entryOf(&b.plan.Changes[i])
				for _, p := range []*htmlProject{project(e.project), &sync.Sum} {
					p.count(c.Op, e.length, b.results[i] == "done")
				}
			}
		}
		if len(at) == 0 {
			continue
		}
		longest := time.Duration(1)
		for _, p := range at {
			longest = max(longest, p.hours)
		}
		for _, p := range at {
			p.Wide = 100 * float64(p.hours) / float64(longest)
			p.say()
			sync.Projects = append(sync.Projects, *p)
		}
		slices.SortFunc(sync.Projects, func(x, y htmlProject) int {
			return cmp.Or(cmp.Compare(y.hours, x.hours), cmp.Compare(x.Name, y.Name))
		})
		sync.Sum.say()
		page.Syncs = append(page.Syncs, sync)
	}
}

func (p *htmlProject) count(op plan.Op, length time.Duration, done bool) {
	switch op {
	case plan.Create:
		p.add++
	case plan.Update:
		p.edit++
	default:
		p.remove++
		return
	}
	p.hours += length
	if done {
		p.written += length
	}
}

func (p *htmlProject) say() {
	p.New, p.Edited, p.Deleted = number(p.add), number(p.edit), number(p.remove)
	if p.add+p.edit > 0 {
		p.Hours, p.Written = total(p.hours), total(p.written)
	}
}

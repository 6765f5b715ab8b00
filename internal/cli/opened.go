package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/clockify-sync/clockify-sync/internal/plan/state"
)

// opened is a workspace that a key opened.
type opened struct{ id, name, self string }

// openings are those of a run, each once, in the order in which they were opened.
type openings struct {
	mu   sync.Mutex
	list []opened
}

func (o *openings) add(one opened) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.list {
		if had := &o.list[i]; had.id == one.id && (had.self == one.self || had.self == "" || one.self == "") {
			had.self = cmp.Or(had.self, one.self) // it may be told before the key's user is known
			return
		}
	}
	o.list = append(o.list, one)
}

// roleOf is what the key's user may do in a workspace.
func roleOf(dir *state.Directory) string {
	if dir == nil {
		return ""
	}
	for _, p := range dir.People {
		switch {
		case p.Email != dir.Self:
		case p.Owner:
			return "owner"
		case p.Admin:
			return "admin"
		default:
			return "member"
		}
	}
	return ""
}

// headline names what was opened and with whose key. The workspace of the user sync comes first, and those of time syncs
// that were opened with the same key need no line of their own.
func (r *run) headline() string {
	main, _ := r.workspaceID() // empty where there is none
	r.opened.mu.Lock()
	defer r.opened.mu.Unlock()
	list := slices.Clone(r.opened.list)
	slices.SortStableFunc(list, func(a, b opened) int {
		return rank(a.id == main) - rank(b.id == main)
	})
	var b strings.Builder
	for _, o := range list {
		if len(list) > 1 && list[0].id == main && o.id != main && (o.self == "" || o.self == list[0].self) {
			continue
		}
		fmt.Fprintf(&b, "%s (%s)", visible(o.name), o.id)
		if o.self != "" {
			fmt.Fprintf(&b, ", key of %s", visible(o.self))
		}
		if o.id == main && r.role != "" {
			b.WriteString(", " + r.role)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// rank sorts what is true first.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

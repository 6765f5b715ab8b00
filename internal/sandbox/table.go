package sandbox

import (
	"maps"
	"slices"
)

// table holds rows by id in the order they came. A row is never changed in place: put replaces it, so that a clone of the
// table is a snapshot.
type table[T any] struct {
	rows  []*T
	index map[string]int
	dead  int
}

func (t *table[T]) get(id string) *T {
	if i, ok := t.index[id]; ok {
		return t.rows[i]
	}
	return nil
}

func (t *table[T]) put(id string, row *T) {
	if t.index == nil {
		t.index = map[string]int{}
	}
	if i, ok := t.index[id]; ok {
		t.rows[i] = row
		return
	}
	t.index[id] = len(t.rows)
	t.rows = append(t.rows, row)
}

func (t *table[T]) del(id string, idOf func(*T) string) {
	i, ok := t.index[id]
	if !ok {
		return
	}
	delete(t.index, id)
	t.rows[i] = nil
	t.dead++
	if t.dead > 64 && t.dead > len(t.rows)/2 {
		t.rows = slices.DeleteFunc(t.rows, func(r *T) bool { return r == nil })
		for i, r := range t.rows {
			t.index[idOf(r)] = i
		}
		t.dead = 0
	}
}

func (t *table[T]) len() int { return len(t.index) }

func (t *table[T]) all(yield func(*T) bool) {
	for _, r := range t.rows {
		if r != nil && !yield(r) {
			return
		}
	}
}

func (t *table[T]) clone() table[T] {
	return table[T]{slices.Clone(t.rows), maps.Clone(t.index), t.dead}
}

func (t *table[T]) list(deep func(T) T) []T {
	if t.len() == 0 {
		return nil
	}
	out := make([]T, 0, t.len())
	for r := range t.all {
		out = append(out, deep(*r))
	}
	return out
}

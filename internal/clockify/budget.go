package clockify

import (
	"math"
	"sync"
)

// Budget bounds HTTP attempts. One of a run holds those of its workspaces, since a free workspace
// has a limit of its own (docs/clockify-api.md#free-workspace).
type Budget struct {
	whole *Budget // what this one is a part of; nil: nothing

	mu                  sync.Mutex
	max, used, reserved int
}

// NewBudget returns a budget of max attempts; 0 or less is unlimited.
func NewBudget(max int) *Budget { return &Budget{max: max} }

// Part returns an unlimited part of b: an attempt taken from it is taken from b too.
func (b *Budget) Part() *Budget { return &Budget{whole: b} }

// Take counts one attempt, or returns ErrBudget when none is left.
func (b *Budget) Take() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left() <= 0 {
		return ErrBudget
	}
	if b.whole != nil {
		if err := b.whole.Take(); err != nil {
			return err
		}
	}
	b.used++
	return nil
}

// Cap lowers the budget to max attempts in all, those taken so far included. It never raises it.
func (b *Budget) Cap(max int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if max > 0 && (b.max <= 0 || max < b.max) {
		b.max = max
	}
}

// Max is the number of attempts the budget began with; 0 is unlimited.
func (b *Budget) Max() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.max)
}

// Reserve keeps n attempts back for later; until Release, Take stops that much earlier.
func (b *Budget) Reserve(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved += max(0, n)
}

// Release gives everything that was reserved back to Take.
func (b *Budget) Release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved = 0
}

// Used is the number of attempts taken.
func (b *Budget) Used() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Left is the number of attempts Take would still give; math.MaxInt when unlimited.
func (b *Budget) Left() int {
	b.mu.Lock()
	left := b.left()
	b.mu.Unlock()
	if b.whole != nil {
		left = min(left, b.whole.Left())
	}
	return left
}

func (b *Budget) left() int {
	if b.max <= 0 {
		return math.MaxInt
	}
	return max(0, b.max-b.used-b.reserved)
}

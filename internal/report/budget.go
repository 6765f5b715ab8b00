package report

import (
	"slices"
	"strings"
)

// page puts Markdown together within a budget. What must stand there stands; the sections share what is left, the most
// important first, and say how much of them is missing.
type page struct {
	budget int
	blocks []block
}

// block is a part of a page, in the order in which it stands.
type block struct {
	head, foot string
	rows       []string
	more       func(left int) string // a last row instead of those that are missing
	unlisted   int                   // rows there are beside these
	rank       int                   // 0: never cut; else the higher, the sooner it is cut
	whole      bool                  // all of its rows or nothing of the block
}

func (p *page) fixed(text string) { p.blocks = append(p.blocks, block{head: text}) }

func (p *page) add(b block) {
	if len(b.rows) > 0 || b.head != "" {
		p.blocks = append(p.blocks, b)
	}
}

// of tells how many rows there are in all, where not all of them are listed.
func (b block) of(total int) block {
	b.unlisted = max(0, total-len(b.rows))
	return b
}

// size is what a block takes with the first so many of its rows.
func (b *block) size(rows int) int {
	n := len(b.head) + len(b.foot)
	for _, r := range b.rows[:rows] {
		n += len(r)
	}
	return n
}

// frame is what a block takes without any of its rows.
func (b *block) frame() int {
	if b.more == nil {
		return b.size(0)
	}
	return b.size(0) + len(b.more(len(b.rows)+b.unlisted))
}

// render fits the blocks into the budget. ok is false when what may not be cut does not fit.
func (p *page) render() (body string, cut, ok bool) {
	left := p.budget
	var flexible []int
	taken := make([]int, len(p.blocks)) // rows of each block; -1: not even its frame
	for i := range p.blocks {
		if b := &p.blocks[i]; b.rank == 0 {
			taken[i] = len(b.rows)
			left -= b.size(taken[i])
		} else {
			taken[i] = -1
			flexible = append(flexible, i)
		}
	}
	if left < 0 {
		return "", true, false
	}
	slices.SortStableFunc(flexible, func(a, b int) int { return p.blocks[a].rank - p.blocks[b].rank })
	for _, i := range flexible {
		if n := p.blocks[i].frame(); !p.blocks[i].whole && n <= left {
			taken[i] = 0
			left -= n
		}
	}
	// A share for everyone first, so that one long section does not silence all others, then the rest by importance.
	share := left / (2 * max(1, len(flexible)))
	for _, most := range []int{share, left} {
		for _, i := range flexible {
			b, room := &p.blocks[i], min(most, left)
			if n := b.size(len(b.rows)); b.whole && taken[i] < 0 && n <= room {
				taken[i] = len(b.rows)
				left -= n
			}
			for taken[i] >= 0 && taken[i] < len(b.rows) && len(b.rows[taken[i]]) <= room {
				room -= len(b.rows[taken[i]])
				left -= len(b.rows[taken[i]])
				taken[i]++
			}
		}
	}
	var text strings.Builder
	for i, b := range p.blocks {
		if taken[i] < 0 {
			cut = true
			continue
		}
		text.WriteString(b.head)
		for _, r := range b.rows[:taken[i]] {
			text.WriteString(r)
		}
		if missing := len(b.rows) + b.unlisted - taken[i]; missing > 0 {
			cut = true
			text.WriteString(b.more(missing))
		}
		text.WriteString(b.foot)
	}
	return text.String(), cut, true
}

package github

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// MaxSummary is the size, in bytes, that the summary of a step is kept under.
// The runner refuses the whole of one above 1 MiB (docs/github.md#summaries).
const MaxSummary = 900 << 10

// summaryNote ends a summary that was cut.
const summaryNote = "\n> **The summary is cut here**: GitHub shows no more than 1 MiB. The whole is in the artifact.\n"

// Summary adds Markdown to the step's summary at path (GITHUB_STEP_SUMMARY); with
// "" it goes nowhere. What is too long is cut at a line and says so.
func Summary(path, markdown string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	if !strings.HasSuffix(markdown, "\n") {
		markdown += "\n"
	}
	markdown = cutSummary(markdown, MaxSummary-1-int(min(info.Size(), MaxSummary)))
	if markdown == "" {
		return nil
	}
	if err := appendFile(path, strings.TrimSuffix(markdown, "\n")); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

// cutSummary keeps at most room bytes of whole lines, closing what they left
// open so that the note stands outside of it.
func cutSummary(markdown string, room int) string {
	if len(markdown) <= room {
		return markdown
	}
	// What closing may take: a fence and the folds, which nest a few deep.
	const closing = 256
	room -= len(summaryNote) + closing
	if room <= 0 {
		return ""
	}
	kept := markdown[:strings.LastIndexByte(markdown[:room], '\n')+1]
	end := closeOpen(kept)
	if len(end) > closing {
		end = ""
	}
	return kept + end + summaryNote
}

var (
	fenceLine = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})")
	details   = regexp.MustCompile(`(?i)<(/?)details\b`)
)

// closeOpen is what ends the fence and the <details> that markdown leaves open.
func closeOpen(markdown string) string {
	fence, folds := "", 0
	for line := range strings.Lines(markdown) {
		m := fenceLine.FindStringSubmatch(line)
		switch {
		case fence == "" && m != nil:
			fence = m[1]
		case fence != "":
			if m != nil && strings.HasPrefix(m[1], fence) && strings.TrimSpace(line) == m[1] {
				fence = ""
			}
		default:
			for _, tag := range details.FindAllStringSubmatch(line, -1) {
				if tag[1] == "" {
					folds++
				} else if folds > 0 {
					folds--
				}
			}
		}
	}
	end := ""
	if fence != "" {
		end = fence + "\n"
	}
	return end + strings.Repeat("\n</details>\n", folds)
}

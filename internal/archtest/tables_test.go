package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A room is a row of the table "Rooms" of ARCHITECTURE.md: its floor and the rooms it imports.
type room struct {
	floor          int
	imports, tests []string
}

// A module is a row of the table "Dependencies": the rooms that use it. "every" stands for all of them.
type module struct{ rooms, tests []string }

// rows returns the cells of the table whose first column has a name, without its header and backticks.
func rows(page, firstColumn string) (table [][]string) {
	inside := false
	for line := range strings.Lines(strings.ReplaceAll(page, "`", "")) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		if inside && !strings.HasPrefix(cells[0], "---") {
			table = append(table, cells)
		}
		inside = inside || cells[0] == firstColumn
	}
	return table
}

// words splits a cell such as "plan, text; tests: sandbox".
func words(cell string) (code, tests []string) {
	before, after, _ := strings.Cut(cell, "tests:")
	list := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;", r) })
	}
	return list(before), list(after)
}

// readTables reads what ARCHITECTURE.md allows.
func readTables(page string) (rooms map[string]room, modules map[string]module, err error) {
	rooms, modules = map[string]room{}, map[string]module{}
	for _, cells := range rows(page, "floor") {
		floor, err := strconv.Atoi(cells[0])
		if err != nil || len(cells) != 4 {
			return nil, nil, fmt.Errorf("a row of the table of rooms is not floor, room, does, imports: %q", cells)
		}
		code, tests := words(cells[3])
		rooms[cells[1]] = room{floor, code, tests}
	}
	for _, cells := range rows(page, "module") {
		if len(cells) != 3 {
			return nil, nil, fmt.Errorf("a row of the table of dependencies is not module, for, rooms: %q", cells)
		}
		code, tests := words(cells[2])
		modules[cells[0]] = module{code, tests}
	}
	return rooms, modules, nil
}

var required = regexp.MustCompile(`(?m)^(?:require )?\t?(\S+\.\S+/\S+|\S+\.net/\S+) v\S+$`)

// checkTables compares the tables with the floors and with go.mod: imports go down, only provider and cli know clockify,
// and every module that go.mod requires directly is named once with what it is for.
func checkTables(t *tree) (found []string) {
	for name, r := range t.rooms {
		for _, to := range r.imports {
			down := t.rooms[to].floor < r.floor || name == "plan" && to == "text"
			switch _, known := t.rooms[to]; {
			case !known:
				found = append(found, fmt.Sprintf("ARCHITECTURE.md: %s imports %s, which is no room", name, to))
			case !down:
				found = append(found, fmt.Sprintf("ARCHITECTURE.md: %s imports %s, which is not below it", name, to))
			case to == "clockify" && name != "provider" && name != "cli":
				found = append(found, fmt.Sprintf("ARCHITECTURE.md: %s imports clockify: only provider speaks to it, and cli constructs it", name))
			case to == "sandbox" && name != "cli":
				found = append(found, fmt.Sprintf("ARCHITECTURE.md: %s imports sandbox: only cli serves it", name))
			}
		}
	}
	var direct []string
	for _, m := range required.FindAllStringSubmatch(t.goMod, -1) {
		direct = append(direct, m[1])
		if _, named := t.modules[m[1]]; !named {
			found = append(found, fmt.Sprintf("go.mod requires %s, which ARCHITECTURE.md does not name", m[1]))
		}
	}
	for path := range t.modules {
		if !slices.Contains(direct, path) && !strings.Contains(t.goMod, "\t"+path+" v") {
			found = append(found, fmt.Sprintf("ARCHITECTURE.md names %s, which go.mod does not require", path))
		}
	}
	return found
}

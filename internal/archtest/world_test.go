package archtest

import (
	"go/ast"
	"slices"
)

// pureRooms have no I/O, no clock and no context: instants come in with the
// State.
var pureRooms = []string{"text", "plan"}

// impureImports may not be imported by a pure room; packages below them count.
var impureImports = []string{
	"context", "crypto/rand", "embed", "io/fs", "log", "math/rand", "net", "os", "syscall",
}

// clockNames are the names of package time that read or wait for the clock.
var clockNames = []string{
	"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
}

// checkPure keeps the world out of the pure rooms.
func checkPure(t *tree) (found []string) {
	for _, f := range t.files {
		if f.testOnly() || !slices.Contains(pureRooms, f.room()) {
			continue
		}
		f.imports(func(spec *ast.ImportSpec, p string) {
			if slices.ContainsFunc(impureImports, func(bad string) bool { return under(p, bad) }) {
				found = append(found, t.at(spec.Pos(), "%s is pure and may not import %s", f.room(), p))
			}
		})
		f.uses("time", func(sel *ast.SelectorExpr) {
			if slices.Contains(clockNames, sel.Sel.Name) {
				found = append(found, t.at(sel.Pos(), "%s is pure and may not call time.%s", f.room(), sel.Sel.Name))
			}
		})
	}
	return found
}

// edgeRooms are the only ones that touch the streams, the environment, flags
// and exit codes of the process.
var edgeRooms = []string{"cli", "cmd"}

// edgeNames lists, by package, what only the edge may mention: the process's
// own, or functions that use it unasked.
var edgeNames = map[string][]string{
	"os": {
		"Args", "Clearenv", "Environ", "Exit", "ExpandEnv", "Getenv", "LookupEnv",
		"Setenv", "Stderr", "Stdin", "Stdout", "Unsetenv",
	},
	"fmt":     {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"log":     {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Print", "Printf", "Println"},
	envconfig: {"MustProcess", "OsLookuper", "Process"},
	ghactions: {"Fatalf", "GetInput", "Getenv", "Infof", "SetOutput"},
}

// checkEdge keeps the process at the edge.
func checkEdge(t *tree) (found []string) {
	for _, f := range t.files {
		if f.testOnly() || slices.Contains(edgeRooms, f.room()) {
			continue
		}
		f.imports(func(spec *ast.ImportSpec, p string) {
			if p == "flag" || p == "testing" {
				found = append(found, t.at(spec.Pos(), "%s may not import %s", f.room(), p))
			}
		})
		for pkg, names := range edgeNames {
			f.uses(pkg, func(sel *ast.SelectorExpr) {
				if slices.Contains(names, sel.Sel.Name) {
					found = append(found, t.at(sel.Pos(), "only cli touches %s.%s", sel.X, sel.Sel.Name))
				}
			})
		}
	}
	return found
}

// under says whether import path p is root or stands below it.
func under(p, root string) bool {
	return p == root || len(p) > len(root) && p[:len(root)+1] == root+"/"
}

package archtest

import (
	"cmp"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// rules is every rule of the house, by name.
var rules = map[string]func(*tree) []string{
	"tables":  checkTables,
	"imports": checkImports,
	"pure":    checkPure,
	"edge":    checkEdge,
	"state":   checkState,
	"names":   checkNames,
	"keys":    checkKeys,
}

// checkImports compares every import with the tables.
func checkImports(t *tree) (found []string) {
	for _, f := range t.files {
		r, ok := t.rooms[f.room()]
		if !ok {
			found = append(found, t.at(f.ast.Package, "package outside the house: ARCHITECTURE.md has no room for %s", f.dir))
			continue
		}
		f.imports(func(spec *ast.ImportSpec, p string) {
			dir, ours := strings.CutPrefix(p, modulePath+"/")
			to := roomOf(dir)
			switch {
			case ours && forTests(dir) && !f.testOnly():
				found = append(found, t.at(spec.Pos(), "%s is for tests: only _test.go files import it", dir))
			case ours && to != f.room() && !slices.Contains(r.imports, to) && !(f.testOnly() && slices.Contains(r.tests, to)):
				found = append(found, t.at(spec.Pos(), "%s may not import %s: see the table of rooms in ARCHITECTURE.md", f.room(), to))
			case !ours && !standard(p) && !t.mayUse(f, p):
				found = append(found, t.at(spec.Pos(), "%s may not use %s: see the table of dependencies in ARCHITECTURE.md", f.room(), p))
			}
		})
	}
	return found
}

// mayUse says whether the table of dependencies lets a file use a package of another module.
func (t *tree) mayUse(f *file, p string) bool {
	for root, m := range t.modules {
		if under(p, root) {
			in := func(rooms []string) bool { return slices.Contains(rooms, f.room()) || slices.Contains(rooms, "every") }
			return in(m.rooms) || f.testOnly() && in(m.tests)
		}
	}
	return false
}

// impureImports may not be imported by plan and text, nor any package below them.
var impureImports = []string{"context", "crypto/rand", "embed", "io/fs", "log", "math/rand", "net", "os", "syscall"}

// clockNames are the names of package time that read or wait for the clock.
var clockNames = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// checkPure keeps the world out of floor 0.
func checkPure(t *tree) (found []string) {
	for _, f := range t.files {
		if f.testOnly() || f.room() != "plan" && f.room() != "text" {
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

// edgeNames lists, by package, what only cli and cmd may mention: the process's own, or functions that use it unasked.
var edgeNames = map[string]string{
	"flag":    "*",
	"testing": "*",
	"os":      "Args Clearenv Environ Exit ExpandEnv Getenv LookupEnv Setenv Stderr Stdin Stdout Unsetenv",
	"fmt":     "Print Printf Println Scan Scanf Scanln",
	"log":     "Fatal Fatalf Fatalln Panic Panicf Panicln Print Printf Println",

	"github.com/sethvargo/go-envconfig":     "MustProcess OsLookuper Process",
	"github.com/sethvargo/go-githubactions": "Fatalf GetInput Getenv Infof SetOutput",
}

// checkEdge keeps the process at the edge.
func checkEdge(t *tree) (found []string) {
	for _, f := range t.files {
		if f.testOnly() || f.room() == "cli" || f.room() == "cmd" {
			continue
		}
		for pkg, names := range edgeNames {
			f.uses(pkg, func(sel *ast.SelectorExpr) {
				if names == "*" || slices.Contains(strings.Fields(names), sel.Sel.Name) {
					found = append(found, t.at(sel.Pos(), "only cli touches %s.%s", sel.X, sel.Sel.Name))
				}
			})
		}
	}
	return found
}

// checkState refuses what makes packages remember or act by themselves: init functions, and package variables other than
// errors, tables and patterns. The linker may fill in variables of a command.
func checkState(t *tree) (found []string) {
	stamped := []string{"version", "commit", "date"}
	for _, f := range t.files {
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, t.at(fn.Pos(), "no init functions"))
			}
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR || f.testOnly() {
				continue
			}
			for _, spec := range gen.Specs {
				vs := spec.(*ast.ValueSpec)
				for i, name := range vs.Names {
					var value ast.Expr
					if i < len(vs.Values) {
						value = vs.Values[i]
					}
					if name.Name == "_" || embeds(gen.Doc) || embeds(vs.Doc) || constant(name.Name, value) || f.room() == "cmd" && slices.Contains(stamped, name.Name) {
						continue
					}
					found = append(found, t.at(name.Pos(), "package variable %s is no error, table or compiled pattern", name.Name))
				}
			}
		}
	}
	return found
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// constructors make values that are as good as constants: errors, compiled patterns, tables put together from tables.
var constructors = []string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "slices.Concat", "strings.NewReplacer", "template.Must"}

// constant says whether a variable's value is an error, a table or a pattern.
func constant(name string, value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr: // &Error{...} is fine for an error only
		_, composite := v.X.(*ast.CompositeLit)
		return v.Op == token.AND && composite && strings.HasPrefix(strings.ToLower(name), "err")
	case *ast.CallExpr:
		switch fn := v.Fun.(type) {
		case *ast.ArrayType: // []byte("...")
			return true
		case *ast.Ident: // append(table, row), or a table computed once: index([]row{...})
			return fn.Name == "append" || len(v.Args) == 1 && isTable(v.Args[0])
		case *ast.SelectorExpr:
			pkg, ok := fn.X.(*ast.Ident)
			return ok && slices.Contains(constructors, pkg.Name+"."+fn.Sel.Name)
		}
	}
	return false
}

// isTable says whether an expression is a literal of a list or a map.
func isTable(e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	_, list := lit.Type.(*ast.ArrayType)
	_, table := lit.Type.(*ast.MapType)
	return list || table
}

// shapeless are names that do not say what a package does.
var shapeless = []string{"base", "common", "helper", "helpers", "lib", "misc", "shared", "types", "util", "utils"}

// checkNames requires of every package a telling name and a comment of its own.
func checkNames(t *tree) (found []string) {
	first, commented := map[string]*file{}, map[string]bool{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		first[f.dir] = cmp.Or(first[f.dir], f)
		want := "Package " + f.ast.Name.Name + " "
		if f.ast.Name.Name == "main" {
			want = "Command " + path.Base(f.dir) + " "
		}
		if f.ast.Doc != nil && strings.HasPrefix(f.ast.Doc.Text(), want) {
			commented[f.dir] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(first)) {
		f := first[dir]
		if !commented[dir] {
			found = append(found, t.at(f.ast.Package, "no file of %s begins with a comment %q or, for a command, %q", dir, "Package name ...", "Command name ..."))
		}
		if name := f.ast.Name.Name; slices.Contains(shapeless, name) || slices.Contains(shapeless, path.Base(dir)) {
			found = append(found, t.at(f.ast.Package, "%s is no name for a package", name))
		}
	}
	return found
}

// keyLike finds what could be a Clockify API key (48 letters and digits, the base64 form of a UUID) or a token of GitHub.
var keyLike = regexp.MustCompile(`\b(?:[A-Za-z0-9]{44,52}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b`)

// checkKeys looks for keys in testdata. A key mixes upper case, lower case and digits; a hash in hex does not.
func checkKeys(t *tree) (found []string) {
	for _, p := range slices.Sorted(maps.Keys(t.testdata)) {
		for _, hit := range keyLike.FindAllString(t.testdata[p], -1) {
			if strings.ContainsFunc(hit, unicode.IsUpper) && strings.ContainsFunc(hit, unicode.IsLower) && strings.ContainsFunc(hit, unicode.IsDigit) {
				found = append(found, p+": "+hit[:6]+"... looks like a key")
			}
		}
	}
	return found
}

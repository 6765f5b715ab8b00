package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// modulePath is the module's own path: imports that begin with it are ours.
const modulePath = "github.com/clockify-sync/clockify-sync"

// A tree is the source of the module: every Go file outside testdata, parsed, every file inside testdata, as text, go.mod,
// and what ARCHITECTURE.md allows.
type tree struct {
	fset     *token.FileSet
	files    []*file
	testdata map[string]string // path from the module root -> content
	goMod    string
	rooms    map[string]room
	modules  map[string]module
}

// A file is one Go file.
type file struct {
	path string // from the module root, with slashes
	dir  string // its folder: "internal/plan"
	test bool   // named _test.go
	ast  *ast.File
}

// load reads the module whose root is fsys.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), testdata: map[string]string{}}
	page, err := fs.ReadFile(fsys, "ARCHITECTURE.md")
	if err != nil {
		return nil, err
	}
	goMod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	t.goMod = string(goMod)
	if t.rooms, t.modules, err = readTables(string(page)); err != nil {
		return nil, err
	}
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "dist" || d.Name() == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		inTestdata := slices.Contains(strings.Split(p, "/"), "testdata")
		if !d.Type().IsRegular() || !inTestdata && path.Ext(p) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		if inTestdata {
			t.testdata[p] = string(src)
			return nil
		}
		parsed, err := parser.ParseFile(t.fset, p, src, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("parse %s: %w", p, err)
		}
		t.files = append(t.files, &file{
			path: p,
			dir:  path.Dir(p),
			test: strings.HasSuffix(p, "_test.go"),
			ast:  parsed,
		})
		return nil
	})
	return t, err
}

// at says a finding with its place.
func (t *tree) at(pos token.Pos, format string, args ...any) string {
	p := t.fset.Position(pos)
	return fmt.Sprintf("%s:%d: ", p.Filename, p.Line) + fmt.Sprintf(format, args...)
}

// room is the first folder under internal/ that the file stands in; "cmd" for
// commands and "" for anything else.
func (f *file) room() string { return roomOf(f.dir) }

func roomOf(dir string) string {
	first, rest, _ := strings.Cut(dir, "/")
	switch first {
	case "cmd":
		return "cmd"
	case "internal":
		room, _, _ := strings.Cut(rest, "/")
		return room
	}
	return ""
}

// forTests says whether a folder is of a package that only tests import: one
// whose name ends in "test".
func forTests(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

// testOnly says whether the file's code runs in tests only.
func (f *file) testOnly() bool { return f.test || forTests(f.dir) }

// imports calls yield for each import with its path.
func (f *file) imports(yield func(spec *ast.ImportSpec, path string)) {
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			yield(spec, p)
		}
	}
}

// uses calls yield for each mention pkg.Name of a package-level name of the
// imported package, whatever the file calls the package.
func (f *file) uses(pkg string, yield func(sel *ast.SelectorExpr)) {
	local := ""
	f.imports(func(spec *ast.ImportSpec, p string) {
		switch {
		case p != pkg:
		case spec.Name != nil:
			local = spec.Name.Name
		default:
			local = path.Base(p)
		}
	})
	if local == "" {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// A name the parser resolved inside the file is a variable that
		// shadows the import.
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == local && id.Obj == nil {
			yield(sel)
		}
		return true
	})
}

// under says whether import path p is root or stands below it.
func under(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// standard says whether an import path is of the standard library: its first
// element holds no dot.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

package archtest

import (
	"go/ast"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	namedFile = regexp.MustCompile("`((?:[a-z0-9_]+/)+[a-z0-9_]+\\.[a-z]+)`")
	namedDecl = regexp.MustCompile("`([a-z]+)\\.([A-Za-z]+)(?:\\.([A-Za-z]+))?`")
)

// TestPage: ARCHITECTURE.md names no file and nothing in a room's code that is not there. `plan/kind.go` is a file of
// internal or of the root, `plan.Compute` is declared in a room, `provider.Workspace.Do` is a method or a field.
func TestPage(t *testing.T) {
	t.Parallel()
	root := os.DirFS(moduleRoot(t))
	house, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	missing := func(page string) (found []string) {
		for _, m := range namedFile.FindAllStringSubmatch(page, -1) {
			_, inside := fs.Stat(root, "internal/"+m[1])
			_, outside := fs.Stat(root, m[1])
			if inside != nil && outside != nil {
				found = append(found, m[1])
			}
		}
		for _, m := range namedDecl.FindAllStringSubmatch(page, -1) {
			if _, ours := house.rooms[m[1]]; (ours || m[1] == "state") && !house.declares(m[1], m[2], m[3]) {
				found = append(found, m[0])
			}
		}
		return found
	}
	for _, name := range missing(string(read(t, "ARCHITECTURE.md"))) {
		t.Errorf("ARCHITECTURE.md names %s, which is not there", name)
	}
	if got := missing("`plan/kind.go` `plan/none.go` `plan.Compute` `plan.None` `provider.Workspace.Do` `provider.Workspace.None`"); len(got) != 3 {
		t.Errorf("found %q, want the three that are not there", got)
	}
}

// declares says whether a package declares a name, and where a member is given, that type a method or a field of it.
func (t *tree) declares(pkg, name, member string) bool {
	found := false
	for _, f := range t.files {
		if f.ast.Name.Name != pkg {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				on := ""
				if n.Recv != nil {
					on = strings.TrimPrefix(receiver(n.Recv.List[0].Type), "*")
				}
				found = found || on == "" && n.Name.Name == name && member == "" || on == name && n.Name.Name == member
			case *ast.TypeSpec:
				found = found || n.Name.Name == name && (member == "" || hasField(n.Type, member))
			case *ast.ValueSpec:
				for _, id := range n.Names {
					found = found || id.Name == name && member == ""
				}
			}
			return !found
		})
	}
	return found
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func hasField(e ast.Expr, name string) bool {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return false
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			if id.Name == name {
				return true
			}
		}
	}
	return false
}

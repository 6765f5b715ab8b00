package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// constructors make values that are as good as constants: errors, compiled
// patterns and tables put together from tables.
var constructors = []string{
	"errors.New", "fmt.Errorf", "regexp.MustCompile", "slices.Concat", "strings.NewReplacer", "template.Must",
}

// stamped are the variables of a command that the linker fills in.
var stamped = []string{"version", "commit", "date"}

// checkState refuses what makes packages remember or act by themselves: init
// functions, and package variables other than errors, tables and patterns.
func checkState(t *tree) (found []string) {
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
				embedded := embeds(gen.Doc) || embeds(vs.Doc)
				for i, name := range vs.Names {
					var value ast.Expr
					if i < len(vs.Values) {
						value = vs.Values[i]
					}
					switch {
					case name.Name == "_", embedded, fixed(name.Name, value):
					case f.room() == "cmd" && slices.Contains(stamped, name.Name):
					default:
						found = append(found, t.at(name.Pos(), "package variable %s is no error, table or compiled pattern", name.Name))
					}
				}
			}
		}
	}
	return found
}

// embeds says whether a comment holds a go:embed directive.
func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// fixed says whether a variable's value is an error, a table or a pattern.
func fixed(name string, value ast.Expr) bool {
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
		case *ast.Ident: // append(table, row), or a table worked out once: index([]row{...})
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
	switch lit.Type.(type) {
	case *ast.ArrayType, *ast.MapType:
		return true
	}
	return false
}

package archtest

import (
	"go/ast"
	"slices"
	"strings"
)

// A room says what the packages of one folder of internal/ may import beyond
// the standard library and themselves.
type room struct {
	ours    []string // rooms
	outside []string // import paths; packages below them too

	// The same for _test.go files, on top of the above.
	testOurs    []string
	testOutside []string
}

// The modules of outside that rooms name.
const (
	cobra           = "github.com/spf13/cobra"
	gogithub        = "github.com/google/go-github/v75"
	jsonschema      = "github.com/santhosh-tekuri/jsonschema/v6"
	jsonschemaMaker = "github.com/invopop/jsonschema"
	mpb             = "github.com/vbauerster/mpb/v8"
	runewidth       = "github.com/mattn/go-runewidth"
	singleflight    = "golang.org/x/sync/singleflight"
	xtext           = "golang.org/x/text"
	backoff         = "github.com/cenkalti/backoff/v4"
	csvutil         = "github.com/jszwec/csvutil"
	envconfig       = "github.com/sethvargo/go-envconfig"
	errgroup        = "golang.org/x/sync/errgroup"
	ghactions       = "github.com/sethvargo/go-githubactions"
	goldmark        = "github.com/yuin/goldmark"
	goccyYAML       = "github.com/goccy/go-yaml"
	htmlParser      = "golang.org/x/net/html"
	kinOpenAPI      = "github.com/getkin/kin-openapi"
	progressbar     = "github.com/schollz/progressbar/v3"
	rate            = "golang.org/x/time/rate"
	term            = "golang.org/x/term"
	testscript      = "github.com/rogpeppe/go-internal"
)

// everyTest may be imported by every _test.go file.
var everyTest = []string{"github.com/google/go-cmp/cmp", "pgregory.net/rapid"}

// floors is the table "Floors" of ARCHITECTURE.md. Rooms of floor 2 never
// import each other, not even in tests; only cmd and cli see everything.
var floors = map[string]room{
	// 0: pure
	"text": {outside: []string{xtext, runewidth}},
	"plan": {ours: []string{"text"}},

	// 1: the wire
	"clockify": {ours: []string{"text"}, outside: []string{rate, backoff, singleflight}},
	"sandbox":  {testOutside: []string{kinOpenAPI}},

	// 2: doors and workers
	"userscsv": {ours: []string{"plan", "text"}, outside: []string{csvutil, xtext}},
	"config":   {ours: []string{"plan", "text"}, outside: []string{envconfig, goccyYAML, jsonschema, jsonschemaMaker}},
	"spec":     {ours: []string{"plan", "text"}, outside: []string{csvutil, goccyYAML}},
	"provider": {
		ours: []string{"clockify", "plan", "text"}, outside: []string{errgroup, singleflight},
		testOurs: []string{"sandbox"},
	},
	"apply":  {ours: []string{"plan", "text"}, outside: []string{errgroup}},
	"report": {ours: []string{"plan", "text"}, outside: []string{runewidth}, testOutside: []string{goldmark, htmlParser, jsonschema}},
	"audit":  {ours: []string{"plan", "text"}, outside: []string{csvutil}},
	"github": {ours: []string{"text"}, outside: []string{ghactions, gogithub, backoff}, testOutside: []string{goldmark}},

	// 3: what puts rooms together. The errgroup is the one that users and
	// time syncs run side by side under.
	"action": {
		ours:        []string{"plan", "text", "config", "provider", "apply", "report", "audit", "github"},
		outside:     []string{errgroup},
		testOurs:    []string{"cli", "sandbox"}, // an action_test runs the whole program
		testOutside: []string{testscript, goldmark, goccyYAML, csvutil},
	},
	"export": {
		ours:    []string{"plan", "text", "userscsv", "config", "provider"},
		outside: []string{errgroup},
	},

	// 4: what sees every room below.
	"cli": {
		ours: []string{
			"text", "plan", "userscsv", "config", "spec", "clockify", "sandbox",
			"provider", "apply", "report", "audit", "github", "action", "export",
		},
		outside:     []string{cobra, progressbar, mpb, term, errgroup},
		testOutside: []string{testscript, goldmark, goccyYAML, csvutil, jsonschema},
	},
	"cmd": {ours: []string{"cli"}},

	"archtest": {},
}

// checkFloors holds every import against the table.
func checkFloors(t *tree) (found []string) {
	for _, f := range t.files {
		row, ok := floors[f.room()]
		if !ok {
			found = append(found, t.at(f.ast.Package, "package outside the house: the floors table has no room for %s", f.dir))
			continue
		}
		ours, outside := row.ours, row.outside
		if f.testOnly() {
			ours = slices.Concat(ours, row.testOurs)
			outside = slices.Concat(outside, row.testOutside, everyTest)
		}
		f.imports(func(spec *ast.ImportSpec, p string) {
			if dir, isOurs := strings.CutPrefix(p, modulePath+"/"); isOurs {
				to := roomOf(dir)
				switch {
				case helper(dir) && !f.testOnly():
					found = append(found, t.at(spec.Pos(), "%s is for tests: only _test.go files import it", dir))
				case to == f.room(), slices.Contains(ours, to):
				default:
					found = append(found, t.at(spec.Pos(), "%s may not import %s", f.room(), to))
				}
				return
			}
			if !standard(p) && !slices.ContainsFunc(outside, func(m string) bool { return under(p, m) }) {
				found = append(found, t.at(spec.Pos(), "%s may not use %s", f.room(), p))
			}
		})
	}
	return found
}

// standard says whether an import path is of the standard library: its first
// element holds no dot.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".") && p != modulePath
}

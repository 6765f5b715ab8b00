package archtest

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// shapeless are names that say nothing of what a package is of.
var shapeless = []string{
	"base", "common", "helper", "helpers", "lib", "misc", "shared", "types", "util", "utils",
}

// checkNames wants a telling name and a package comment of every package.
func checkNames(t *tree) (found []string) {
	first := map[string]*file{}
	commented := map[string]bool{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		first[f.dir] = cmp.Or(first[f.dir], f)
		name := f.ast.Name.Name
		want := "Package " + name + " "
		if name == "main" {
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

// keyLike finds what could be a Clockify API key (48 letters and digits, the
// base64 form of a UUID) or a token of GitHub.
var keyLike = regexp.MustCompile(`\b(?:[A-Za-z0-9]{44,52}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b`)

// checkKeys looks for keys in testdata.
func checkKeys(t *tree) (found []string) {
	for _, p := range slices.Sorted(maps.Keys(t.testdata)) {
		for _, hit := range keyLike.FindAllString(t.testdata[p], -1) {
			if mixed(hit) {
				found = append(found, p+": "+hit[:6]+"... looks like a key")
			}
		}
	}
	return found
}

// mixed says whether s holds an upper-case letter, a lower-case letter and a
// digit, as a key does and a hash in hex does not.
func mixed(s string) bool {
	return strings.ContainsFunc(s, unicode.IsUpper) &&
		strings.ContainsFunc(s, unicode.IsLower) &&
		strings.ContainsFunc(s, unicode.IsDigit)
}

package audit

import (
	"encoding/json"
	"slices"
)

// LeftOut names the syncs that the last apply in an audit folder left for the next one, in their order. Not known: there
// is no such run, or it does not say.
func LeftOut(dir string) (names []string, known bool) {
	f, err := existingFolder(dir)
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }()
	folders, err := f.Names()
	if err != nil {
		return nil, false
	}
	slices.Sort(folders)
	for _, name := range slices.Backward(folders) {
		if !runFolder.MatchString(name) {
			continue
		}
		sub, err := f.Sub(name)
		if err != nil {
			continue
		}
		data, err := sub.Read(RunFile)
		_ = sub.Close() // it was only read
		var r run
		if err == nil && json.Unmarshal(data, &r) == nil && r.Command == "apply" && r.ExitCode != nil {
			return r.LeftOut, true
		}
	}
	return nil, false
}

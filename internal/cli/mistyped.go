package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clockify-sync/clockify-sync/internal/text"
)

// noCommand says which command was meant. The script that this replaces took the CSV in its place.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	message := fmt.Sprintf("there is no command %q", word)
	if strings.HasSuffix(word, ".csv") {
		return errors.New(message + "; did you mean clockify-sync plan --users " + word + "?")
	}
	var names []string
	for _, c := range cmd.Commands() {
		if slices.Contains(c.SuggestFor, strings.ToLower(word)) {
			return fmt.Errorf("%s; did you mean %s (%s)?", message, c.Name(), c.Short)
		}
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if near, ok := text.Nearest(word, names); ok {
		message += "; did you mean " + near + "?"
	}
	return errors.New(message)
}

// noArgs refuses what stands where a flag should.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := "settings are flags"
	switch filepath.Ext(args[0]) {
	case ".csv":
		meant = "write --users " + args[0]
	case ".yaml", ".yml":
		meant = "write --config " + args[0]
	case ".json", ".tfplan":
		meant = "a plan is made anew each time; --expect DIGEST has apply do that one plan or nothing"
	}
	return fmt.Errorf("does not take %q: %s", args[0], meant)
}

// flagsElsewhere are those of the script this replaces and of tools that people know, and how the same is said here.
var flagsElsewhere = map[string]string{
	"dry-run":           "clockify-sync plan shows what apply would change, and cannot write",
	"apply":             "clockify-sync apply is a command of its own",
	"cleanup":           "write cleanup: {unmanaged_groups: delete} in the config; apply withholds it until it is approved",
	"deactivate":        "write absent: deactivate in the config; apply withholds it until it is approved",
	"destroy":           "who is no longer in users.csv is deactivated with absent: deactivate in the config",
	"auto-approve":      "--yes applies what needs no approval, --approve DIGEST the rest",
	"force":             "--yes applies what needs no approval, --approve DIGEST the rest",
	"y":                 "write --yes",
	"input":             "without a terminal nothing is asked, and --yes answers",
	"json":              "write --format json",
	"jq":                "write --format json, and hand it to jq",
	"web":               "write --format html, or open report.html of an apply",
	"o":                 "write --out FILE",
	"target":            "write --only users, --only time:NAME or --only user:EMAIL",
	"detailed-exitcode": "write --exit-code: 2 says that changes are pending",
	"var":               "settings are in the config, or variables such as CLOCKIFY_SYNC_ONLY",
	"var-file":          "settings are in the config, or in a file for --env-file",
	"refresh":           "every plan reads Clockify anew; nothing is kept that could be out of date",
	"lock":              "nothing is locked; do not start two at once",
	"parallelism":       "write api.requests_per_second in the config",
	"quiet":             "write --format json, or send the output elsewhere",
	"q":                 "write --format json, or send the output elsewhere",
	"debug":             "write --verbose",
	"log-level":         "write --verbose",
	"color":             "write --no-color; colours are on at a terminal",
	"c":                 "write --config FILE",
	"u":                 "write --users FILE",
	"f":                 "write --users FILE or --config FILE",
	"file":              "write --users FILE or --config FILE",
	"csv":               "write --users FILE",
	"repo":              "what is read are the files of the folder you are in",
	"R":                 "what is read are the files of the folder you are in",
	"workspace":         "set CLOCKIFY_WORKSPACE_ID, or write workspace.id in the config",
	"token":             "set CLOCKIFY_API_KEY; what is typed here, others on this machine can read",
	"api-key":           "set CLOCKIFY_API_KEY; what is typed here, others on this machine can read",
	"key":               "set CLOCKIFY_API_KEY; what is typed here, others on this machine can read",
	"V":                 "write --version",
}

// unknownFlag finds the flag in pflag's messages, and with one dash what was typed.
var unknownFlag = regexp.MustCompile(`^unknown (?:flag: --([^= ]+)|shorthand flag: '.+' in -([^= ]+))`)

// notBool finds the value and the flag in pflag's message on one that is no truth value.
var notBool = regexp.MustCompile(`^invalid argument "(.*)" for "(--[a-z-]+)" flag: strconv\.ParseBool`)

// badFlag says what is wrong with a flag, and which one was meant.
func badFlag(cmd *cobra.Command, err error) error {
	if m := notBool.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("%s: %q is not true or false", m[2], m[1])
	}
	m := unknownFlag.FindStringSubmatch(err.Error())
	if m == nil {
		return errors.New(strings.NewReplacer("flag needs an argument: --", "a value is missing after --").Replace(err.Error()))
	}
	name, dashes := m[1]+m[2], "--"
	if m[1] == "" {
		dashes = "-"
	}
	message := "there is no flag " + dashes + name
	if cmd.Flags().Lookup(name) != nil { // with one dash
		return fmt.Errorf("%s; write --%s, with two dashes", message, name)
	}
	if instead := elsewhere(cmd, name); instead != "" {
		return errors.New(message + "; " + instead)
	}
	if near := nearestFlag(cmd.Flags(), name); near != "" && len(name) > 1 {
		message += "; did you mean --" + near + "?"
	}
	return errors.New(message)
}

// elsewhere is how a command does what a flag of another tool does; empty where it cannot.
func elsewhere(cmd *cobra.Command, name string) string {
	instead := flagsElsewhere[name]
	if rest, ok := strings.CutPrefix(instead, "write --"); ok {
		flag := strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == ':' })[0]
		if cmd.Flags().Lookup(flag) == nil && cmd.InheritedFlags().Lookup(flag) == nil && flag != "version" {
			return ""
		}
	}
	return instead
}

// nearestFlag is the flag that was most likely meant.
func nearestFlag(set *pflag.FlagSet, name string) string {
	var all []string
	set.VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	near, _ := text.Nearest(name, all)
	return near
}

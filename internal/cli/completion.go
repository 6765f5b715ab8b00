package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// described is a flag as the help, the man page and the shells show it.
type described struct{ name, value, text string } // value is what follows it, FILE and such; empty: nothing

// describe lists a command's flags by name.
func (c command) describe() []described {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.flags(set, &options{})
	var out []described
	set.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		out = append(out, described{f.Name, value, text})
	})
	return out
}

// choices are what may follow a flag with that placeholder, where it is one of a few words.
func choices(placeholder string) string {
	switch placeholder {
	case "FORMAT":
		return "text markdown json"
	case "PART":
		return "users time"
	case "time":
		return "time"
	case "SHELL":
		return "bash zsh fish powershell"
	}
	return ""
}

// completion prints what a shell needs to complete the commands and flags. Scripts are made from the table of commands,
// so that they cannot fall behind it.
func completion(_ context.Context, in *invocation) int {
	shells := map[string]func(io.Writer){"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion, "powershell": powershellCompletion}
	if len(in.args) != 1 || shells[in.args[0]] == nil {
		return in.fail(about(aboutCommandLine, errors.New("completion: name one shell: "+strings.ReplaceAll(choices("SHELL"), " ", ", "))))
	}
	shells[in.args[0]](in.Stdout)
	return ExitDone
}

// shown are the commands that the help lists.
func shown() []command {
	var out []command
	for _, c := range commands() {
		if !c.hidden {
			out = append(out, c)
		}
	}
	return out
}

// namesOf joins the names of the commands.
func namesOf(list []command) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.name
	}
	return strings.Join(words, " ")
}

// byPlaceholder joins, for each placeholder, the flags that take it: "--config|--users".
func byPlaceholder() (order []string, flags map[string]string) {
	flags = map[string]string{}
	seen := map[string]bool{}
	for _, c := range commands() {
		for _, f := range c.describe() {
			if f.value == "" || seen[f.name] {
				continue
			}
			seen[f.name] = true
			if flags[f.value] == "" {
				order = append(order, f.value)
				flags[f.value] = "--" + f.name
			} else {
				flags[f.value] += "|--" + f.name
			}
		}
	}
	return order, flags
}

// bashCompletion works with the bash 3.2 of macOS too, and without bash-completion.
func bashCompletion(w io.Writer) {
	fmt.Fprint(w, `# bash completion for clockify-sync. Load it with: source <(clockify-sync completion bash)
_clockify_sync() {
  local IFS=$' \t\n' cur="${COMP_WORDS[COMP_CWORD]}" before="" command="" flags="" i
  ((COMP_CWORD > 0)) && before="${COMP_WORDS[COMP_CWORD-1]}"
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $before == "=" ]] && ((COMP_CWORD > 1)); then
    before="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      -*) ;;
      *) command="${COMP_WORDS[i]}"; break ;;
    esac
  done
  COMPREPLY=()
  case "$before" in
`)
	order, flags := byPlaceholder()
	for _, value := range order {
		fmt.Fprintf(w, "    %s) %s; return ;;\n", flags[value], bashValues(value))
	}
	fmt.Fprintf(w, "  esac\n  case \"$command\" in\n    \"\") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", namesOf(shown()))
	for _, c := range commands() {
		var words []string
		for _, f := range c.describe() {
			words = append(words, "--"+f.name)
		}
		words = append(words, "--help")
		fmt.Fprintf(w, "    %s) flags=\"%s\"", c.name, strings.Join(words, " "))
		if c.args != "" {
			fmt.Fprintf(w, "; [[ $cur == -* ]] || { %s; return; }", bashValues(c.args))
		}
		fmt.Fprint(w, " ;;\n")
	}
	fmt.Fprint(w, `  esac
  [[ -n $flags ]] && COMPREPLY=($(compgen -W "$flags" -- "$cur"))
}
complete -F _clockify_sync clockify-sync
`)
}

// bashValues fills COMPREPLY with what a placeholder stands for.
func bashValues(placeholder string) string {
	switch placeholder {
	case "FILE", "DIR":
		kind := map[string]string{"FILE": "-f", "DIR": "-d"}[placeholder]
		return `IFS=$'\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ` + kind + ` -- "$cur"))`
	}
	if words := choices(placeholder); words != "" {
		return `COMPREPLY=($(compgen -W "` + words + `" -- "$cur"))`
	}
	return ":"
}

func zshCompletion(w io.Writer) {
	quote := func(text string) string { return strings.ReplaceAll(text, "'", `'\''`) }
	colon := strings.NewReplacer(":", `\:`)
	bracket := strings.NewReplacer("[", `\[`, "]", `\]`)
	action := func(placeholder string) string {
		switch words := choices(placeholder); {
		case placeholder == "FILE":
			return "_files"
		case placeholder == "DIR":
			return "_files -/"
		case words != "":
			return "(" + words + ")"
		}
		return " "
	}
	fmt.Fprint(w, "#compdef clockify-sync\n# zsh completion for clockify-sync. Load it with: source <(clockify-sync completion zsh)\n_clockify_sync() {\n  local -a commands\n  commands=(\n")
	for _, c := range shown() {
		fmt.Fprintf(w, "    '%s:%s'\n", c.name, quote(colon.Replace(c.does)))
	}
	fmt.Fprint(w, "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  local command=\"${words[2]}\"\n  shift words\n  (( CURRENT-- ))\n  case \"$command\" in\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "    %s)\n      _arguments \\\n", c.name)
		for _, f := range c.describe() {
			if f.value == "" {
				fmt.Fprintf(w, "        '--%s[%s]' \\\n", f.name, quote(bracket.Replace(f.text)))
				continue
			}
			fmt.Fprintf(w, "        '--%s=[%s]:%s:%s' \\\n", f.name, quote(bracket.Replace(f.text)), f.value, action(f.value))
		}
		if c.args != "" {
			fmt.Fprintf(w, "        '1:%s:%s' \\\n", c.args, action(c.args))
		}
		fmt.Fprint(w, "        '--help[list the flags]'\n      ;;\n")
	}
	fmt.Fprint(w, "  esac\n}\nif [[ \"${funcstack[1]}\" == _clockify_sync ]]; then\n  _clockify_sync \"$@\"\nelse\n  compdef _clockify_sync clockify-sync\nfi\n")
}

func fishCompletion(w io.Writer) {
	quote := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
	}
	takes := func(placeholder string) string {
		switch words := choices(placeholder); {
		case placeholder == "FILE":
			return " -r -F"
		case placeholder == "DIR":
			return " -x -a '(__fish_complete_directories)'"
		case words != "":
			return " -x -a " + quote(words)
		}
		return " -x"
	}
	fmt.Fprint(w, "# fish completion for clockify-sync. Load it with: clockify-sync completion fish | source\ncomplete -c clockify-sync -f\n")
	for _, c := range shown() {
		fmt.Fprintf(w, "complete -c clockify-sync -n __fish_use_subcommand -a %s -d %s\n", c.name, quote(c.does))
	}
	for _, c := range commands() {
		on := "complete -c clockify-sync -n '__fish_seen_subcommand_from " + c.name + "'"
		for _, f := range c.describe() {
			tail := ""
			if f.value != "" {
				tail = takes(f.value)
			}
			fmt.Fprintf(w, "%s -l %s%s -d %s\n", on, f.name, tail, quote(f.text))
		}
		if c.args != "" {
			fmt.Fprintf(w, "%s%s\n", on, strings.TrimPrefix(takes(c.args), " -r"))
		}
		fmt.Fprintf(w, "%s -l help -d 'list the flags'\n", on)
	}
}

func powershellCompletion(w io.Writer) {
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	fmt.Fprint(w, "# PowerShell completion for clockify-sync. Load it with:\n#   clockify-sync completion powershell | Out-String | Invoke-Expression\nRegister-ArgumentCompleter -Native -CommandName 'clockify-sync' -ScriptBlock {\n  param($word, $ast, $cursor)\n  $commands = [ordered]@{\n")
	for _, c := range shown() {
		fmt.Fprintf(w, "    %s = %s\n", quote(c.name), quote(c.does))
	}
	fmt.Fprint(w, "  }\n  $flags = @{\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "    %s = [ordered]@{\n", quote(c.name))
		for _, f := range c.describe() {
			fmt.Fprintf(w, "      %s = %s\n", quote("--"+f.name), quote(f.text))
		}
		fmt.Fprint(w, "      '--help' = 'list the flags'\n    }\n")
	}
	fmt.Fprint(w, "  }\n  $values = @{\n")
	order, flags := byPlaceholder()
	for _, value := range order {
		words := choices(value)
		if words == "" {
			continue
		}
		for name := range strings.SplitSeq(flags[value], "|") {
			fmt.Fprintf(w, "    %s = @('%s')\n", quote(name), strings.ReplaceAll(words, " ", "', '"))
		}
	}
	fmt.Fprintf(w, `  }
  $given = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.Extent.Text })
  $found = if ($given.Count -eq 0) { $commands }
    elseif ($values.ContainsKey($given[-1])) { $all = [ordered]@{}; $values[$given[-1]] | ForEach-Object { $all[$_] = $_ }; $all }
    elseif ($given[0] -eq 'completion') { $all = [ordered]@{}; '%s'.Split(' ') | ForEach-Object { $all[$_] = $_ }; $all }
    elseif ($flags.ContainsKey($given[0]) -and $word.StartsWith('-')) { $flags[$given[0]] }
  if ($null -eq $found) { return }
  $found.GetEnumerator() | Where-Object { $_.Key.StartsWith($word) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
  }
}
`, choices("SHELL"))
}

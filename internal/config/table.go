package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is one field of Settings, as its tags describe it.
type setting struct {
	name, alias   string // in the config file; "": not there
	path          string // api.max_calls, time_sync[].name
	env, input    string
	flag, value   string // the flag, and what its value is called
	as, want      string
	words         []string
	low, high     float64
	bounded       bool
	def, usual    string
	floor         int
	need, full    bool
	eg, about     string
	kind          form
	keys          []*setting // of a mapping, or of each mapping of a list
	index         int        // of the field in its struct
	keepsTheBlank bool       // blank text is a value
}

// form is what a value may be.
type form int

const (
	aText    form = iota // any scalar, as it is written
	aNumber              // from low to high
	aCount               // a whole number from low to high
	aFlag                // true or false
	aList                // of texts; one text alone is a list of one
	names                // a mapping of names that are the user's own to texts
	lists                // such a mapping to lists
	aMapping             // of keys
	mappings             // a list of mappings of keys
	people               // all, or a list of addresses and pairs of them
)

// table describes Settings.
func table() *setting {
	return &setting{kind: aMapping, keys: fields(reflect.TypeFor[Settings](), "")}
}

func fields(t reflect.Type, above string) []*setting {
	var out []*setting
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get
		s := &setting{
			name: strings.TrimPrefix(tag("json"), "-"), alias: tag("alias"), env: tag("env"), input: tag("input"), as: tag("as"), want: tag("want"),
			def: tag("default"), usual: tag("usual"), need: tag("need") != "", full: tag("full") != "", eg: tag("eg"), about: tag("about"), index: i,
			keepsTheBlank: strings.HasPrefix(tag("as"), "blank"),
		}
		s.path = above + s.name
		s.flag, s.value, _ = strings.Cut(tag("flag"), " ")
		if tag("words") != "" {
			s.words = strings.Split(tag("words"), "|")
		}
		s.low, _ = strconv.ParseFloat(tag("min"), 64) // without bounds these are 0 and not used
		s.high, _ = strconv.ParseFloat(tag("max"), 64)
		s.bounded = tag("max") != ""
		s.floor, _ = strconv.Atoi(tag("floor"))
		s.kind, s.keys = kindOf(f.Type, s.path)
		if s.as == "share" {
			s.kind = aText
		}
		out = append(out, s)
	}
	return out
}

func kindOf(t reflect.Type, path string) (form, []*setting) {
	switch t {
	case reflect.TypeFor[Names]():
		return names, nil
	case reflect.TypeFor[Lists]():
		return lists, nil
	case reflect.TypeFor[People]():
		return people, nil
	case reflect.TypeFor[Limit](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration]():
		return aText, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem(), path)
	case reflect.Bool:
		return aFlag, nil
	case reflect.Int:
		return aCount, nil
	case reflect.Float64:
		return aNumber, nil
	case reflect.Struct:
		return aMapping, fields(t, path+".")
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return mappings, fields(t.Elem(), path+"[].")
		}
		return aList, nil
	}
	return aText, nil
}

// child finds a key of a mapping by its name or second spelling.
func (s *setting) child(name string) *setting {
	for _, k := range s.keys {
		if name != "" && (k.name == name || k.alias == name) {
			return k
		}
	}
	return nil
}

// inFile lists the keys that stand in the config file.
func (s *setting) inFile() []*setting {
	return slices.DeleteFunc(slices.Clone(s.keys), func(k *setting) bool { return k.name == "" })
}

// all lists the settings below s, those of a mapping after it.
func (s *setting) all() []*setting {
	var out []*setting
	for _, k := range s.keys {
		out = append(out, k)
		out = append(out, k.all()...)
	}
	return out
}

// wanted completes "write …".
func (s *setting) wanted() string {
	switch {
	case s.want != "":
		return s.want
	case len(s.words) > 0:
		return oneOf(slices.DeleteFunc(slices.Clone(s.words), func(w string) bool { return w == "true" || w == "false" }))
	}
	switch s.kind {
	case aFlag:
		return "true or false"
	case aCount:
		return "a whole number from " + decimal(s.low) + " to " + decimal(s.high)
	case aNumber:
		return "a number from " + decimal(s.low) + " to " + decimal(s.high)
	case aMapping:
		return "keys with values under it"
	case mappings:
		return `a list: each entry begins with "- "`
	case lists:
		return "keys with lists under it"
	case people:
		return "all, or a list of email addresses"
	}
	if f, ok := formats[s.as]; ok {
		if s.kind == aList {
			return "a list of " + f.many
		}
		return f.want
	}
	if s.kind == aList {
		return "a list of texts"
	}
	return "text"
}

func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

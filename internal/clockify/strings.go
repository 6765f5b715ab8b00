package clockify

import "encoding/json"

// Strings is a list of strings that reads every form the API was seen or documented to use: a
// list, null, one string, a list inside a string (the vendor's schema of workingDays), objects with
// a name (its schema of features). Elements that are none of these are left out.
type Strings []string

// UnmarshalJSON never fails on valid JSON.
func (s *Strings) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = nil
	if text, ok := v.(string); ok {
		var inner []any
		if json.Unmarshal([]byte(text), &inner) == nil {
			v = inner
		} else if text != "" {
			v = []any{text}
		}
	}
	list, ok := v.([]any)
	if !ok {
		if text := name(v); text != "" {
			*s = Strings{text}
		}
		return nil
	}
	*s = make(Strings, 0, len(list))
	for _, e := range list {
		if text := name(e); text != "" {
			*s = append(*s, text)
		}
	}
	return nil
}

func name(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		for _, key := range []string{"name", "type", "id"} {
			if text, ok := v[key].(string); ok && text != "" {
				return text
			}
		}
	}
	return ""
}

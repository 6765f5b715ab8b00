package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sound = `"time_entry_source_workspace_id":"w1","time_entry_source_client_id":"c1","time_entry_destination_workspace_id":"w2","user_id":"u1","token":"sesame"`

var plain = TimeSecret{
	Name: "ONE", SourceWorkspaceID: "w1", SourceClientID: "c1", DestinationWorkspaceID: "w2",
	UserID: "u1", DestUserID: "u1", Token: "sesame", DestToken: "sesame",
}

func TestTimeSecret(t *testing.T) {
	t.Parallel()
	with := func(change func(*TimeSecret)) TimeSecret { s := plain; change(&s); return s }
	colored := with(func(s *TimeSecret) { s.Color = "#00FFFF" })
	cases := map[string]struct {
		text string
		want TimeSecret
	}{
		"plain":             {`{` + sound + `}`, plain},
		"options in string": {`{` + sound + `,"project_options":"{\"color\":\"#00FFFF\"}"}`, colored},
		"options in object": {`{` + sound + `,"project_options":{"color":"#00FFFF","note":1}}`, colored},
		"options empty":     {`{` + sound + `,"project_options":""}`, plain},
		"options null":      {`{` + sound + `,"project_options":null,"dest_token":null}`, plain},
		"destination":       {`{` + sound + `,"dest_token":"sesame2","dest_user_id":"u2"}`, with(func(s *TimeSecret) { s.DestToken, s.DestUserID = "sesame2", "u2" })},
		"foreign keys":      {` {` + sound + `,"comment":"x","note":[1]} `, plain},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := from(map[string]string{"ONE": tc.text})
			got, err := (&Given{Settings: Settings{SecretNames: []string{"ONE"}}}).TimeSecrets(env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]TimeSecret{tc.want}, got, cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
				t.Errorf("TimeSecrets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimeSecretErrors(t *testing.T) {
	t.Parallel()
	drop := func(key string) string {
		var kept []string
		for _, pair := range strings.Split(sound, ",") {
			if !strings.HasPrefix(pair, `"`+key+`"`) {
				kept = append(kept, pair)
			}
		}
		return strings.Join(kept, ",")
	}
	cases := map[string]struct{ text, want string }{
		"not set":         {"", "secret ONE: not set, or empty; SECRET_NAMES names it, so the step needs it in env"},
		"not JSON":        {"sesame", "secret ONE: not a JSON object"},
		"a list":          {`["sesame"]`, "secret ONE: not a JSON object"},
		"cut off":         {`{"token":"sesame"`, "secret ONE: not JSON: it cannot be read at byte 17"},
		"more after":      {`{"token":"sesame"} sesame`, "secret ONE: not JSON: there is more after the object"},
		"bad value":       {`{"token":sesame}`, "secret ONE: not JSON: it cannot be read at byte 9"},
		"twice":           {`{` + sound + `,"token":"sesame2"}`, "secret ONE: key token is there twice"},
		"missing":         {`{` + drop("user_id") + `}`, "secret ONE: user_id is missing"},
		"misspelt":        {`{` + drop("token") + `,"tokn":"sesame"}`, "secret ONE: token is missing; is tokn meant to be it?"},
		"misspelt option": {`{` + sound + `,"dest_tokn":"sesame"}`, "secret ONE: dest_tokn is not a key of a time sync; did you mean dest_token?"},
		"near one there":  {`{` + sound + `,"tokens":"sesame"}`, "secret ONE: tokens is not a key of a time sync; did you mean token?"},
		"empty":           {`{` + drop("token") + `,"token":" "}`, "secret ONE: token is empty"},
		"number":          {`{` + drop("user_id") + `,"user_id":1}`, "secret ONE: user_id is not a string"},
		"odd id":          {`{` + drop("user_id") + `,"user_id":"../sesame"}`, "secret ONE: user_id is not an id: letters and digits only"},
		"token in lines":  {`{` + drop("token") + `,"token":"ses\name"}`, "secret ONE: token holds spaces or characters that cannot be sent in a header"},
		"same workspace":  {strings.ReplaceAll(`{`+sound+`}`, "w2", "w1"), "secret ONE: time_entry_destination_workspace_id is the source workspace as well; a workspace cannot be mirrored to itself"},
		"options a list":  {`{` + sound + `,"project_options":["sesame"]}`, "secret ONE: project_options is not a JSON object, nor a string that holds one"},
		"options no JSON": {`{` + sound + `,"project_options":"sesame"}`, "secret ONE: project_options is not a JSON object, nor a string that holds one"},
		"options colour":  {`{` + sound + `,"project_options":{"colour":"#00FFFF"}}`, "secret ONE: project_options has no color; is colour meant to be it?"},
		"color":           {`{` + sound + `,"project_options":{"color":"sesame"}}`, "secret ONE: project_options has a color that is not like #00FFFF"},
		"several":         {`{"token":"sesame"}`, "secret ONE: time_entry_source_workspace_id is missing\nsecret ONE: time_entry_source_client_id is missing\nsecret ONE: time_entry_destination_workspace_id is missing\nsecret ONE: user_id is missing"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := from(map[string]string{"ONE": tc.text, "TWO": `{` + sound + `}`})
			got, err := (&Given{Settings: Settings{SecretNames: []string{"ONE", "TWO"}}}).TimeSecrets(env)
			if err == nil || err.Error() != tc.want {
				t.Errorf("TimeSecrets = %v\nwant %s", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "sesame") {
				t.Errorf("the error shows a secret: %v", err)
			}
			if len(got) != 1 || got[0].Name != "TWO" {
				t.Errorf("the sound secret beside it was not returned: %v", got)
			}
		})
	}
}

func TestSecretWhereItsNameBelongs(t *testing.T) {
	t.Parallel()
	_, err := (&Given{Settings: Settings{SecretNames: []string{"{token:sesame}"}}}).TimeSecrets(from(nil))
	if err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("TimeSecrets = %v, want an error that does not show the name", err)
	}
}

// FuzzTimeSecret reads any text as a secret: nothing panics, an error never shows a token, and what is returned is whole.
func FuzzTimeSecret(f *testing.F) {
	f.Add(`{` + sound + `}`)
	f.Add(`{` + sound + `,"project_options":"{\"color\":\"#00FFFF\"}","dest_token":"sesame2"}`)
	f.Add(`{"token":"sesame","tokn":"sesame"`)
	f.Add(`{"project_options":{"color":"sesame","sesam":1}}`)
	f.Fuzz(func(t *testing.T, text string) {
		env := from(map[string]string{"ONE": text, "SECRET_NAMES": "ONE"})
		c, err := FromEnvironment(Environment{Lookup: env})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.TimeSecrets(env)
		if err == nil {
			s := got[0]
			if s.SourceWorkspaceID == "" || s.SourceClientID == "" || s.DestinationWorkspaceID == "" || s.UserID == "" || s.DestUserID == "" || s.Token == "" || s.DestToken == "" {
				t.Errorf("%q gave a secret with gaps", text)
			}
			masked := c.Secrets()
			for _, token := range []Secret{s.Token, s.DestToken} {
				found := false
				for _, m := range masked {
					found = found || m == token
				}
				if !found {
					t.Errorf("%q: a token is not among the masked", text)
				}
			}
			return
		}
		if len(got) > 0 {
			t.Errorf("%q gave both a secret and %v", text, err)
		}
		for _, m := range c.Secrets() {
			if token := m.Reveal(); len(token) >= 12 && strings.Contains(err.Error(), token) {
				t.Errorf("%q: the error shows a token: %v", text, err)
			}
		}
	})
}

func TestSecretNamesOfAWS(t *testing.T) {
	t.Parallel()
	_, err := (&Given{Settings: Settings{SecretNames: []string{"prod/acme-1", "2nd.sync"}}}).TimeSecrets(from(nil))
	want := "SECRET_NAMES: prod/acme-1 cannot be the name of a variable; name both the variable and the secret PROD_ACME_1\n" +
		"SECRET_NAMES: 2nd.sync cannot be the name of a variable; name both the variable and the secret SECRET_2ND_SYNC"
	if err == nil || err.Error() != want {
		t.Errorf("TimeSecrets = %v, want %s", err, want)
	}
}

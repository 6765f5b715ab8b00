package action_test

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clockify-sync/clockify-sync/internal/cli"
	"github.com/clockify-sync/clockify-sync/internal/sandbox"
)

// TestInputErrors tells what keeps a run from beginning as an annotation, in the summary, in the comment of the pull
// request and as its status.
func TestInputErrors(t *testing.T) {
	cases := map[string]struct {
		input, value string
		says         string
	}{
		"settings":   {"INPUT_REDACT", "some", `redact: "some" is not`},
		"a path":     {"INPUT_USERS", "../people.csv", `leaves the workspace`},
		"no comment": {"INPUT_COMMENT", "never", "there would be nothing to approve"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.configure(byReview)
				r.run(r.pull(head1, nil))
				if n := len(r.comments()); n != 1 {
					r.t.Fatalf("%d comments", n)
				}
				r.env[tc.input] = tc.value
				got := r.run(r.pull(head1, nil))
				got.want(r.t, cli.ExitFailed, nil)
				found := false
				for _, c := range got.commands {
					found = found || c.Name == "error" && strings.Contains(c.Data, tc.says)
				}
				if !found {
					r.t.Errorf("no annotation says %q:\n%s", tc.says, got.log)
				}
				contains(r.t, "the summary", plainText(got.summary), "the run could not begin", tc.says)
				all := r.comments()
				if tc.input == "INPUT_COMMENT" {
					if strings.Contains(all[0], "could not begin") {
						r.t.Error("with comment: never the comment was changed")
					}
				} else if len(all) != 1 || !strings.Contains(plainText(all[0]), tc.says) {
					r.t.Errorf("comments: %v", all)
				}
				statuses := r.hub.Statuses()
				if last := statuses[len(statuses)-1]; last.State != "error" {
					r.t.Errorf("status %+v", last)
				}
				// What it showed before is not approved by a review of this.
				r.env[tc.input] = ""
				if tc.input != "INPUT_COMMENT" {
					r.approve("rita", head1)
					r.merge(head1)
					r.run(r.push()).want(r.t, cli.ExitDone, map[string]string{"withheld": "4"})
				}
			})
		})
	}
}

// TestFailingSchedule tells in the issue that a run fails that nobody watches, and closes it when it works again.
func TestFailingSchedule(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.env["INPUT_DRIFT-ISSUE"] = "true"
		r.write("clockify-sync.yaml", strings.Replace(companyConfig, "absent: deactivate", "absent: keep", 1))
		nightly := func(code int, state, title string, says ...string) {
			r.t.Helper()
			time.Sleep(24 * time.Hour)
			r.run(r.schedule()).want(r.t, code, nil)
			all := r.hub.Issues()
			if state == "" {
				if len(all) != 0 {
					r.t.Fatalf("issues: %+v", all)
				}
				return
			}
			last := all[len(all)-1]
			if len(all) != 1 || last.State != state || last.Title != title {
				r.t.Fatalf("%d issues, the last %s %q; want one, %s %q", len(all), last.State, last.Title, state, title)
			}
			contains(r.t, "the issue", plainText(last.Body), says...)
		}
		nightly(cli.ExitDone, "", "")
		r.env["INPUT_API-KEY"] = ""
		nightly(cli.ExitFailed, "open", "Clockify: the run fails", "users: no key")
		r.env["INPUT_API-KEY"] = apiKey
		r.write("users.csv", companyCSV+"nobody,,\n")
		nightly(cli.ExitFailed, "open", "Clockify: the run fails", "users.csv")
		r.write("users.csv", companyCSV)
		r.env["INPUT_REDACT"] = "some"
		nightly(cli.ExitFailed, "open", "Clockify: the run fails", "could not begin", "redact")
		r.env["INPUT_REDACT"] = ""
		nightly(cli.ExitDone, "closed", "Clockify: the run fails")
	})
}

// TestKeyInClockifysTexts: a key that somebody wrote into a name at Clockify, in an encoding that a reader can undo,
// reaches nothing that is posted or kept. What runs write is searched for it after each of them.
func TestKeyInClockifysTexts(t *testing.T) {
	const key = `k3y+of/Olga&co="in"-<tests>?`
	encode := base64.StdEncoding.EncodeToString
	forms := map[string]string{
		"plain": key, "base64": encode([]byte(key)), "base64 shifted by one": encode([]byte("x" + key)), "base64 shifted by two": encode([]byte("xy" + key)),
		"base64url": base64.RawURLEncoding.EncodeToString([]byte(key)), "URL": url.QueryEscape(key), "URL twice": url.QueryEscape(url.QueryEscape(key)),
		"hex": hex.EncodeToString([]byte(key)), "upper hex": strings.ToUpper(hex.EncodeToString([]byte(key))), "Go": strconv.Quote(key), "HTML": html.EscapeString(key),
		"JSON": strings.NewReplacer("+", `\u002b`, "/", `\/`, "&", `\u0026`, `"`, `\"`, "<", `\u003c`, ">", `\u003e`).Replace(key),
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			inRunner(t, func(r *runner) {
				r.hide = append(r.hide, key, strings.Trim(form, `"=`))
				r.env["INPUT_API-KEY"], r.env["INPUT_DRIFT-ISSUE"] = key, "true"
				r.change(func(s *sandbox.State) {
					s.AddKey(key, r.ids["olga.owner"])
					for i, u := range s.Users {
						if strings.HasPrefix(u.Email, "rosa.vega") || strings.HasPrefix(u.Email, "bob.wilson") {
							s.Users[i].Name = "Key " + form
						}
					}
					s.Workspaces[0].Groups[0].Name = form
				})
				first := r.run(r.pull(head1, nil))
				first.want(r.t, cli.ExitDone, map[string]string{"gated": "6"})
				contains(r.t, "the comment", plainText(strings.Join(r.comments(), "")), "&#42;&#42;&#42;")
				r.run(r.schedule())
				r.merge(head1)
				r.run(r.push())
			})
		})
	}
}

// TestByHandIsTold: the result of a run by hand that approves is a comment on the pull request whose changes they were.
func TestByHandIsTold(t *testing.T) {
	inRunner(t, func(r *runner) {
		r.configure(byReview)
		r.merge(head1)
		r.change7()
		first := r.run(r.byHand("rita"))
		r.env["INPUT_APPROVE"] = first.outputs["approval-digest"]
		r.run(r.byHand("rita")).want(r.t, cli.ExitDone, map[string]string{"withheld": "0"})
		all := r.comments()
		if len(all) != 1 {
			r.t.Fatalf("%d comments", len(all))
		}
		contains(r.t, "the comment", plainText(all[0]), "Approved by rita", "rosa.vega")
		rows := strings.Split(strings.TrimSpace(r.audited("sync_success_log.csv")), "\n")
		if len(rows) < 2 {
			r.t.Fatalf("rows: %v", rows)
		}
		for _, row := range rows[1:] {
			if !strings.HasSuffix(strings.TrimSpace(row), ",rita,#7") {
				r.t.Errorf("a row does not name who approved, and where: %s", row)
			}
		}
		contains(r.t, "run.json", r.audited("run.json"), `"rita"`, `"#7"`)
	})
}

// Package clockify is a client of the Clockify REST API: people, groups, custom fields, projects
// and time entries of a workspace, and the detailed report.
//
// It keeps three promises. A list is whole or it is an error (ErrIncomplete). A write is repeated
// only where repeating is harmless, and one whose outcome is not known says so (ErrUncertain). The
// key appears in no error and no log line.
//
// It does not know why anything is read or written: no CSV, no plan, no GitHub.
package clockify

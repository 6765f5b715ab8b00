package cli

import (
	"github.com/clockify-sync/clockify-sync/internal/text"
)

// Words for one and for many.
var (
	peopleWord = [2]string{"person", "people"}
	fieldWord  = [2]string{"user field", "user fields"}
	groupWord  = [2]string{"group", "groups"}
)

// count renders "1 person", "1,000 people".
func count(n int, what [2]string) string { return text.Count(n, what[0], what[1]) }

// visible is text from outside made fit for a terminal.
func visible(s string) string { return text.Sanitize(s) }

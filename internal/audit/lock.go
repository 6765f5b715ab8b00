package audit

import "errors"

// errHeld says that somebody else holds a lock.
var errHeld = errors.New("it is locked")

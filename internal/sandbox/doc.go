// Package sandbox is of Clockify: an in-memory one, served over HTTP, that behaves as the real one was seen to, above all
// where that is inconvenient. Every quirk names the fact it copies (docs/clockify-api.md); what no source settles
// is marked [?] beside the choice made here, and the choice is the one that is harder on a client.
//
// It knows nothing of the programs that call it: no type is shared with any client, so that the two cannot agree by
// construction.
package sandbox

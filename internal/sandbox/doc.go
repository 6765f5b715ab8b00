// Package sandbox serves an in-memory Clockify over HTTP that behaves as the real one was seen to, above all where that is
// inconvenient. Every quirk names the fact it copies: (#paging) is a heading of docs/clockify-api.md. What no source settles
// is marked [?] beside the choice made here, which is the one that is harder on a client.
//
// It does not know the programs that call it: no type is shared with any client, so that the two cannot agree by
// construction. It serves the routes that are called, and no others.
package sandbox

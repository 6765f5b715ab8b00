// Package archtest keeps the rules of ARCHITECTURE.md: which room may import which, which modules are used for what, who
// may touch the world, what may stand at package level. It holds tests only.
//
// It does not know what any room does. It reads the source and the tables of ARCHITECTURE.md while it runs, so that the
// test cache sees a changed file; a test that asked go list would stay "ok" after a violation.
package archtest

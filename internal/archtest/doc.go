// Package archtest is of the house rules: which room may import which, who may
// touch the world, what may stand at package level. It holds tests only.
//
// It does not know what any room does. It reads the source through the file
// system while it runs, so that the test cache sees a changed file; a test
// that asked go list would stay "ok" after a violation.
package archtest

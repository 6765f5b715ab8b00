package provider

// lock is a mutex that is held while calls are made. It is waited for as a channel is, so that the clock of a test
// (testing/synctest) goes on meanwhile, which it does not for a sync.Mutex.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) Lock()   { l <- struct{}{} }
func (l lock) Unlock() { <-l }

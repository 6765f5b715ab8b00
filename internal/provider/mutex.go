package provider

// chanMutex is a mutex that is held while calls are made. It is waited for as a channel is, so that the clock of a test
// (testing/synctest) goes on meanwhile, which it does not for a sync.Mutex.
type chanMutex chan struct{}

func newMutex() chanMutex { return make(chanMutex, 1) }

func (m chanMutex) Lock()   { m <- struct{}{} }
func (m chanMutex) Unlock() { <-m }

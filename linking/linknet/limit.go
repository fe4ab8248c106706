package linknet

import (
	"sync"
	"time"
)

// Bounds of refused join requests, so that guessing is slow and cannot fill memory.
const (
	maxFailures   = 10 // per address and window
	failureWindow = time.Minute
	maxTracked    = 4096 // addresses
)

// attempts counts refused join requests by address. The zero value is ready.
type attempts struct {
	mu   sync.Mutex
	from map[string]failures
}

type failures struct {
	since time.Time
	count int
}

// allowed says whether a host at that address may try now.
func (a *attempts) allowed(address string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, known := a.from[address]
	if known && now.Sub(f.since) < failureWindow {
		return f.count < maxFailures
	}
	return known || len(a.from) < maxTracked || a.forgetOld(now)
}

// failed notes a refused request.
func (a *attempts) failed(address string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.from == nil {
		a.from = map[string]failures{}
	}
	f := a.from[address]
	if now.Sub(f.since) >= failureWindow {
		f = failures{since: now}
	}
	f.count++
	a.from[address] = f
}

// forgetOld drops addresses whose window is over and says whether there is room again.
func (a *attempts) forgetOld(now time.Time) bool {
	for address, f := range a.from {
		if now.Sub(f.since) >= failureWindow {
			delete(a.from, address)
		}
	}
	return len(a.from) < maxTracked
}

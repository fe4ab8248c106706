package tui

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// A screen left alone for a week does not grow, nor do its goroutines, although it is refreshed and written anew all the
// time. Not parallel, as the next one: they count what the whole process holds.
func TestLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		d := sit(t, f, 80, 24, func(o *Options) { o.Refresh, o.Redraw = 20*time.Minute, 30*time.Second })
		d.sees("3f9a1c52")
		rest := func(days int) (heap uint64, goroutines int) {
			for range days {
				d.waits(24 * time.Hour)
				d.press("<down>") // after a pause: written anew
			}
			return held(), runtime.NumGoroutine()
		}
		heap, goroutines := rest(1)
		draws, anew := d.screen.drawn()
		later, more := rest(6)
		if grown := int64(later) - int64(heap); grown > 256<<10 || more > goroutines {
			t.Errorf("grown by %d bytes, from %d to %d goroutines", grown, goroutines, more)
		}
		const looks = 6 * 24 * 3
		if d, a := d.screen.drawn(); d-draws < looks || a-anew < looks {
			t.Errorf("only %d times drawn in six days, %d times anew", d-draws, a-anew)
		}
		t.Logf("%d, then %d KiB; %d, then %d goroutines", heap>>10, later>>10, goroutines, more)
	})
}

// held is what stays on the heap, in bytes: the least of several looks, because caches of the runtime come and go.
func held() uint64 {
	least := ^uint64(0)
	for range 10 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
	}
	return least
}

// A screen used for long keeps nothing: neither goroutines nor pages grow.
func TestNothingGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.process.Role = "admin"
		f.network.Try = api.Try{Id: "try1", State: api.AwaitingConfirm, Deadline: start.Add(time.Hour)}
		d := sit(t, f, 80, 24)
		d.press("<f2>")
		d.sees("Keep them within 3600 s")
		round := func() {
			f.set(func() { f.network.Try.State = api.RolledBack })
			d.sees("back on the settings")
			f.set(func() { f.network.Try.State = api.AwaitingConfirm })
			d.sees("Keep them within")
		}
		round()
		before := runtime.NumGoroutine()
		for range 30 {
			round()
		}
		if now := runtime.NumGoroutine(); now > before {
			t.Errorf("%d goroutines have become %d", before, now)
		}
	})
}

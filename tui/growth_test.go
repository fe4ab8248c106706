package tui

import (
	"runtime"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// A screen left alone for long does not grow, nor do its goroutines: hundreds of refreshes, with the screen written anew now
// and then. Not parallel: it counts what the whole process holds.
func TestLeftAlone(t *testing.T) {
	f := newFake(t)
	d := sit(t, f, 80, 24, func(o *Options) { o.Refresh, o.Redraw = time.Microsecond, time.Nanosecond })
	d.sees("3f9a1c52")
	rest := func(draws int) (heap uint64, goroutines int) {
		for range draws {
			select {
			case <-d.drawn:
			case <-time.After(patience):
				t.Fatal("the screen is no longer drawn")
			}
			d.clock(time.Second)
		}
		d.post(tcell.NewEventKey(tcell.KeyDown, 0, tcell.ModNone)) // after a pause: written anew
		return held(), runtime.NumGoroutine()
	}
	heap, goroutines := rest(100)
	later, more := rest(500)
	if grown := int64(later) - int64(heap); grown > 512<<10 || more > goroutines+5 {
		t.Errorf("grown by %d bytes, from %d to %d goroutines", grown, goroutines, more)
	}
	t.Logf("%d, then %d KiB; %d, then %d goroutines", heap>>10, later>>10, goroutines, more)
}

// held is what stays on the heap, in bytes: the least of several looks, because the console works meanwhile.
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

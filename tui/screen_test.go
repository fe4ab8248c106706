package tui

import (
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
)

// watched is a screen that tells when something was drawn.
type watched struct {
	tcell.SimulationScreen
	drawn chan struct{}
}

func (w *watched) Show() {
	w.SimulationScreen.Show()
	select {
	case w.drawn <- struct{}{}:
	default:
	}
}

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: start} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

package tui

import (
	"strings"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
)

// watched is a screen that keeps a copy of what was drawn last, and tells that something was.
type watched struct {
	tcell.SimulationScreen
	drawn chan struct{}

	mu    sync.Mutex
	width int
	lines []string
	used  string // the line with what keys go to: drawn in reverse between the first and the last line
}

func (w *watched) Show() {
	w.SimulationScreen.Show()
	cells, width, height := w.GetContents()
	lines, used := make([]string, height), ""
	for y := range height {
		var b strings.Builder
		inUse := false
		for x := range width {
			c := cells[y*width+x]
			r := ' '
			if len(c.Runes) > 0 && c.Runes[0] != 0 {
				r = c.Runes[0]
			}
			b.WriteRune(r)
			_, _, attr := c.Style.Decompose()
			inUse = inUse || attr&tcell.AttrReverse != 0
		}
		if lines[y] = strings.TrimRight(b.String(), " "); inUse && y > 0 && y < height-1 {
			used = lines[y]
		}
	}
	w.mu.Lock()
	w.width, w.lines, w.used = width, lines, used
	w.mu.Unlock()
	select {
	case w.drawn <- struct{}{}:
	default:
	}
}

// seen is the copy: the text, the line in use, and how wide the screen is.
func (w *watched) seen() (text, used string, width int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n") + "\n", w.used, w.width
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

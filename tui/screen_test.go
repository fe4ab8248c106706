package tui

import (
	"context"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// watched is a screen that tests read. They do so when nothing in the bubble runs; the lock tells the race detector.
type watched struct {
	tcell.SimulationScreen
	mu    sync.Mutex
	draws int    // how often it was drawn
	syncs int    // and wholly written anew
	ended string // the stack of who took the screen down
}

func newScreen() *watched {
	return &watched{SimulationScreen: tcell.NewSimulationScreen("UTF-8")}
}

func (w *watched) Show() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.SimulationScreen.Show()
	w.draws++
}

func (w *watched) Sync() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.SimulationScreen.Sync()
	w.syncs++
}

// drawn is how often the screen was, and how often it was written anew.
func (w *watched) drawn() (draws, anew int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.draws, w.syncs
}

// seen is the text, and the line with what keys go to: the one in reverse between the first and the last line.
func (w *watched) seen() (text, used string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	cells, width, height := w.GetContents()
	var b strings.Builder
	for y := range height {
		row, inUse := cells[y*width:(y+1)*width], false
		line := make([]rune, width)
		for x, c := range row {
			line[x] = ' '
			if len(c.Runes) > 0 && c.Runes[0] != 0 {
				line[x] = c.Runes[0]
			}
			_, _, attr := c.Style.Decompose()
			inUse = inUse || attr&tcell.AttrReverse != 0
		}
		text := strings.TrimRight(string(line), " ")
		if inUse && y > 0 && y < height-1 {
			used = text
		}
		b.WriteString(text + "\n")
	}
	return b.String(), used
}

func (w *watched) Fini() {
	w.ended = string(debug.Stack())
	w.SimulationScreen.Fini()
}

// The loop that draws takes the screen down: elsewhere that would meet a screen that is being written anew.
func TestScreenIsTakenDownByItsLoop(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := &driver{t: t, screen: newScreen()}
		ctx, cancel := context.WithCancel(t.Context())
		ended := d.run(ctx, Options{Client: newFake(t).client(), Screen: d.screen})
		cancel()
		if err := <-ended; err != nil || !strings.Contains(d.screen.ended, "tview.(*Application).Run(") {
			t.Errorf("%v; taken down by\n%s", err, d.screen.ended)
		}
	})
}

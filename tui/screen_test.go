package tui

import (
	"context"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// watched is a screen that keeps a copy of what was drawn last. It is read when nothing in the bubble runs.
type watched struct {
	tcell.SimulationScreen
	draws int
	ended string // the stack of who took the screen down
	lines []string
	used  string // the line with what keys go to: drawn in reverse between the first and the last line
}

func newScreen() *watched {
	return &watched{SimulationScreen: tcell.NewSimulationScreen("UTF-8")}
}

func (w *watched) Show() {
	w.SimulationScreen.Show()
	cells, width, height := w.GetContents()
	w.draws++
	w.lines, w.used = make([]string, height), ""
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
		if w.lines[y] = strings.TrimRight(b.String(), " "); inUse && y > 0 && y < height-1 {
			w.used = w.lines[y]
		}
	}
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

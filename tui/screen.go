package tui

import (
	"fmt"
	"os"
	"slices"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
)

// openScreen opens the terminal, one of unknown kind as a vt100: what every serial console understands.
func openScreen(given tcell.Screen) (*steady, error) {
	screen, err := given, error(nil)
	if screen == nil {
		unpad()
		screen, err = tcell.NewScreen()
	}
	if err != nil {
		if err := os.Setenv("TERM", "vt100"); err != nil {
			return nil, err
		}
		unpad()
		screen, err = tcell.NewScreen()
	}
	if err == nil {
		err = screen.Init()
	}
	if err != nil {
		return nil, fmt.Errorf("the console needs a terminal: %w", err)
	}
	return &steady{Screen: screen}, nil
}

// unpad takes away the pauses after each sequence that a vt100 of 1978 needed: a screen would take seconds.
func unpad() {
	if terminal, err := terminfo.LookupTerminfo(os.Getenv("TERM")); err == nil {
		terminal.PadChar = ""
	}
}

// steady is a screen that is initialised, to which only what changed is written. tview clears the screen before it draws,
// and tcell then takes every cell for changed: a serial line of 9600 bit/s would never come to rest. It belongs to the
// screen's loop.
type steady struct {
	tcell.Screen
	width, height int
	next          []cell // by lines
}

// cell is one character of the screen.
type cell struct {
	main  rune
	comb  []rune
	style tcell.Style
}

// Init does nothing: tview would overlook its error.
func (*steady) Init() error { return nil }

// Clear begins a new picture.
func (s *steady) Clear() {
	w, h := s.Size()
	if w != s.width || h != s.height {
		s.width, s.height, s.next = w, h, make([]cell, w*h)
	}
	for i := range s.next {
		s.next[i] = cell{main: ' '}
	}
}

// SetContent puts a character into the picture.
func (s *steady) SetContent(x, y int, main rune, comb []rune, style tcell.Style) {
	if x >= 0 && x < s.width && y >= 0 && y < s.height {
		s.next[y*s.width+x] = cell{main, comb, style}
	}
}

// GetContent is what the picture has at a place; every character counts as one wide.
func (s *steady) GetContent(x, y int) (main rune, comb []rune, style tcell.Style, width int) {
	if x < 0 || x >= s.width || y < 0 || y >= s.height {
		return ' ', nil, tcell.StyleDefault, 1
	}
	c := s.next[y*s.width+x]
	return c.main, c.comb, c.style, 1
}

// Show writes what the picture has other than the terminal.
func (s *steady) Show() {
	for i, c := range s.next {
		x, y := i%s.width, i/s.width
		main, comb, style, _ := s.Screen.GetContent(x, y)
		if main != c.main || style != c.style || !slices.Equal(comb, c.comb) {
			s.Screen.SetContent(x, y, c.main, c.comb, c.style)
		}
	}
	s.Screen.Show()
}

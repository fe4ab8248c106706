package tui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/slipway-os/slipway/tui/form"
)

// landingLabel is the column of the labels; landingText is what the text needs beside a QR code, both in characters.
const (
	landingLabel = 12
	landingText  = 46
)

// customiseKeys are those that a console to look at only does not have.
const customiseKeys = "F2 or c: customise  F12 or p: restart or shut down  "

// landingView is the device information, with the QR code of the Local UI where there is room.
type landingView struct {
	*tview.Box
	c    *console
	top  int  // first line shown
	rest bool // of the lines was not drawn
}

func (c *console) landing() page {
	v := &landingView{Box: tview.NewBox(), c: c}
	keys := customiseKeys + "arrows scroll"
	if !c.Stay {
		keys = customiseKeys + "q: leave"
	}
	p := page{title: "Device information", keys: keys, body: v}
	p.refreshed = func() {
		if c.top().keys = keys; c.seen.host.ConsoleDisplayOnly {
			c.top().keys = strings.TrimPrefix(keys, customiseKeys)
		}
	}
	return p
}

func (v *landingView) Draw(s tcell.Screen) {
	s.HideCursor()
	x, y, w, h := v.GetRect()
	info := v.c.information()
	textWidth := w
	if code := qrCode(v.c.localUI()); len(code) > 0 && len(code) <= h && w >= landingText+len([]rune(code[0])) && s.CanDisplay('▀', false) {
		textWidth = w - len([]rune(code[0])) - 1
		style := tcell.StyleDefault.Foreground(tcell.ColorWhite).Background(tcell.ColorBlack)
		for i, line := range code {
			put(s, x+w-len([]rune(line)), y+i, len([]rune(line)), line, style)
		}
	}
	lines := layoutFacts(info, textWidth)
	v.top = max(min(v.top, len(lines)-h), 0)
	for i := v.top; i < len(lines) && i-v.top < h; i++ {
		put(s, x, y+i-v.top, textWidth, lines[i], plain)
	}
	v.rest = v.top+h < len(lines)
}

func (v *landingView) goesOn() bool { return v.rest }

// layoutFacts is the facts as lines of at most width characters.
func layoutFacts(facts []fact, width int) (lines []string) {
	for _, f := range facts {
		label := f.label
		if hex, ok := strings.CutPrefix(f.text, "sha256:"); ok && len(f.text) > width-landingLabel && len(hex) == 64 {
			f.text = "sha256:\n" + hex[:32] + "\n" + hex[32:] // even parts are easier to compare
		}
		for _, text := range form.Wrap(f.text, width-landingLabel) {
			lines = append(lines, form.Pad(label, landingLabel)+text)
			label = ""
		}
	}
	return lines
}

func (v *landingView) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return func(e *tcell.EventKey, _ func(tview.Primitive)) {
		_, _, _, h := v.GetRect()
		switch k := e.Key(); {
		case k == tcell.KeyF2, k == tcell.KeyRune && e.Rune() == 'c': // a vt100 has no F2, and no F12
			v.c.customise(v.c.menu)
		case k == tcell.KeyF12, k == tcell.KeyRune && e.Rune() == 'p':
			v.c.customise(v.c.power)
		case k == tcell.KeyRune && e.Rune() == 'q':
			v.c.exit()
		case k == tcell.KeyDown:
			v.top++
		case k == tcell.KeyUp:
			v.top--
		case k == tcell.KeyPgDn:
			v.top += h
		case k == tcell.KeyPgUp:
			v.top -= h
		}
		v.top = max(v.top, 0)
	}
}

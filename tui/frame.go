package tui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/slipway-os/slipway/tui/form"
)

// The styles use attributes, not colours: a console may have none.
var (
	plain   = tcell.StyleDefault
	strong  = tcell.StyleDefault.Bold(true)
	reverse = tcell.StyleDefault.Reverse(true)
)

// put writes text of exactly w characters, whatever is in it.
func put(s tcell.Screen, x, y, w int, text string, style tcell.Style) {
	for i, r := range []rune(form.Pad(text, w)) {
		s.SetContent(x+i, y, r, nil, style)
	}
}

// frameView draws the title, the page on top, the message and the keys.
type frameView struct {
	*tview.Box
	c *console
}

func (c *console) frame() tview.Primitive { return &frameView{tview.NewBox(), c} }

func (v *frameView) Draw(s tcell.Screen) {
	x, y, w, h := v.GetRect()
	if w < 4 || h < 4 {
		return
	}
	p := v.c.top()
	title := " Slipway " + v.c.Version
	if name := v.c.seen.host.Name; name != "" {
		title += "  " + name
	}
	put(s, x, y, w, title, reverse)
	if at := w - len([]rune(p.title)) - 1; at > 0 {
		put(s, x+at, y, len([]rune(p.title))+1, p.title, reverse)
	}
	lines, style := v.below(w-2, h)
	body := h - 2 - len(lines)
	for row := range body {
		put(s, x, y+1+row, w, "", plain)
	}
	p.body.SetRect(x+1, y+2, w-2, body-1)
	p.body.Draw(s)
	for i, line := range lines {
		put(s, x, y+1+body+i, w, " "+line, style)
	}
	put(s, x, y+h-1, w, " "+p.keys, reverse)
	if long, ok := p.body.(interface{ goesOn() bool }); ok && long.goesOn() {
		put(s, x+w-len(more), y+h-1, len(more), more, reverse)
	}
}

// more says that a page goes on below.
const more = " (more) "

// below is what stands above the keys: what is going on, or else what the row in use is for, where there is room.
func (v *frameView) below(width, height int) (lines []string, style tcell.Style) {
	if v.c.message != "" {
		lines = form.Wrap(v.c.message, width)
		return lines[:min(len(lines), max(height/3, 1))], strong
	}
	if f, ok := v.c.top().body.(*formView); ok && height >= roomForHelp && f.help() != "" {
		return form.Wrap(f.help(), width), plain
	}
	return nil, plain
}

// roomForHelp is the height of a screen that has more than its form, in lines.
const roomForHelp = 15

// InputHandler hands keys to the page on top; there is one focus, and this is where it goes.
func (v *frameView) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return func(e *tcell.EventKey, focus func(tview.Primitive)) {
		if h := v.c.top().body.InputHandler(); h != nil {
			h(e, func(tview.Primitive) {})
		}
	}
}

// PasteHandler hands pasted text to the page on top.
func (v *frameView) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, focus func(tview.Primitive)) {
		if f, ok := v.c.top().body.(*formView); ok {
			f.paste(text)
		}
	}
}

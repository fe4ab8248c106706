package tui

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gdamore/tcell/v2"

	"github.com/slipway-os/slipway/tui/form"
)

// fieldWidth is how wide a field is drawn at the most, in characters.
const fieldWidth = 46

// static is a value that cannot be changed.
type static struct{ text string }

func (t *static) draw(s tcell.Screen, x, y, w int, _ bool) { put(s, x, y, w, t.text, plain) }
func (*static) key(*tcell.EventKey) bool                   { return false }

// textField is one line of text.
type textField struct {
	text   []rune
	pos    int // of the cursor
	max    int // characters
	secret bool
}

func (t *textField) value() string { return strings.TrimSpace(string(t.text)) }

// set replaces the text.
func (t *textField) set(text string) { t.text, t.pos = []rune(text), len([]rune(text)) }

// insert types text at the cursor; what cannot be typed, such as the line ends of pasted text, is left out.
func (t *textField) insert(text []rune) {
	text = slices.DeleteFunc(slices.Clone(text), func(r rune) bool { return !unicode.IsPrint(r) })
	text = text[:min(len(text), t.max-len(t.text))]
	t.text = slices.Insert(t.text, t.pos, text...)
	t.pos += len(text)
}

func (t *textField) key(e *tcell.EventKey) bool {
	switch e.Key() {
	case tcell.KeyRune:
		t.insert([]rune{e.Rune()})
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		if t.pos > 0 {
			t.pos--
			t.text = slices.Delete(t.text, t.pos, t.pos+1)
		}
	case tcell.KeyDelete:
		if t.pos < len(t.text) {
			t.text = slices.Delete(t.text, t.pos, t.pos+1)
		}
	case tcell.KeyLeft:
		t.pos = max(t.pos-1, 0)
	case tcell.KeyRight:
		t.pos = min(t.pos+1, len(t.text))
	case tcell.KeyHome, tcell.KeyCtrlA:
		t.pos = 0
	case tcell.KeyEnd, tcell.KeyCtrlE:
		t.pos = len(t.text)
	case tcell.KeyCtrlU:
		t.text, t.pos = nil, 0
	default:
		return false
	}
	return true
}

// draw shows the part of the text around the cursor between brackets.
func (t *textField) draw(s tcell.Screen, x, y, w int, focused bool) {
	inner := min(w, fieldWidth) - 2
	if inner < 1 {
		return
	}
	shown := t.text
	if t.secret {
		shown = []rune(strings.Repeat("*", len(t.text)))
	}
	from := max(t.pos-inner+1, 0)
	shown = shown[from:min(len(shown), from+inner)]
	style := plain
	if focused {
		style = reverse
		s.ShowCursor(x+1+t.pos-from, y)
	}
	put(s, x, y, 1, "[", plain)
	put(s, x+1, y, inner, string(shown), style)
	put(s, x+1+inner, y, 1, "]", plain)
}

// choice is one of a few values; the left and right arrows and the space bar go through them.
type choice struct {
	values []string
	at     int
	moved  func() // after another value was chosen
}

func (c *choice) value() string { return c.values[c.at] }

func (c *choice) set(value string) { c.at = max(slices.Index(c.values, value), 0) }

func (c *choice) key(e *tcell.EventKey) bool {
	n := len(c.values)
	switch {
	case e.Key() == tcell.KeyRight, e.Key() == tcell.KeyRune && e.Rune() == ' ':
		c.at = (c.at + 1) % n
	case e.Key() == tcell.KeyLeft:
		c.at = (c.at + n - 1) % n
	default:
		return false
	}
	if c.moved != nil {
		c.moved()
	}
	return true
}

func (c *choice) draw(s tcell.Screen, x, y, w int, focused bool) {
	text := "< " + c.value() + " >"
	style := plain
	if focused {
		style = reverse
		put(s, x+len([]rune(text))+2, y, max(w-len([]rune(text))-2, 0), "left/right change", plain)
	}
	put(s, x, y, min(len([]rune(text)), w), text, style)
}

// button does something on Enter. With a value it is an entry of a menu.
type button struct {
	text  string
	value string
	press func()
}

func (b *button) key(e *tcell.EventKey) bool {
	if e.Key() != tcell.KeyEnter {
		return false
	}
	b.press()
	return true
}

func (b *button) draw(s tcell.Screen, x, y, w int, focused bool) {
	style := plain
	if focused {
		style = reverse
	}
	if b.value == "" {
		text := "[ " + b.text + " ]"
		put(s, x, y, min(len([]rune(text)), w), text, style)
		return
	}
	put(s, x, y, w, form.Pad(" "+b.text, labelWidth+8)+b.value, style)
}

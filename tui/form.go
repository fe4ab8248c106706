package tui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/slipway-os/slipway/tui/form"
)

// labelWidth is the column of the labels, in characters.
const labelWidth = 20

// widget is what a person uses in a row.
type widget interface {
	// draw shows the widget in one line of w characters.
	draw(s tcell.Screen, x, y, w int, focused bool)
	// key handles a key and says whether it was one of the widget's.
	key(e *tcell.EventKey) bool
}

// row is one line of a form: a label, a widget, and below them what is wrong, in words. A row without a widget is text.
type row struct {
	label  string
	widget widget
	note   string
	help   func() string // what the row is for, shown while it is in use; nil for none
	hidden bool
}

// says is a help that is always the same.
func says(text string) func() string { return func() string { return text } }

// formView is a page of rows; it scrolls so that the row in use is seen.
type formView struct {
	*tview.Box
	intro   string
	table   func(width int) []string // lines below the intro; nil for none
	rows    []*row
	at      int
	rest    bool   // of the lines was not drawn
	changed func() // after every key that changed a field
	escape  func()
}

func newForm(intro string) *formView { return &formView{Box: tview.NewBox(), intro: intro} }

func (f *formView) add(label string, w widget) *row {
	r := &row{label: label, widget: w}
	f.rows = append(f.rows, r)
	return r
}

func (f *formView) text(label, value string) *row { return f.add(label, &static{value}) }

func (f *formView) field(label, value string) (*row, *textField) {
	t := &textField{text: []rune(value), max: 256}
	t.pos = len(t.text)
	return f.add(label, t), t
}

func (f *formView) choice(label, value string, values ...string) (*row, *choice) {
	w := &choice{values: values}
	w.set(value)
	return f.add(label, w), w
}

func (f *formView) button(text string, press func()) {
	f.add("", &button{text: text, press: press})
}

// clear takes the rows from n on away, to be made anew.
func (f *formView) clear(n int) { f.rows = f.rows[:n] }

func (r *row) usable() bool {
	_, text := r.widget.(*static)
	return !text && !r.hidden
}

// move goes to the next row that can be used, round the end.
func (f *formView) move(by int) {
	for range f.rows {
		f.at = (f.at + by + len(f.rows)) % len(f.rows)
		if f.rows[f.at].usable() {
			return
		}
	}
}

// current is the row in use, nil when there is none.
func (f *formView) current() *row {
	f.at = min(f.at, len(f.rows)-1)
	if f.at < 0 {
		f.at = 0
		return nil
	}
	if !f.rows[f.at].usable() {
		f.move(1)
	}
	if r := f.rows[f.at]; r.usable() {
		return r
	}
	return nil
}

// help is that of the row in use.
func (f *formView) help() string {
	if r := f.current(); r != nil && r.help != nil {
		return r.help()
	}
	return ""
}

func (f *formView) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return func(e *tcell.EventKey, _ func(tview.Primitive)) {
		r := f.current()
		switch k := e.Key(); {
		case k == tcell.KeyEsc:
			if f.escape != nil {
				f.escape()
			}
		case r == nil:
		case k == tcell.KeyTab, k == tcell.KeyDown:
			f.move(1)
		case k == tcell.KeyBacktab, k == tcell.KeyUp:
			f.move(-1)
		case r.widget.key(e):
			f.tellChange(r)
		case k == tcell.KeyEnter:
			f.move(1)
		case k == tcell.KeyHome:
			f.at = 0
		case k == tcell.KeyEnd:
			f.at = len(f.rows) - 1
		}
	}
}

func (f *formView) tellChange(r *row) {
	if _, press := r.widget.(*button); !press && f.changed != nil {
		f.changed()
	}
}

func (f *formView) paste(text string) {
	r := f.current()
	if r == nil {
		return
	}
	if t, ok := r.widget.(*textField); ok {
		t.insert([]rune(text))
		f.tellChange(r)
	}
}

// line is one line as it is drawn.
type line struct {
	row  *row
	text string // of the intro or a note, when not empty
}

// layout is every line of the form at a width, and the lines of the row in use.
func (f *formView) layout(width int) (lines []line, from, to int) {
	if f.intro != "" {
		for _, text := range form.Wrap(f.intro, width) {
			lines = append(lines, line{text: text})
		}
		lines = append(lines, line{})
	}
	if f.table != nil {
		for _, text := range f.table(width) {
			lines = append(lines, line{text: text})
		}
	}
	now := f.current()
	for _, r := range f.rows {
		if r.hidden {
			continue
		}
		if r == now {
			from = len(lines)
		}
		lines = append(lines, line{row: r})
		if r.note != "" {
			for _, text := range form.Wrap("! "+r.note, max(width-labelWidth, 10)) {
				lines = append(lines, line{text: form.Pad("", min(labelWidth, max(width-10, 0))) + text})
			}
		}
		if r == now {
			to = len(lines)
		}
	}
	return lines, from, to
}

func (f *formView) Draw(s tcell.Screen) {
	s.HideCursor()
	x, y, w, h := f.GetRect()
	if h < 1 || w < 1 {
		return
	}
	lines, from, to := f.layout(w)
	top := 0
	if to > h {
		top = min(from, to-h)
	}
	now := f.current()
	for i := top; i < len(lines) && i-top < h; i++ {
		l := lines[i]
		if l.row == nil {
			put(s, x, y+i-top, w, l.text, plain)
			continue
		}
		l.row.draw(s, x, y+i-top, w, l.row == now)
	}
	f.rest = top+h < len(lines)
}

// goesOn says whether the page goes on below the screen.
func (f *formView) goesOn() bool { return f.rest }

func (r *row) draw(s tcell.Screen, x, y, w int, focused bool) {
	indent := 0
	if r.label != "" {
		indent = min(labelWidth, w)
		put(s, x, y, indent, r.label, plain)
	}
	r.widget.draw(s, x+indent, y, w-indent, focused)
}

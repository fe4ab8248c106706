package tui

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

var update = flag.Bool("update", false, "write testdata/*.txt anew")

// patience is how long a screen may take to show what a test waits for.
const patience = 10 * time.Second

// driver is a person at a console of the given size.
type driver struct {
	t      *testing.T
	screen *watched
	drawn  chan struct{} // a screen was drawn
	width  int
	clock  func(time.Duration) // moves the console's clock
}

// sit starts a console for fake and waits for its landing page.
func sit(t *testing.T, f *fakeAgent, width, height int, change ...func(*Options)) *driver {
	t.Helper()
	screen := &watched{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), drawn: make(chan struct{}, 1)}
	d := &driver{t: t, screen: screen, drawn: screen.drawn, width: width}
	clock := newClock()
	d.clock = clock.move
	o := Options{Client: f.client(), Version: "0.1.0", Screen: screen, Stay: true, Refresh: 50 * time.Millisecond, Now: clock.now}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the console ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("the console does not end")
		}
	})
	<-d.drawn
	screen.SetSize(width, height)
	d.post(tcell.NewEventResize(width, height))
	return d
}

// post sends an event; a full queue is one that the console is working on.
func (d *driver) post(e tcell.Event) {
	for d.screen.PostEvent(e) != nil {
		runtime.Gosched()
	}
}

// text is what the screen shows.
func (d *driver) text() string {
	text, _, _ := d.screen.seen()
	return text
}

// inUse is the line that keys go to.
func (d *driver) inUse() string {
	_, used, _ := d.screen.seen()
	return used
}

// flat is the screen without its line breaks, for sentences that were wrapped.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// sees waits until the screen shows every text.
func (d *driver) sees(texts ...string) {
	d.t.Helper()
	d.until(strings.Join(texts, "; "), func(s string) bool {
		for _, text := range texts {
			if !strings.Contains(flat(s), text) {
				return false
			}
		}
		return true
	})
}

func (d *driver) until(what string, ok func(string) bool) {
	d.t.Helper()
	limit := time.After(patience)
	for {
		if text, _, w := d.screen.seen(); w == d.width && ok(text) {
			return
		}
		select {
		case <-d.drawn:
		case <-limit:
			d.t.Fatalf("the screen does not show: %s\n%s", what, d.text())
		}
	}
}

// press types keys: names of tcell keys between < and >, everything else as it is.
func (d *driver) press(keys ...string) {
	for _, k := range keys {
		if key, ok := special[k]; ok {
			d.screen.InjectKey(key, 0, tcell.ModNone)
			continue
		}
		for _, r := range k {
			d.screen.InjectKey(tcell.KeyRune, r, tcell.ModNone)
		}
	}
}

var special = map[string]tcell.Key{"<enter>": tcell.KeyEnter, "<esc>": tcell.KeyEsc, "<tab>": tcell.KeyTab, "<up>": tcell.KeyUp, "<down>": tcell.KeyDown,
	"<left>": tcell.KeyLeft, "<right>": tcell.KeyRight, "<f2>": tcell.KeyF2, "<f12>": tcell.KeyF12, "<clear>": tcell.KeyCtrlU, "<pgdn>": tcell.KeyPgDn, "<ctrl-c>": tcell.KeyCtrlC}

// pick goes down the menu to the entry called name and selects it.
func (d *driver) pick(name string) {
	d.t.Helper()
	d.settle() // a key that is still on its way would move on from the row that is found
	for range 30 {
		if strings.Contains(d.inUse(), name) {
			d.press("<enter>")
			return
		}
		before := d.inUse()
		d.press("<down>")
		d.until("another row", func(string) bool { return d.inUse() != before })
	}
	d.t.Fatalf("no entry %q on\n%s", name, d.text())
}

// golden compares the screen with testdata/name.txt.
func (d *driver) golden(name string) {
	d.t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		d.settle()
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(d.text()), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	d.until("the text of "+file, func(s string) bool { return s == string(want) })
}

// settle waits until the screen has been the same for a while; only to write golden files, never to compare.
func (d *driver) settle() {
	for last := ""; last != d.text(); {
		last = d.text()
		time.Sleep(300 * time.Millisecond)
	}
}

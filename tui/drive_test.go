package tui

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gdamore/tcell/v2"
)

var update = flag.Bool("update", false, "write testdata/*.txt anew")

// patience is how long a screen may take to show what a test waits for, by the clock of the bubble.
const patience = 10 * time.Second

// inBubble runs a test in a bubble of its own (testing/synctest): its clock moves only when everything waits, so that
// keys, screens and countdowns never depend on how busy the machine is, and nothing may outlive the test.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, test)
}

// driver is a person at a console of the given size.
type driver struct {
	t      *testing.T
	screen *watched
	f      *fakeAgent // that the console asks
}

// sit starts a console for fake, at the time start, and waits for its first screen.
func sit(t *testing.T, f *fakeAgent, width, height int, change ...func(*Options)) *driver {
	t.Helper()
	time.Sleep(time.Until(start))
	d := &driver{t: t, screen: newScreen(), f: f}
	o := Options{Client: f.client(), Version: "0.1.0", Screen: d.screen, Stay: true, Now: func() time.Time { return time.Now().UTC() }}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := d.run(ctx, o)
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the console ended with %v", err)
		}
	})
	d.resize(width, height)
	return d
}

// run starts a console and waits until it waits for a person.
func (d *driver) run(ctx context.Context, o Options) (ended chan error) {
	ended = make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	synctest.Wait()
	return ended
}

func (d *driver) resize(width, height int) {
	d.t.Helper()
	d.screen.SetSize(width, height)
	d.post(tcell.NewEventResize(width, height))
}

// post sends an event and waits until the console has done all that comes of it.
func (d *driver) post(e tcell.Event) {
	d.t.Helper()
	if err := d.screen.PostEvent(e); err != nil {
		d.t.Fatal(err)
	}
	synctest.Wait()
}

// text is what the screen shows.
func (d *driver) text() string {
	text, _ := d.screen.seen()
	return text
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

// until lets time go by until the screen is as wanted.
func (d *driver) until(what string, ok func(string) bool) {
	d.t.Helper()
	for begin := time.Now(); !ok(d.text()); d.waits(100 * time.Millisecond) {
		if time.Since(begin) > patience {
			d.t.Fatalf("the screen does not show: %s\n%s", what, d.text())
		}
	}
}

// waits is a person who does nothing for a while.
func (d *driver) waits(long time.Duration) {
	time.Sleep(long)
	synctest.Wait()
}

// press types keys: names of tcell keys between < and >, everything else as it is.
func (d *driver) press(keys ...string) {
	d.t.Helper()
	for _, k := range keys {
		if key, ok := special[k]; ok {
			d.post(tcell.NewEventKey(key, 0, tcell.ModNone))
			continue
		}
		for _, r := range k {
			d.post(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
		}
	}
}

var special = map[string]tcell.Key{"<enter>": tcell.KeyEnter, "<esc>": tcell.KeyEsc, "<tab>": tcell.KeyTab, "<up>": tcell.KeyUp, "<down>": tcell.KeyDown,
	"<left>": tcell.KeyLeft, "<right>": tcell.KeyRight, "<f2>": tcell.KeyF2, "<f12>": tcell.KeyF12, "<clear>": tcell.KeyCtrlU, "<pgdn>": tcell.KeyPgDn, "<ctrl-c>": tcell.KeyCtrlC}

// at goes down to the row that shows the text.
func (d *driver) at(text string) {
	d.t.Helper()
	for range 30 {
		if _, used := d.screen.seen(); strings.Contains(used, text) {
			return
		}
		d.press("<down>")
	}
	d.t.Fatalf("no row %q on\n%s", text, d.text())
}

// pick goes down to the entry called name and selects it.
func (d *driver) pick(name string) {
	d.t.Helper()
	d.at(name)
	d.press("<enter>")
}

// golden compares the screen with testdata/name.txt.
func (d *driver) golden(name string) {
	d.t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
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
	if d.text() != string(want) {
		d.t.Errorf("the screen is not the text of %s but\n%s", file, d.text())
	}
}

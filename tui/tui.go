package tui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/slipway-os/slipway/agent/apiclient"
)

// idleLimit is how long a person may stay logged in without a key.
const idleLimit = 15 * time.Minute

// pause is after how long without a key a person is taken to have come anew.
const pause = 10 * time.Second

// ownColours makes tview use those of the terminal; its theme is one for the whole process.
var ownColours sync.Once

// Options says what the console talks to.
type Options struct {
	Client *apiclient.Client
	// Version of the console.
	Version string
	// Journal gives the last lines of the agent's journal, for when it is down; nil shows none.
	Journal func(ctx context.Context) []string
	// Screen replaces the terminal, for tests; nil opens it.
	Screen tcell.Screen
	// Refresh is how often the host is asked; 0 means every two seconds.
	Refresh time.Duration
	// Redraw is how often the whole screen is written anew, for terminals that the system writes its messages over; oftener
	// at first, while the system still starts, and at the first key after a pause. 0 means never.
	Redraw time.Duration
	// Stay is for the machine's own screen: nobody leaves it, by accident or to get a shell.
	Stay bool
	// Now replaces the clock, for tests.
	Now func() time.Time
}

// console is the state of the screens. Its fields belong to the screen's loop; only post may be called from elsewhere.
type console struct {
	Options
	app     *tview.Application
	screen  *steady
	ctx     context.Context
	end     context.CancelFunc
	workers sync.WaitGroup
	wake    chan struct{}
	epoch   atomic.Int64 // log-ins and log-outs so far

	pages   []*page
	message string // last line but one: what is going on, or went wrong
	busy    bool   // a call that the person waits for is under way
	hurry   bool   // the watcher is to look again soon
	lastKey time.Time

	seen    snapshot
	session session
}

// page is one screen on the stack.
type page struct {
	title string
	keys  string
	body  tview.Primitive
	// refreshed is called when the host was read anew.
	refreshed func()
}

// Run shows the console until ctx ends or the terminal is gone.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Refresh == 0 {
		o.Refresh = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &console{Options: o, app: tview.NewApplication().EnablePaste(true), ctx: ctx, end: cancel, wake: make(chan struct{}, 1), lastKey: o.Now()}
	screen, err := openScreen(o.Screen)
	if err != nil {
		return err
	}
	c.screen = screen
	c.app.SetScreen(screen)
	ownColours.Do(func() { tview.Styles = tview.Theme{} })
	c.push(c.landing())
	c.app.SetRoot(c.frame(), true).SetInputCapture(c.anyKey)
	c.workers.Go(c.watch)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		c.workers.Wait()              // the loop still takes what they post
		c.app.QueueUpdate(c.app.Stop) // in the loop: elsewhere the screen would be taken down while the loop writes it anew
	}()
	if err := c.app.Run(); err != nil {
		return err // the loop is gone: workers that post would wait for ever, so nobody waits for them
	}
	cancel()
	<-ended
	return nil
}

// post runs f in the screen's loop and draws.
func (c *console) post(f func()) { c.app.QueueUpdateDraw(f) }

// call does work apart from the screen, which says what in the meantime, and then done in the screen's loop. While one
// call runs no other starts: keys that a person types ahead must not press a button twice.
func (c *console) call(what string, work func(ctx context.Context) error, done func()) {
	if c.busy {
		return
	}
	c.busy, c.message = true, what
	c.workers.Go(func() {
		err := work(c.ctx)
		c.post(func() {
			c.busy, c.message = false, ""
			if err != nil {
				c.failed(err)
				return
			}
			if done != nil {
				done()
			}
		})
	})
}

// failed says why a call did not work; a session that has ended goes back to the landing page.
func (c *console) failed(err error) {
	if c.ended(err) {
		c.dropSession("Your session has ended. Press F2 to log in again.")
		return
	}
	c.message = err.Error()
}

// push shows a page over the one there is.
func (c *console) push(p page) {
	c.message = ""
	c.pages = append(c.pages, &p)
	if p.refreshed != nil {
		p.refreshed()
	}
}

// pop goes back one page; the landing page stays.
func (c *console) pop() {
	if len(c.pages) > 1 {
		c.message = ""
		c.pages = c.pages[:len(c.pages)-1]
		if f := c.top().refreshed; f != nil {
			f()
		}
	}
}

// home goes back to the first n pages: 1 is the landing page, 2 the menu.
func (c *console) home(n int) {
	for len(c.pages) > n {
		c.pop()
	}
}

func (c *console) top() *page { return c.pages[len(c.pages)-1] }

// anyKey sees every key first.
func (c *console) anyKey(e *tcell.EventKey) *tcell.EventKey {
	if c.Redraw > 0 && c.Now().Sub(c.lastKey) > pause {
		c.screen.Sync() // not the application's, which queues: a full queue would hold the loop up for ever
	}
	c.lastKey = c.Now()
	switch e.Key() {
	case tcell.KeyCtrlC:
		c.exit()
		return nil
	case tcell.KeyCtrlL:
		c.screen.Sync()
		return nil
	}
	return e
}

// exit ends the console where that is allowed.
func (c *console) exit() {
	if !c.Stay {
		c.end()
	}
}

// confirm asks before something that cannot be taken back.
func (c *console) confirm(title, question, yes string, do func()) {
	f := newForm(question)
	f.button("Back", c.pop)
	f.button(yes, func() { c.pop(); do() })
	c.pushForm(title, f)
}

// pushForm shows a form as a page, left by Esc.
func (c *console) pushForm(title string, f *formView) *page {
	f.escape = c.pop
	c.push(page{title: title, keys: "Tab/arrows move  Enter selects  Esc back", body: f})
	return c.top()
}

// show is a page of text with a way back; the text must be clean.
func (c *console) show(title, text string) {
	v := tview.NewTextView().SetWrap(true).SetText(text)
	v.SetDoneFunc(func(tcell.Key) { c.pop() })
	c.push(page{title: title, keys: "arrows scroll  Esc back", body: v})
}

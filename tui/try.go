package tui

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// window is how long a change of the network is on trial.
const window = 60 * time.Second

func pending(t api.Try) bool {
	return t.State == api.Applying || t.State == api.Verifying || t.State == api.AwaitingConfirm
}

// remaining is the time until the host goes back, in whole seconds.
func (c *console) remaining(t api.Try) int {
	return max(int(t.Deadline.Sub(c.Now()).Round(time.Second).Seconds()), 0)
}

// difference asks what a change would do and shows it.
func (c *console) difference(change api.NetworkChange) {
	var p api.NetworkPreview
	c.call("Checking", func(ctx context.Context) (err error) {
		p, err = c.preview(ctx, change)
		return err
	}, func() {
		if len(p.Problems) > 0 {
			c.message = sentence(p.Problems[0].Message)
			return
		}
		c.compare(change, p)
	})
}

// compare shows today's settings beside the new ones before anything is done.
func (c *console) compare(change api.NetworkChange, p api.NetworkPreview) {
	if len(p.Lines) == 0 {
		c.message = "These are the settings that the host already has; nothing to do."
		return
	}
	f := newForm(fmt.Sprintf("The change is tried for %d seconds. If you do not keep it, or if it does not work, the host goes back to today's settings by itself.", int(window.Seconds())))
	f.table = func(width int) []string { return differences(p.Lines, width) }
	f.button("Back", c.pop)
	f.button("Try it", func() { c.try(change) })
	c.pushForm("Difference", f)
}

func (c *console) try(change api.NetworkChange) {
	change.ConfirmWithinSeconds = int(window.Seconds())
	var t api.Try
	c.call("Applying the settings", func(ctx context.Context) (err error) {
		t, err = apiclient.Decode[api.Try](c.Client, func() (*http.Response, error) { return c.Client.StartTry(ctx, change) })
		return err
	}, func() {
		c.home(2)
		c.seen.network.Try = t
		c.trial(t)
	})
}

// trial is the page of a try: what is being checked, the countdown, and how it ended.
func (c *console) trial(t api.Try) {
	f := newForm("")
	page := c.pushForm("Network settings on trial", f)
	page.keys = "Tab/arrows move  Enter selects"
	act := func(what string, call func(ctx context.Context, id string) (*http.Response, error)) func() {
		return func() {
			c.call(what, func(ctx context.Context) error {
				_, err := apiclient.Decode[api.Try](c.Client, func() (*http.Response, error) { return call(ctx, t.Id) })
				return err
			}, c.again)
		}
	}
	keep := &button{text: "Keep these settings", press: act("Keeping the settings", func(ctx context.Context, id string) (*http.Response, error) { return c.Client.ConfirmTry(ctx, id) })}
	back := &button{text: "Take them back now", press: act("Going back", func(ctx context.Context, id string) (*http.Response, error) { return c.Client.CancelTry(ctx, id) })}
	done := &button{text: "Back to the menu", press: func() { c.home(2) }}
	keepRow, backRow, doneRow := f.add("", keep), f.add("", back), f.add("", done)
	page.refreshed = func() {
		if now := c.seen.network.Try; now.Id == t.Id {
			if now.State != t.State {
				f.at = 0 // the key that keeps is the first
			}
			t = now
		}
		f.intro = c.trialText(t)
		keepRow.hidden = t.State != api.AwaitingConfirm
		backRow.hidden = !pending(t)
		doneRow.hidden = pending(t)
		if f.escape = nil; !pending(t) {
			f.escape = func() { c.home(2) }
		} else {
			c.soon()
		}
	}
	page.refreshed()
}

// soon makes the watcher look again within a second, once however often it is called, for a countdown that moves.
func (c *console) soon() {
	if c.hurry {
		return
	}
	c.hurry = true
	c.workers.Go(func() {
		select {
		case <-c.ctx.Done():
		case <-time.After(c.Refresh / 4):
			c.post(func() { c.hurry = false; c.again() })
		}
	})
}

func (c *console) trialText(t api.Try) string {
	switch t.State {
	case api.Applying:
		return "The new settings are being applied ..."
	case api.Verifying:
		return fmt.Sprintf("The new settings are in place. Checking link, address, gateway, DNS and leader ... (%d s left)", c.remaining(t))
	case api.AwaitingConfirm:
		return fmt.Sprintf("The new settings work.%s\n\nKeep them within %d s; otherwise the host goes back to the settings it had.", warned(t), c.remaining(t))
	case api.Confirmed:
		return "The new settings are kept; the host will boot with them."
	}
	return "The host is back on the settings it had.\n\n" + sentence(t.Reason)
}

// warned is what the checks found beside that.
func warned(t api.Try) (text string) {
	for _, w := range t.Warnings {
		text += "\nWarning: " + sentence(w)
	}
	return text
}

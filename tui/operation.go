package tui

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// start begins long work and follows it on a page of its own. Leaving the page does not stop the work.
func (c *console) start(title string, begin func(ctx context.Context) (*http.Response, error)) {
	var op api.Operation
	c.call(title, func(ctx context.Context) (err error) {
		op, err = apiclient.Decode[api.Operation](c.Client, func() (*http.Response, error) { return begin(ctx) })
		return err
	}, func() {
		c.home(2)
		c.follow(title, op)
	})
}

func (c *console) follow(title string, op api.Operation) {
	f := newForm(steps(op))
	f.button("Back to the menu", func() { c.home(2) })
	c.pushForm(title, f)
	c.workers.Go(func() {
		_, err := c.Client.WaitOperation(c.ctx, op.Id, func(now api.Operation) {
			c.post(func() { f.intro = steps(now) })
		})
		c.post(func() {
			if f.intro += "\n\nDone."; err != nil {
				f.intro = strings.TrimSuffix(f.intro, "\n\nDone.") + "\n\n" + err.Error()
			}
			c.again()
		})
	})
}

// steps is an operation as text.
func steps(op api.Operation) string {
	var b strings.Builder
	b.WriteString(op.Title)
	for _, s := range op.Steps {
		fmt.Fprintf(&b, "\n%s%s", form.Pad(s.Name, 30), s.State)
		if s.Progress != nil && s.Progress.Total > 0 {
			fmt.Fprintf(&b, "  %d of %d %s", s.Progress.Done, s.Progress.Total, s.Progress.Unit)
		}
		if s.Message != "" {
			b.WriteString("  " + s.Message)
		}
	}
	return b.String()
}

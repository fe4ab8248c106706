package tui

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// logLines is how much of the agent's journal is shown.
const logLines = 200

// diagnostics asks from this host whether others answer, and shows what the agent logged.
func (c *console) diagnostics() {
	f := newForm("Ping and trace ask from this host; a name is looked up in DNS first.")
	r, target := f.field("Target", c.defaultGateway())
	ask := func(title string, call func(ctx context.Context, target string) (*http.Response, error)) func() {
		return func() {
			if r.note = ""; target.value() == "" {
				r.note = "Type an IP address or a host name."
				return
			}
			want := target.value()
			c.read(title+" "+want, func(ctx context.Context) (string, error) {
				a, err := apiclient.Decode[api.DiagResult](c.Client, func() (*http.Response, error) { return call(ctx, want) })
				verdict := want + " does NOT answer."
				if a.Reached {
					verdict = want + " answers."
				}
				return verdict + "\n\n" + a.Output, err
			})
		}
	}
	f.button("Ping", ask("Ping", func(ctx context.Context, target string) (*http.Response, error) {
		return c.Client.DiagPing(ctx, api.PingRequest{Target: target})
	}))
	f.button("Trace", ask("Trace", func(ctx context.Context, target string) (*http.Response, error) {
		return c.Client.DiagTrace(ctx, api.TraceRequest{Target: target})
	}))
	f.button("Agent's recent errors", func() { c.logs("Agent's recent errors", true) })
	f.button("Agent's log", func() { c.logs("Agent's log", false) })
	c.pushForm("Diagnostics", f)
}

func (c *console) logs(title string, errorsOnly bool) {
	c.read(title, func(ctx context.Context) (string, error) {
		l, err := apiclient.Decode[api.LogLines](c.Client, func() (*http.Response, error) {
			return c.Client.DiagLogs(ctx, &api.DiagLogsParams{Lines: logLines, Errors: errorsOnly})
		})
		if len(l.Lines) == 0 {
			return "There are none.", err
		}
		return strings.Join(l.Lines, "\n"), err
	})
}

// read asks for a text and shows it, unless the person went elsewhere meanwhile.
func (c *console) read(title string, ask func(ctx context.Context) (string, error)) {
	from := c.top()
	text := ""
	c.call(title+" ...", func(ctx context.Context) (err error) {
		text, err = ask(ctx)
		return err
	}, func() {
		if c.top() == from {
			c.show(title, form.Lines(text))
		}
	})
}

func (c *console) defaultGateway() string {
	for _, a := range c.seen.network.Adapters {
		if a.Gateway != "" {
			return a.Gateway
		}
	}
	return ""
}

package tui

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// logLines is how much of the agent's journal is shown.
const logLines = 200

// diagnostics asks from this host whether others answer, and shows what the agent logged.
func (c *console) diagnostics() {
	f := newForm("Every test is made from this host.")
	target, at := f.field("Target", c.defaultGateway())
	f.button("Ping", c.question(target, at, "Ping", "answers", "does NOT answer", func(ctx context.Context, target string) (*http.Response, error) {
		return c.Client.DiagPing(ctx, api.PingRequest{Target: target})
	}))
	f.button("Trace", c.question(target, at, "Trace", "answers", "does NOT answer", func(ctx context.Context, target string) (*http.Response, error) {
		return c.Client.DiagTrace(ctx, api.TraceRequest{Target: target})
	}))
	f.button("Look up in DNS", c.question(target, at, "DNS", "is found", "is NOT found", func(ctx context.Context, target string) (*http.Response, error) {
		return c.Client.LookUpName(ctx, api.DnsRequest{Name: target})
	}))
	port, number := f.field("TCP port", "5080")
	f.changed = func() {
		if n, err := strconv.Atoi(number.value()); err != nil || n < 1 || n > 65535 {
			port.note = "A TCP port is a number from 1 to 65535."
			return
		}
		port.note = ""
	}
	f.button("Check port", func() {
		if f.changed(); port.note != "" {
			return
		}
		n, _ := strconv.Atoi(number.value()) // checked
		c.question(target, at, "Port "+number.value(), "is open", "is NOT open", func(ctx context.Context, target string) (*http.Response, error) {
			return c.Client.DiagPort(ctx, api.PortRequest{Target: target, Port: n})
		})()
	})
	f.button("ARP table", c.neighbours)
	f.button("Agent's recent errors", c.errors)
	f.button("Agent's log", c.logs)
	f.button("Support bundle to a USB stick", c.sticks)
	c.pushForm("Diagnostics", f)
}

// question asks about what stands in the target's field, and shows the answer with a verdict before it.
func (c *console) question(r *row, target *textField, title, yes, no string, call func(ctx context.Context, target string) (*http.Response, error)) func() {
	return func() {
		if r.note = ""; target.value() == "" {
			r.note = "Type an IP address or a host name."
			return
		}
		want := target.value()
		c.read(title+" "+want, func(ctx context.Context) (string, error) {
			a, err := apiclient.Decode[api.DiagResult](c.Client, func() (*http.Response, error) { return call(ctx, want) })
			verdict := no
			if a.Reached {
				verdict = yes
			}
			return want + " " + verdict + ".\n\n" + a.Output, err
		})
	}
}

func (c *console) logs() {
	c.read("Agent's log", func(ctx context.Context) (string, error) {
		l, err := apiclient.Decode[api.LogLines](c.Client, func() (*http.Response, error) {
			return c.Client.DiagLogs(ctx, &api.DiagLogsParams{Lines: logLines})
		})
		if len(l.Lines) == 0 {
			return "There is nothing in it.", err
		}
		return strings.Join(l.Lines, "\n"), err
	})
}

// errors shows what went wrong with the agent, each thing once.
func (c *console) errors() {
	c.read("Agent's recent errors", func(ctx context.Context) (string, error) {
		list, err := apiclient.Decode[[]api.AgentError](c.Client, func() (*http.Response, error) { return c.Client.DiagErrors(ctx) })
		if len(list) == 0 {
			return "The agent has logged no warning and no error lately.", err
		}
		var b strings.Builder
		for _, e := range list {
			times := ""
			if e.Count > 1 {
				times = fmt.Sprintf(", %d times since %s", e.Count, e.FirstAt.UTC().Format(form.Stamp))
			}
			fmt.Fprintf(&b, "%s UTC  %s%s\n  %s\n\n", e.LastAt.UTC().Format(form.Stamp), e.Priority, times, form.Clean(e.Message))
		}
		return strings.TrimRight(b.String(), "\n"), err
	})
}

// neighbours shows who is in the networks of this host; nothing of it can be changed.
func (c *console) neighbours() {
	c.read("ARP table", func(ctx context.Context) (string, error) {
		list, err := apiclient.Decode[[]api.Neighbour](c.Client, func() (*http.Response, error) { return c.Client.DiagNeighbours(ctx) })
		if len(list) == 0 {
			return "This host knows nobody in its networks yet. Ping an address first.", err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%-27s%-19s%-16s%s", "Address", "MAC address", "Adapter", "State")
		for _, n := range list {
			fmt.Fprintf(&b, "\n%-27s%-19s%-16s%s", n.Address, form.OrDash(n.Mac), n.Adapter, n.State)
		}
		return b.String(), err
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

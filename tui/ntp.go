package tui

import (
	"context"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// ntp sets the time servers.
func (c *console) ntp() {
	f := newForm("Time servers of this host, separated by commas; empty takes those of DHCP. Those of a cluster win while the host is in it.")
	r, servers := f.field("Time servers", strings.Join(c.seen.host.Clock.Servers, ", "))
	servers.max = 1024
	state := "the clock is not synchronized"
	if c.seen.host.Clock.Synchronized {
		state = "the clock is synchronized"
	}
	f.text("Now", state)
	f.changed = func() {
		r.note = ""
		if err := form.Servers(form.List(servers.value())); err != nil {
			r.note = err.Error()
		}
	}
	f.button("Apply", func() {
		if f.changed(); r.note != "" {
			return
		}
		list := append([]string{}, form.List(servers.value())...)
		c.call("Setting the time servers", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) {
				return c.Client.SetTimeServers(ctx, api.TimeServers{Servers: list})
			})
			return err
		}, func() {
			c.seen.host.Clock.Servers = list
			c.pop()
			c.message = "The time servers are set."
			c.again()
		})
	})
	c.pushForm("NTP configuration", f)
}

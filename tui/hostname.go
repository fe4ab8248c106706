package tui

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

func (c *console) hostname() {
	if c.seen.host.Status == api.InUse {
		f := newForm("This host is a node of a cluster, which knows it by its name. Delete the cluster before you change it.")
		f.text("Host name", c.seen.host.Name)
		c.pushForm("Hostname", f)
		return
	}
	f := newForm("The name of this host in the group, in a cluster and on the network.")
	nameRow, name := f.field("Host name", c.seen.host.Name)
	name.max = 64
	nameRow.help = says("Letters, digits and hyphens, such as edge-1.")
	f.changed = func() {
		nameRow.note = ""
		if err := form.HostName(name.value()); err != nil {
			nameRow.note = err.Error()
		}
	}
	f.button("Apply", func() {
		if f.changed(); nameRow.note != "" {
			return
		}
		want := name.value()
		c.call("Naming the host", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) {
				return c.Client.SetHostname(ctx, api.HostnameChange{Hostname: want})
			})
			return err
		}, func() {
			c.seen.host.Name = want
			c.pop()
			c.message = "The host is now called " + want + "."
			c.again()
		})
	})
	c.pushForm("Hostname", f)
}

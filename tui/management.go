package tui

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// automatic is the choice that leaves it to the host.
const automatic = "automatic"

// management chooses the adapter that people and other hosts come by.
func (c *console) management() {
	names := []string{automatic}
	for _, a := range c.seen.network.Adapters {
		if len(a.Addresses) > 0 {
			names = append(names, a.Name)
		}
	}
	f := newForm("The adapter whose addresses the Local UI and the other hosts use first. Automatic takes the one with the default gateway. It changes no route.")
	_, adapter := f.choice("Adapter", c.seen.host.ManagementAdapter, names...)
	f.button("Apply", func() {
		change := api.ManagementChange{Adapter: adapter.value()}
		if change.Adapter == automatic {
			change.Adapter = ""
		}
		c.call("Choosing the adapter", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.SetManagement(ctx, change) })
			return err
		}, func() {
			c.seen.host.ManagementAdapter = change.Adapter
			c.pop()
			c.message = "The management interface is " + adapter.value() + "."
			c.again()
		})
	})
	c.pushForm("Management interface", f)
}

package tui

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// sticks writes a support bundle to a USB stick: the way to get logs off a host that no network reaches.
func (c *console) sticks() {
	var list []api.Stick
	from := c.top()
	c.call("Looking for USB sticks", func(ctx context.Context) (err error) {
		list, err = apiclient.Decode[[]api.Stick](c.Client, func() (*http.Response, error) { return c.Client.ListSticks(ctx) })
		return err
	}, func() {
		if c.top() == from {
			c.pickStick(list)
		}
	})
}

func (c *console) pickStick(list []api.Stick) {
	f := newForm("A support bundle has facts, settings and logs of this host, without passwords, keys and tokens. Other files on the stick stay.")
	if len(list) == 0 {
		f.intro = "There is no USB stick that can be written to. Put one in that has a FAT, exFAT or ext4 file system, then look again."
	}
	for _, s := range list {
		about := form.Clean(s.Label + " " + s.Model)
		f.add("", &button{text: s.Device, value: form.Size(s.SizeBytes) + "  " + s.FileSystem + "  " + about, press: func() {
			c.start("Support bundle", func(ctx context.Context) (*http.Response, error) {
				return c.Client.WriteSupportBundle(ctx, api.StickRequest{Device: s.Device})
			})
		}})
	}
	f.button("Look again", func() { c.pop(); c.sticks() })
	c.pushForm("USB stick", f)
}

package tui

import (
	"context"
	"fmt"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// maxToken is the longest link token, in characters, as the API bounds it.
const maxToken = 4096

// linking is the host's part in a group: join one with a token, show a token as leader, or leave.
func (c *console) linking() {
	switch c.seen.link.Role {
	case api.Leader:
		c.leading()
	case api.Follower:
		c.following()
	default:
		c.unlinked()
	}
}

func (c *console) unlinked() {
	f := newForm("To link this host to a leader, paste or type the link token that the leader shows; it is valid for two minutes. " +
		"To make this host the leader, show a token and enter it at the other hosts.")
	tokenRow, token := f.field("Link token", "")
	token.max = maxToken
	f.changed = func() {
		if tokenRow.note = ""; !form.IsToken(form.Token(token.value())) {
			tokenRow.note = "This is no link token: it has only letters, digits, - and _, and begins with eyJ."
		}
	}
	f.button("Link to the leader", func() {
		if form.Token(token.value()) == "" {
			tokenRow.note = "Type the token that the leader shows."
			return
		}
		c.start("Linking", func(ctx context.Context) (*http.Response, error) {
			return c.Client.JoinLink(ctx, api.JoinRequest{Token: form.Token(token.value())})
		})
	})
	f.button("Show a token as leader", c.token)
	c.pushForm("Link this host", f)
}

func (c *console) leading() {
	f := newForm("")
	f.button("Show a token", c.token)
	p := c.pushForm("Link this host", f)
	p.refreshed = func() {
		f.intro = "This host is the leader. Each other host is linked with a token of its own.\n"
		for _, h := range c.seen.link.Hosts {
			f.intro += fmt.Sprintf("\n%s%s, %s, %s, %s", form.Pad(h.Name, labelWidth), h.Address, h.Status, h.Content, h.Health)
		}
	}
	p.refreshed()
}

func (c *console) following() {
	f := newForm("This host is a " + role(c.seen) + ".")
	f.button("Back", c.pop)
	f.button("Unlink this host", func() {
		c.confirm("Unlink", "Unlink this host from its leader? It can fetch no content any more, and needs a new token to be linked again.", "Unlink", func() {
			c.start("Unlinking", func(ctx context.Context) (*http.Response, error) {
				return c.Client.LeaveLink(ctx, &api.LeaveLinkParams{})
			})
		})
	})
	c.pushForm("Link this host", f)
}

// token shows the token of now and follows it: a new one comes when it is used or expires.
func (c *console) token() {
	var t api.LinkToken
	c.call("Making a token", func(ctx context.Context) (err error) {
		t, err = apiclient.Decode[api.LinkToken](c.Client, func() (*http.Response, error) { return c.Client.StartLinkToken(ctx) })
		return err
	}, func() { c.pop(); c.tokenPage(t) })
}

func (c *console) tokenPage(t api.LinkToken) {
	f := newForm("")
	f.button("Back", c.pop)
	f.button("Stop making tokens", func() {
		c.call("Stopping", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.StopLinkToken(ctx) })
			return err
		}, func() { c.pop(); c.again() })
	})
	p := c.pushForm("Link token", f)
	asking := false
	say := func() {
		left := max(int(t.ExpiresAt.Sub(c.Now()).Seconds()), 0)
		f.intro = fmt.Sprintf("Enter this token at the other host within %d s. It links one host; then a new one follows.\n\n%s", left, t.Token)
	}
	p.refreshed = func() {
		if say(); asking {
			return
		}
		asking = true
		c.workers.Go(func() {
			now, err := apiclient.Decode[api.LinkToken](c.Client, func() (*http.Response, error) { return c.Client.GetLinkToken(c.ctx) })
			c.post(func() {
				if asking = false; err == nil {
					t = now
					say()
				}
			})
		})
	}
	p.refreshed()
}

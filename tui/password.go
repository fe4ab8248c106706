package tui

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// password changes that of the person or of root.
func (c *console) password() {
	who := c.who()
	users := []string{who}
	if who != "root" {
		users = append(users, "root")
	}
	f := newForm("A new password ends that user's other sessions. Root logs in at this machine's login prompt only.")
	_, user := f.choice("User", who, users...)
	currentRow, current := f.field("Current password", "")
	passwordRow, password := f.field("New password", "")
	againRow, again := f.field("Confirm Password", "")
	current.secret, password.secret, again.secret = true, true, true
	f.changed = func() {
		currentRow.hidden = user.value() != who || who == "root"
		_, passwordRow.note, againRow.note = userProblems(c.seen.rules.Password, "", string(password.text), string(again.text))
	}
	f.changed()
	f.button("Change password", func() {
		if f.changed(); passwordRow.note+againRow.note != "" {
			return
		}
		if len(password.text) == 0 || len(again.text) == 0 {
			passwordRow.note = "Type the new password twice."
			return
		}
		name, change := user.value(), api.PasswordChange{Password: string(password.text)}
		if !currentRow.hidden {
			change.Current = string(current.text)
		}
		c.call("Changing the password", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.SetPassword(ctx, name, change) })
			return err
		}, func() {
			c.pop()
			c.message = "The password of " + name + " is changed."
		})
	})
	c.pushForm("Password", f)
}

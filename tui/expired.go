package tui

import (
	"context"
	"errors"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// mustChange says whether a log-in was refused because the password has ended: it is right, and good for another only.
func mustChange(err error) bool {
	var p *apiclient.Problem
	return errors.As(err, &p) && p.Type == "urn:slipway:login:must-change"
}

// newPassword asks for the password that follows one that has ended, and logs in with it.
func (c *console) newPassword(user, old string, next func()) {
	f := newForm("The password of " + user + " has ended or was preset. Choose a new one to log in.")
	passwordRow, password := f.field("New password", "")
	againRow, again := f.field("Confirm Password", "")
	password.secret, again.secret = true, true
	f.changed = func() {
		_, passwordRow.note, againRow.note = userProblems(c.seen.rules.Password, "", string(password.text), string(again.text))
	}
	f.button("Log in", func() {
		if f.changed(); len(password.text) == 0 || string(password.text) != string(again.text) {
			passwordRow.note = "Type the new password twice."
		}
		if passwordRow.note+againRow.note != "" {
			return
		}
		login := api.Login{User: user, Password: old, NewPassword: string(password.text)}
		c.call("Changing the password", func(ctx context.Context) error {
			_, err := c.Client.AuthenticateWith(ctx, login)
			return err
		}, func() { c.loggedIn(user, next) })
	})
	c.pushForm("New password", f)
}

package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// manageCommands lock, unlock and delete users and set how long their passwords are good.
func (c *cli) manageCommands() []*cobra.Command {
	change := func(use, short string, edit func(*api.UserChange)) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				return changeUser(ctx, client, args[0], edit)
			})
		}}
	}
	var on string
	expire := change("expire NAME --on DATE", "Set the last day of a password; without --on it has none", func(u *api.UserChange) { u.PasswordEnds = on })
	expire.Flags().StringVar(&on, "on", "", "last day, such as 2027-01-31")
	remove := &cobra.Command{Use: "delete NAME", Short: "Delete a user with the user's home", Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.DeleteUser(ctx, args[0]) })
			return err
		})
	}}
	return []*cobra.Command{
		change("lock NAME", "Keep a user out, everywhere", func(u *api.UserChange) { u.Locked = true }),
		change("unlock NAME", "Let a locked user in again", func(u *api.UserChange) { u.Locked = false }),
		expire, remove,
	}
}

// changeUser edits what a user is set to now.
func changeUser(ctx context.Context, client *apiclient.Client, name string, edit func(*api.UserChange)) error {
	users, err := apiclient.Decode[[]api.User](client, func() (*http.Response, error) { return client.ListUsers(ctx) })
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.Name != name {
			continue
		}
		next := api.UserChange{Locked: u.Locked, PasswordEnds: u.PasswordEnds}
		edit(&next)
		_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.ChangeUser(ctx, name, next) })
		return err
	}
	return fmt.Errorf("there is no user %q on this host; `slipway user list` names them", name)
}

// userLine is a user in a list.
func userLine(u api.User) string {
	line := u.Name + "\t" + u.Role
	if u.Locked {
		line += ", locked"
	}
	if u.PasswordEnds != "" {
		line += ", password until " + u.PasswordEnds
	}
	return line
}

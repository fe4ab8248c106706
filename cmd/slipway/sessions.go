package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// logoutCommand ends the session that login remembered. One that has ended already is no failure: nobody is logged in then either.
func (c *cli) logoutCommand() *cobra.Command {
	return &cobra.Command{Use: "logout", Short: "End the session that login remembered, and forget it", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if c.host == "" || c.user != "" {
			return usagef("logout needs --host and --pin, and no --user: it ends the session that login remembered")
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.Logout(ctx) })
			if problem := new(apiclient.Problem); errors.As(err, &problem) && problem.Status == http.StatusUnauthorized {
				err = nil
			}
			if err != nil {
				return err
			}
			if err := os.Remove(userFile("session", c.host)); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
	}}
}

func (c *cli) sessionCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List who is logged in, newest first", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			l, err := apiclient.Decode[[]api.SessionInfo](client, func() (*http.Response, error) { return client.ListSessions(ctx) })
			if err != nil {
				return err
			}
			return c.print(l, func(w io.Writer) {
				fmt.Fprintln(w, "ID\tUSER\tADDRESS\tSINCE\tUNTIL")
				for _, s := range l {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Id, s.User, s.Address, s.CreatedAt.Format(time.RFC3339), s.ExpiresAt.Format(time.RFC3339))
				}
			})
		})
	}}
	end := &cobra.Command{Use: "end ID", Short: "Log somebody out", Args: one("id of a session"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.RevokeSession(ctx, args[0]) })
			return err
		})
	}}
	return group("session", "Who is logged in at this host", list, end)
}

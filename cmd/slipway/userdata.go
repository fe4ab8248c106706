package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// maxUserData bounds the file, in bytes; the agent says so too.
const maxUserData = 256 << 10

// userDataCommand edits the cloud-config: show > file, edit it, check it, set it.
func (c *cli) userDataCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Print the cloud-config of this host, its secrets as ********", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			d, err := apiclient.Decode[api.UserData](client, func() (*http.Response, error) { return client.GetUserData(ctx) })
			if err != nil {
				return err
			}
			if c.output == "json" {
				return printJSON(d)
			}
			fmt.Print(d.Text)
			if d.Pending {
				fmt.Fprintln(os.Stderr, "It changed since this host booted; the next boot runs it.")
			}
			return nil
		})
	}}
	check := &cobra.Command{Use: "check FILE", Short: "Say what is wrong with a cloud-config (- reads standard input)", Args: one("file"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.withUserData(cmd, args[0], func(ctx context.Context, client *apiclient.Client, u api.UserDataChange) error {
			found, err := apiclient.Decode[api.UserDataCheck](client, func() (*http.Response, error) { return client.CheckUserData(ctx, u) })
			if err != nil {
				return err
			}
			err = c.print(found, func(w io.Writer) {
				for _, p := range found.Problems {
					fmt.Fprintf(w, "%s:%d:%d: %s\n", args[0], p.Line, p.Column, p.Message)
				}
			})
			if err == nil && len(found.Problems) > 0 {
				err = fmt.Errorf("%d things are wrong with %s", len(found.Problems), args[0])
			}
			return err
		})
	}}
	var revision string
	set := &cobra.Command{Use: "set FILE", Short: "Replace the cloud-config; the next boot runs it (- reads standard input)", Args: one("file"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.withUserData(cmd, args[0], func(ctx context.Context, client *apiclient.Client, u api.UserDataChange) error {
			u.Revision = revision
			d, err := apiclient.Decode[api.UserData](client, func() (*http.Response, error) { return client.SetUserData(ctx, u) })
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) {
				fmt.Fprintln(w, "Saved. It takes effect at the next boot: slipway power reboot.")
			})
		})
	}}
	set.Flags().StringVar(&revision, "revision", "", "refuse when the cloud-config is not this revision of `show -o json` any more")
	return group("user-data", "The cloud-config that this host runs at each boot", show, check, set)
}

func (c *cli) withUserData(cmd *cobra.Command, file string, fn func(context.Context, *apiclient.Client, api.UserDataChange) error) error {
	text, err := readBounded(file, maxUserData)
	if err != nil {
		return err
	}
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		return fn(ctx, client, api.UserDataChange{Text: string(text)})
	})
}

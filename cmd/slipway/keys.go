package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// maxKeyFile bounds a .pub file, in bytes.
const maxKeyFile = 8 << 10

func (c *cli) keysCommand() *cobra.Command {
	list := &cobra.Command{Use: "list USER", Short: "List the SSH keys that open an account", Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			keys, err := apiclient.Decode[[]api.SSHKey](client, func() (*http.Response, error) { return client.ListUserKeys(ctx, args[0]) })
			if err != nil {
				return err
			}
			return c.print(keys, func(w io.Writer) {
				for _, k := range keys {
					printKey(w, k)
				}
			})
		})
	}}
	add := &cobra.Command{Use: "add USER FILE", Short: "Let an SSH key open an account; FILE is its .pub file, - reads standard input", Args: two("user name and one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readBounded(args[1], maxKeyFile)
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				k, err := apiclient.Decode[api.SSHKey](client, func() (*http.Response, error) {
					return client.AddUserKey(ctx, args[0], api.NewSSHKey{Key: string(text)})
				})
				if err != nil {
					return err
				}
				return c.print(k, func(w io.Writer) { printKey(w, k) })
			})
		}}
	remove := &cobra.Command{Use: "remove USER FINGERPRINT", Short: "Take an SSH key away from an account", Args: two("user name and one fingerprint"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.RemoveUserKey(ctx, args[0], &api.RemoveUserKeyParams{Fingerprint: args[1]})
		})
	}}
	return group("keys", "SSH keys of a user", list, add, remove)
}

func printKey(w io.Writer, k api.SSHKey) {
	note := ""
	if k.Restricted {
		note = "restricted"
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Fingerprint, k.Type, k.Comment, note)
}

// two refuses any other number of arguments as wrong usage.
func two(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("%s takes one %s", cmd.CommandPath(), what)
		}
		return nil
	}
}

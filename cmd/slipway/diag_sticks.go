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

func (c *cli) sticksCommand() *cobra.Command {
	return &cobra.Command{Use: "sticks", Short: "List the USB sticks that a support bundle can be written to", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			list, err := apiclient.Decode[[]api.Stick](client, func() (*http.Response, error) { return client.ListSticks(ctx) })
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "There is none. Put in a stick with a FAT, exFAT or ext4 file system.")
					return
				}
				fmt.Fprintln(w, "DEVICE\tLABEL\tFILE SYSTEM\tSIZE\tMODEL")
				for _, s := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Device, orDash(s.Label), s.FileSystem, size(s.SizeBytes), orDash(s.Model))
				}
			})
		})
	}}
}

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

// licencesCommand lists what a host's system is made from.
func (c *cli) licencesCommand() *cobra.Command {
	return &cobra.Command{Use: "licences", Short: "List the packages and modules of this host's system, with versions and licences", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			list, err := apiclient.Decode[[]api.Component](client, func() (*http.Response, error) { return client.GetLicences(ctx) })
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				for _, x := range list {
					if x.Licence == "" {
						x.Licence = "not recognised"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", x.Kind, x.Name, x.Version, x.Licence)
				}
			})
		})
	}}
}

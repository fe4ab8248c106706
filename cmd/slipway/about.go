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

// apiCommand prints the contract, for people who write programs of their own.
func (c *cli) apiCommand() *cobra.Command {
	return &cobra.Command{Use: "api", Short: "Print the OpenAPI document of this host's API", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			resp, err := client.GetContract(ctx)
			if err == nil && resp.StatusCode >= 300 {
				_, err = apiclient.Decode[struct{}](client, func() (*http.Response, error) { return resp, nil })
			}
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			_, err = io.Copy(os.Stdout, resp.Body)
			return err
		})
	}}
}

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

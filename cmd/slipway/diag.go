package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) diagCommand() *cobra.Command {
	var count int
	ping := &cobra.Command{Use: "ping TARGET", Short: "Ask from the host whether an address or name answers", Args: one("address or host name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.diagnose(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.DiagPing(ctx, api.PingRequest{Target: args[0], Count: count})
		})
	}}
	ping.Flags().IntVar(&count, "count", 4, "how many requests, 1 to 10")
	trace := &cobra.Command{Use: "trace TARGET", Short: "Find the way from the host to an address or name", Args: one("address or host name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.diagnose(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.DiagTrace(ctx, api.TraceRequest{Target: args[0]})
		})
	}}
	return group("diag", "Find out what does not work", ping, trace, c.dnsCommand(), c.portCommand(), c.neighboursCommand(), c.logsCommand(), c.errorsCommand(), c.bundleCommand(), c.sticksCommand(), c.filesCommand())
}

// diagnose prints what a program said; a target that was not reached is a failure for scripts.
func (c *cli) diagnose(cmd *cobra.Command, ask func(context.Context, *apiclient.Client) (*http.Response, error)) error {
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		r, err := apiclient.Decode[api.DiagResult](client, func() (*http.Response, error) { return ask(ctx, client) })
		if err != nil {
			return err
		}
		if err := c.print(r, func(w io.Writer) { fmt.Fprint(w, r.Output) }); err != nil {
			return err
		}
		if !r.Reached {
			return errors.New(r.Target + " was not reached from the host")
		}
		return nil
	})
}

func (c *cli) managementCommand() *cobra.Command {
	return &cobra.Command{Use: "management [ADAPTER]", Short: "Choose the adapter that people and other hosts come by; none takes the one with the default gateway",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("host management takes one adapter, or none")
			}
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				change := api.ManagementChange{}
				if len(args) == 1 {
					change.Adapter = args[0]
				}
				_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.SetManagement(ctx, change) })
				return err
			})
		}}
}

func (c *cli) ntpCommand() *cobra.Command {
	return &cobra.Command{Use: "ntp [SERVER...]", Short: "Set the time servers of the host; none leaves those of DHCP", RunE: func(cmd *cobra.Command, servers []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) {
				return client.SetTimeServers(ctx, api.TimeServers{Servers: append([]string{}, servers...)})
			})
			return err
		})
	}}
}

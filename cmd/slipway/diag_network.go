package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) dnsCommand() *cobra.Command {
	var kind, server string
	cmd := &cobra.Command{Use: "dns NAME", Short: "Look up a name from the host, or the name of an address", Args: one("name or IP address"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.diagnose(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.LookUpName(ctx, api.DnsRequest{Name: args[0], Type: strings.ToUpper(kind), Server: server})
		})
	}}
	cmd.Flags().StringVar(&kind, "type", "", "A, AAAA, CNAME, MX, NS, PTR, SRV or TXT; default A and AAAA")
	cmd.Flags().StringVar(&server, "server", "", "IP address of the name server to ask; default those of the host")
	return cmd
}

func (c *cli) portCommand() *cobra.Command {
	return &cobra.Command{Use: "port TARGET PORT", Short: "Try from the host to open a TCP connection", RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("diag port takes an address or host name, and a port")
		}
		port, err := strconv.Atoi(args[1])
		if err != nil {
			return usagef("%q is no TCP port; take a number from 1 to 65535", args[1])
		}
		return c.diagnose(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.DiagPort(ctx, api.PortRequest{Target: args[0], Port: port})
		})
	}}
}

func (c *cli) neighboursCommand() *cobra.Command {
	return &cobra.Command{Use: "neighbours", Aliases: []string{"arp"}, Short: "List the machines that the host knows in its networks", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			list, err := apiclient.Decode[[]api.Neighbour](client, func() (*http.Response, error) { return client.DiagNeighbours(ctx) })
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				fmt.Fprintln(w, "ADDRESS\tMAC\tADAPTER\tSTATE")
				for _, n := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", n.Address, orDash(n.Mac), n.Adapter, n.State)
				}
			})
		})
	}}
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) hostCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Show what this host is", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			h, err := apiclient.Decode[api.Host](client, func() (*http.Response, error) { return client.GetHost(ctx) })
			if err != nil {
				return err
			}
			return c.print(h, func(w io.Writer) { hostTable(w, h) })
		})
	}}
	clean := &cobra.Command{Use: "clean", Short: "Take away what an earlier Kubernetes left on this host", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) { return client.CleanHost(ctx) })
		})
	}}
	return group("host", "This host", c.managementCommand(), c.ntpCommand(), c.proxyCommand(), c.poolCommand(), c.consoleCommand(), c.certificateCommand(), show, clean, c.licencesCommand(),
		c.upgradeCommand(), c.tagsCommand(), c.userDataCommand(), c.apiCommand())
}

func hostTable(w io.Writer, h api.Host) {
	fmt.Fprintf(w, "Name\t%s\nId\t%s\nStatus\t%s\nAddresses\t%s\nFingerprint\t%s\nAgent\t%s\nSystem\t%s, Linux %s\nCPUs\t%d\nMemory\t%s\nUp\t%s\n",
		h.Name, h.Id, h.Status, strings.Join(h.Addresses, ", "), h.Fingerprint, h.AgentVersion, h.Os, h.Kernel, h.Cpus,
		size(h.MemoryBytes), time.Duration(h.UptimeSeconds)*time.Second)
	managementTable(w, h)
	for _, a := range h.Adapters {
		adapterLine(w, a)
	}
	equipmentTable(w, h)
}

func adapterLine(w io.Writer, a api.Adapter) {
	how, link, gateways := "static", "no link", strings.Join(strings.Fields(a.Gateway+" "+a.Gateway6), " ")
	if a.DefaultRoute {
		gateways += " (default route)"
	}
	if a.Dhcp {
		how = "DHCP"
	}
	if a.Carrier {
		link = "link"
	}
	fmt.Fprintf(w, "Adapter %s\t%s %s, %s, MTU %d, %s, gateway %s, DNS %s\n", a.Name, strings.Join(a.Addresses, " "), how, link, a.Mtu, a.Mac,
		orDash(gateways), orDash(strings.Join(a.Dns, " ")))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (c *cli) powerCommand() *cobra.Command {
	act := func(use, short string, request api.PowerRequest) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			return c.power(cmd, request)
		}}
	}
	return group("power", "Reboot, shut down or reset this host",
		act("reboot", "Restart this host", api.PowerRequest{Action: api.Reboot}),
		act("shutdown", "Turn this host off", api.PowerRequest{Action: api.Shutdown}), c.resetCommand())
}

// resetCommand asks for the host's name, so that nobody resets the wrong one by repeating a command.
func (c *cli) resetCommand() *cobra.Command {
	var confirm string
	cmd := &cobra.Command{Use: "reset --confirm NAME", Short: "Return this host to the state after its installation; everything on it is lost", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.power(cmd, api.PowerRequest{Action: api.Reset, Confirm: confirm})
		}}
	cmd.Flags().StringVar(&confirm, "confirm", "", "the name of the host")
	return cmd
}

func (c *cli) power(cmd *cobra.Command, request api.PowerRequest) error {
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		return c.follow(ctx, client, func() (*http.Response, error) { return client.Power(ctx, request) })
	})
}

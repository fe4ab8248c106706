package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) networkCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Show the adapters, what boots, and what is on trial", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			n, err := getNetwork(ctx, client)
			if err != nil {
				return err
			}
			return c.print(n, func(w io.Writer) { networkTable(w, n) })
		})
	}}
	confirm := &cobra.Command{Use: "confirm TRY", Short: "Keep what is on trial", Args: one("id of a try"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			t, err := apiclient.Decode[api.Try](client, func() (*http.Response, error) { return client.ConfirmTry(ctx, args[0]) })
			if err != nil {
				return err
			}
			return c.print(t, func(w io.Writer) { fmt.Fprintln(w, t.State) })
		})
	}}
	cancel := &cobra.Command{Use: "cancel TRY", Short: "Take back what is on trial", Args: one("id of a try"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			t, err := apiclient.Decode[api.Try](client, func() (*http.Response, error) { return client.CancelTry(ctx, args[0]) })
			if err != nil {
				return err
			}
			return c.print(t, func(w io.Writer) { fmt.Fprintln(w, t.State) })
		})
	}}
	var within time.Duration
	remove := &cobra.Command{Use: "remove ADAPTER", Short: "Forget the settings of an adapter on trial; a VLAN, bond or bridge goes", Args: one("adapter"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.try(ctx, client, api.NetworkChange{Remove: args, ConfirmWithinSeconds: int(within.Seconds())})
		})
	}}
	remove.Flags().DurationVar(&within, "confirm-within", time.Minute, "how long to wait for the confirmation (10s to 10m)")
	return group("network", "Adapters, host name and DNS", show, c.networkSet(), remove, confirm, cancel)
}

func getNetwork(ctx context.Context, client *apiclient.Client) (api.Network, error) {
	return apiclient.Decode[api.Network](client, func() (*http.Response, error) { return client.GetNetwork(ctx) })
}

func networkTable(w io.Writer, n api.Network) {
	fmt.Fprintf(w, "Host name\t%s\n", n.Hostname)
	for _, a := range n.Adapters {
		adapterLine(w, a)
	}
	if n.Try.Id != "" {
		fmt.Fprintf(w, "Try %s\t%s %s\n", n.Try.Id, n.Try.State, n.Try.Reason)
	}
	if n.Trouble != "" {
		fmt.Fprintf(w, "Trouble\t%s\n", n.Trouble)
	}
}

// setFlags are what `network set` takes for one adapter.
type setFlags struct {
	hostname  string
	adapter   api.AdapterSettings
	addresses []string
	vlan      int
	none      bool
	ipv6      string
	bond      api.Bond
	bridge    bool
	stp       bool
	members   []string
	within    time.Duration
	dryRun    bool
}

func (c *cli) networkSet() *cobra.Command {
	var f setFlags
	cmd := &cobra.Command{Use: "set ADAPTER", Short: "Change an adapter on trial, or name the host with --hostname",
		Long: "The change is tried: without `slipway network confirm TRY` within --confirm-within the host is back on what it had.\n" +
			"With --vlan N the settings are those of the VLAN N on ADAPTER. --bond MODE and --bridge make ADAPTER of --member.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				if f.hostname != "" && len(args) == 0 {
					_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) {
						return client.SetHostname(ctx, api.HostnameChange{Hostname: f.hostname})
					})
					return err
				}
				if len(args) != 1 {
					return usagef("network set takes one adapter, or --hostname NAME alone")
				}
				change, err := f.change(args[0])
				if err != nil {
					return err
				}
				if f.dryRun {
					return c.preview(ctx, client, change)
				}
				return c.try(ctx, client, change)
			})
		}}
	fl := cmd.Flags()
	fl.BoolVar(&f.dryRun, "dry-run", false, "show what would change and change nothing")
	fl.StringVar(&f.hostname, "hostname", "", "name of the host")
	fl.BoolVar(&f.adapter.Dhcp, "dhcp", false, "take the address by DHCP")
	fl.StringSliceVar(&f.addresses, "address", nil, "static addresses with prefix length, 192.168.1.10/24")
	fl.StringVar(&f.adapter.Gateway, "gateway", "", "default gateway")
	fl.StringSliceVar(&f.adapter.Dns, "dns", nil, "DNS servers")
	fl.StringSliceVar(&f.adapter.Search, "search", nil, "search domains")
	fl.IntVar(&f.adapter.Mtu, "mtu", 0, "MTU in bytes")
	fl.IntVar(&f.vlan, "vlan", 0, "VLAN id on the adapter, 1 to 4094")
	fl.BoolVar(&f.none, "no-address", false, "neither DHCP nor an IPv4 address")
	fl.StringVar(&f.adapter.Gateway6, "gateway6", "", "default gateway of IPv6")
	fl.StringVar(&f.ipv6, "ipv6", "", "auto, static or off")
	fl.StringVar(&f.bond.Mode, "bond", "", "make a bond in this mode: balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb or balance-alb")
	fl.IntVar(&f.bond.MonitorMillis, "bond-monitor", 0, "how often the bond looks at its members' links, in milliseconds; default 100")
	fl.BoolVar(&f.bridge, "bridge", false, "make a bridge")
	fl.BoolVar(&f.stp, "stp", false, "with --bridge: spanning tree")
	fl.StringSliceVar(&f.members, "member", nil, "adapters of the bond or bridge")
	fl.DurationVar(&f.within, "confirm-within", time.Minute, "how long to wait for the confirmation (10s to 10m)")
	return cmd
}

func (f setFlags) change(adapter string) (api.NetworkChange, error) {
	a := f.adapter
	a.Name, a.Addresses = adapter, f.addresses
	a.Ipv6 = api.AdapterSettingsIpv6(f.ipv6)
	said := 0
	for _, yes := range []bool{a.Dhcp, len(f.addresses) > 0, f.none} {
		if yes {
			said++
		}
	}
	if said != 1 {
		return api.NetworkChange{}, usagef("say one of --dhcp, --address CIDR and --no-address")
	}
	if len(f.members) > 0 && f.bond.Mode == "" && !f.bridge {
		return api.NetworkChange{}, usagef("--member needs --bond MODE or --bridge")
	}
	if f.bond.Mode != "" {
		a.Bond = f.bond
		a.Bond.Members = f.members
	}
	if f.bridge {
		a.Bridge = api.Bridge{Stp: f.stp, Members: f.members}
	}
	if f.vlan != 0 {
		a.Name = fmt.Sprintf("%s.%d", adapter, f.vlan)
		a.Vlan = api.VLAN{Id: f.vlan, Parent: adapter}
	}
	return api.NetworkChange{Set: []api.AdapterSettings{a}, ConfirmWithinSeconds: int(f.within.Seconds())}, nil
}

// try starts a change and waits until it can be confirmed or was taken back.
func (c *cli) try(ctx context.Context, client *apiclient.Client, change api.NetworkChange) error {
	t, err := apiclient.Decode[api.Try](client, func() (*http.Response, error) { return client.StartTry(ctx, change) })
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "try %s: until %s\n", t.Id, t.Deadline.Format(time.TimeOnly))
	for time.Now().Before(t.Deadline.Add(5 * time.Second)) {
		n, err := getNetwork(ctx, client)
		if err == nil && n.Try.Id == t.Id {
			t = n.Try
		}
		switch t.State {
		case api.AwaitingConfirm, api.Confirmed:
			return c.print(t, func(w io.Writer) {
				for _, warning := range t.Warnings {
					fmt.Fprintf(w, "warning: %s\n", warning)
				}
				fmt.Fprintf(w, "%s\nkeep it with: slipway network confirm %s\n", t.State, t.Id)
			})
		case api.RolledBack:
			if c.output == "json" {
				_ = printJSON(t)
			}
			return fmt.Errorf("rolled back: %s", t.Reason)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return fmt.Errorf("the host did not answer before the deadline, so it is back on what it had; if its address changes, watch it at the new one")
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// poolCommand makes the storage pool. It asks for the host's name, so that nobody formats a disk of the wrong host.
func (c *cli) poolCommand() *cobra.Command {
	var confirm string
	create := &cobra.Command{Use: "create DISK --confirm NAME", Short: "Format an empty disk as storage pool; one with anything on it is refused", Args: one("disk, such as /dev/sdb"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				return c.follow(ctx, client, func() (*http.Response, error) {
					return client.CreatePool(ctx, api.PoolRequest{Disk: args[0], Confirm: confirm})
				})
			})
		}}
	create.Flags().StringVar(&confirm, "confirm", "", "the name of the host")
	return group("pool", "The storage pool of this host", create)
}

// consoleCommand says whether people may configure at the console.
func (c *cli) consoleCommand() *cobra.Command {
	set := func(use, short string, displayOnly bool) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) {
					return client.SetConsole(ctx, api.ConsoleChange{DisplayOnly: displayOnly})
				})
				return err
			})
		}}
	}
	return group("console", "What people may do at this host's console",
		set("lock", "Make the console one to look at only", true), set("unlock", "Let people configure at the console again", false))
}

// equipmentTable is what the machine is made of, after its adapters.
func equipmentTable(w io.Writer, h api.Host) {
	for _, d := range h.Disks {
		fmt.Fprintf(w, "Disk %s\t%s %s %s (%s)\n", d.Path, size(d.SizeBytes), d.Model, d.Serial, d.Role)
		for _, p := range d.Partitions {
			fmt.Fprintf(w, "  %s\t%s %s\n", p.Path, size(p.SizeBytes), strings.Join(strings.Fields(p.Type+" "+p.Label+" "+p.Mount), ", "))
		}
	}
	for _, g := range h.Gpus {
		fmt.Fprintf(w, "GPU\t%s\n", g)
	}
	fmt.Fprintf(w, "Secure Boot\t%s\n", h.SecureBoot)
	if h.ConsoleDisplayOnly {
		fmt.Fprintln(w, "Console\tto look at only (`slipway host console unlock` lets people configure there)")
	}
}

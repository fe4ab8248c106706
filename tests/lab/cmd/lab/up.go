package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/tests/lab"
)

func newUp(name *string) *cobra.Command {
	o := lab.Options{}
	cmd := &cobra.Command{
		Use:   "up --rootfs DIR",
		Short: "Boot the hosts and leave them running",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Name, o.Log = *name, cmd.ErrOrStderr()
			files, err := lab.ConsoleFiles()
			if err != nil {
				return err
			}
			o.Files = files // `lab console` shows what a host's own screen would
			l, err := lab.New(cmd.Context(), o)
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			// Without it the lab is of use all the same, only not to a browser.
			if err := l.Background(cmd.Context(), "forward", self, "forward", "--name", *name); err != nil {
				fmt.Fprintln(o.Log, "lab: no forwarding:", err)
			}
			return printStatus(cmd, l)
		},
	}
	cmd.Flags().IntVar(&o.Hosts, "hosts", 3, "how many hosts")
	cmd.Flags().StringVar(&o.Rootfs, "rootfs", "", "tree that `slipway-build rootfs` made")
	if err := cmd.MarkFlagRequired("rootfs"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

func newStatus(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the hosts and their addresses",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := lab.Open(*name)
			if err != nil {
				return err
			}
			return printStatus(cmd, l)
		},
	}
}

func printStatus(cmd *cobra.Command, l *lab.Lab) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "HOST\tSTATE\tADDRESS\tLOCAL UI FROM THIS MACHINE\tCONSOLE LOG")
	for _, h := range l.Hosts() {
		state := "off"
		if h.Running() {
			state = "on"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\thttps://%s\t%s\n", h.Name(), state, h.Address(), h.Outside(), h.Console())
	}
	return table.Flush()
}

package main

import (
	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/iso/installer"
)

// newInstall is what the medium's installer unit runs. It is hidden: on an installed host there is nothing to install.
func newInstall() *cobra.Command {
	var interactive bool
	cmd := &cobra.Command{
		Use:    "install",
		Short:  "Install Slipway on a disk of this machine (in the live system of a medium only)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return installer.Run(cmd.Context(), interactive) },
	}
	cmd.Flags().BoolVar(&interactive, "interactive", false, "ask for the disks on this terminal")
	return cmd
}

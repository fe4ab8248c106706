package main

import (
	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/sbom"
	"github.com/slipway-os/slipway/iso/rootfs"
	"github.com/slipway-os/slipway/localui"
)

// newRootfsCommand is `slipway-build rootfs`: the tree that the ISO is made from
// and that the lab boots.
func newRootfsCommand() *cobra.Command {
	var o rootfs.Options
	cmd := &cobra.Command{
		Use:   "rootfs -o DIR",
		Short: "Build the root file system: Debian 12, Kairos, the agent",
		Long: "Build the root file system: Debian 12, made a Kairos system, with the slipway agent.\n" +
			"Needs root. Debian comes from the mirror of this machine's own apt configuration;\n" +
			"what does not change between builds is kept in the cache.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Pages, err = pages(); err != nil {
				return err
			}
			o.Log = cmd.ErrOrStderr()
			return rootfs.Build(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.Out, "output", "o", "", "directory to make (replaced as a whole)")
	flags.StringVar(&o.Agent, "agent", "", "slipway binary to install (static); without it the agent's units stay disabled")
	flags.StringVar(&o.Cache, "cache", "", "cache directory (default $SLIPWAY_CACHE or ~/.cache/slipway)")
	if err := cmd.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

// pages are the npm packages in the Local UI: this program and the agent are built with the same pages.
func pages() (out []sbom.Component, err error) {
	packages, err := localui.Packages()
	for _, p := range packages {
		out = append(out, sbom.Component{Kind: sbom.NPM, Name: p.Name, Version: p.Version, Licence: p.Licence})
	}
	return out, err
}

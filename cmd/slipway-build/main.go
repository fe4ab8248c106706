// Command slipway-build is the workstation tool: it makes the root file system
// of a host, content bundles, and the bootable image of the appliance.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case interrupted:
		fmt.Fprintln(os.Stderr, "slipway-build: interrupted; the same command goes on from here")
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "slipway-build:", err)
		os.Exit(1)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "slipway-build",
		Short: "Make the pieces of a Slipway appliance",
		Long: `Make the pieces of a Slipway appliance on a workstation.

Finished steps are kept in the cache, so that a build that was interrupted goes
on where it was. The cache is $SLIPWAY_CACHE, or ~/.cache/slipway.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newBundleCommand(), newRootfsCommand(), newISOCommand())
	return root
}

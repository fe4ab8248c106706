package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// upgradeCommand without a digest shows; with one it upgrades and follows as long as the host is there.
func (c *cli) upgradeCommand() *cobra.Command {
	var digest string
	cmd := &cobra.Command{Use: "upgrade [--digest sha256:...]", Short: "Upgrade this host's operating system, or show which image runs",
		Long: `With --digest: upgrade this host to the OS image of a content bundle (slipway content list shows the digests).
The image is written beside the one that runs, and booted. If the host is not as well as before within a quarter of an
hour (agent, Local UI, network, its node in the cluster), it returns to the image of now by itself, and says why.
Users, keys, network and content stay.

Without --digest: show which image runs and what the last upgrade did.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				if digest != "" {
					return c.follow(ctx, client, func() (*http.Response, error) {
						return client.StartUpgrade(ctx, api.UpgradeRequest{Digest: digest})
					})
				}
				u, err := apiclient.Decode[api.Upgrade](client, func() (*http.Response, error) { return client.GetUpgrade(ctx) })
				if err != nil {
					return err
				}
				return c.print(u, func(w io.Writer) { upgradeTable(w, u) })
			})
		}}
	cmd.Flags().StringVar(&digest, "digest", "", "the content bundle with the OS image")
	return cmd
}

func upgradeTable(w io.Writer, u api.Upgrade) {
	which := "the newest"
	if u.Previous {
		which = "the previous one"
	}
	fmt.Fprintf(w, "Image\t%s, %s\n", orDash(u.Image), which)
	if u.Phase == api.UpgradePhaseNone {
		fmt.Fprintf(w, "Last upgrade\tnone\n")
		return
	}
	fmt.Fprintf(w, "Last upgrade\tto %s: %s, %s\n", u.Version, u.Phase, u.StartedAt.Format(time.DateTime))
	if u.Reason != "" {
		fmt.Fprintf(w, "Reason\t%s\n", u.Reason)
	}
}

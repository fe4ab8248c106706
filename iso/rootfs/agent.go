package rootfs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/slipway-os/slipway/systemd"
)

// finish makes o.Out from the Kairos tree, the units and the agent. The new tree
// is complete before it takes the place of the old one.
func (b *builder) finish(ctx context.Context, kairosDir string, o Options) error {
	out, err := filepath.Abs(o.Out)
	if err != nil {
		return err
	}
	start := time.Now()
	part, old := out+".part", out+".old"
	for _, left := range []string{part, old} {
		if err := os.RemoveAll(left); err != nil {
			return fmt.Errorf("clear what a cut build left: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := Clone(ctx, kairosDir, part); err != nil {
		return err
	}
	if err := installOurs(part, o.Agent); err != nil {
		return fmt.Errorf("install Slipway in the tree: %w", err)
	}
	if err := os.Rename(out, old); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Rename(part, out); err != nil {
		return err
	}
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	fmt.Fprintf(b.log, "rootfs: %s is complete (%.1f s)\n", o.Out, time.Since(start).Seconds())
	return nil
}

func installOurs(dir, agent string) error {
	if err := overlayFiles(dir, systemd.Files()); err != nil {
		return err
	}
	links := systemd.Links()
	if agent != "" {
		if err := installFile(dir, "usr/bin/slipway", agent, 0o755); err != nil {
			return err
		}
		links = append(links, systemd.AgentLinks()...)
	}
	return makeLinks(dir, links)
}

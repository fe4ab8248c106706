package rootfs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/slipway-os/slipway/agent/sbom"
	"github.com/slipway-os/slipway/systemd"
)

// finish makes o.Out from the Kairos tree, the units and the agent. The new tree
// is complete before it takes the place of the old one.
func (b *builder) finish(ctx context.Context, kairosDir, sbomDir string, o Options) error {
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
	if err := installOurs(ctx, part, sbomDir, o.Agent); err != nil {
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

func installOurs(ctx context.Context, dir, sbomDir, agent string) error {
	if err := installFile(dir, sbom.File, filepath.Join(sbomDir, sbomFile), 0o644); err != nil {
		return err
	}
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
	if err := makeLinks(dir, links); err != nil {
		return err
	}
	// The users are part of the image: made at boot, in an /etc that is forgotten,
	// their numbers could differ from one boot to the next. systemd-sysusers
	// replaces files by renaming, so other trees keep theirs.
	out, err := exec.CommandContext(ctx, "chroot", dir, "systemd-sysusers", "slipway.conf").CombinedOutput()
	if err != nil {
		return fmt.Errorf("make the users: %w: %s", err, out)
	}
	return nil
}

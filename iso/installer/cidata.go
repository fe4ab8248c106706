package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/iso/appliance"
)

// ciLabels are the labels of a medium with user-data (cloud-init's NoCloud data source).
var ciLabels = []string{"cidata", "CIDATA"}

const (
	byLabel        = "/dev/disk/by-label"
	ciMount        = "/run/slipway-cidata"
	overriddenFile = "/run/slipway-config.yaml"
	maxUserData    = 1 << 20
)

// configuration returns the file with the configuration for kairos-agent: the medium's, with the user-data of a second
// medium labelled cidata over it. A second medium that is wrong stops the installation: somebody meant it.
func configuration(ctx context.Context, consoles *consoles) (string, error) {
	device := ciDevice(byLabel)
	if device == "" {
		return userDataFile, nil
	}
	consoles.say("user-data is taken from " + device)
	over, err := readCIData(ctx, device)
	if err != nil {
		return "", fmt.Errorf("the medium %s: %w", device, err)
	}
	base, err := os.ReadFile(userDataFile)
	if err != nil {
		return "", fmt.Errorf("read the medium's configuration: %w", err)
	}
	merged, err := appliance.Override(base, over)
	if err != nil {
		return "", fmt.Errorf("user-data on %s: %w", device, err)
	}
	// It may hold passwords.
	return overriddenFile, renameio.WriteFile(overriddenFile, merged, 0o600)
}

func ciDevice(dir string) string {
	for _, label := range ciLabels {
		path := filepath.Join(dir, label)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

func readCIData(ctx context.Context, device string) (data []byte, err error) {
	if err := os.MkdirAll(ciMount, 0o700); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "mount", "-o", "ro,nosuid,nodev,noexec", device, ciMount).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mount: %w: %s", err, out)
	}
	defer func() { err = errors.Join(err, exec.CommandContext(ctx, "umount", ciMount).Run()) }()
	file, err := os.Open(filepath.Join(ciMount, "user-data"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxUserData+1))
}

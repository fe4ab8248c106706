package installer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/content/baked"
)

// bakedFolder holds the medium's content bundles; contentFolder is where the agent of the installed host finds them, on the
// persistent partition, which it sees as /usr/local.
const (
	bakedFolder   = medium + "/slipway/content"
	contentFolder = "slipway/content"
)

// bringContent copies the bundles that the appliance has on its medium, if any, to the new system.
func bringContent(ctx context.Context, system Disk, consoles *consoles) error {
	index, err := baked.ReadIndex(bakedFolder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	consoles.say(fmt.Sprintf("bringing %d content bundles, %d MB, to the disk", len(index.Bundles), index.Total()>>20))
	device, err := partition(ctx, system.Path, "COS_PERSISTENT")
	if err != nil {
		return err
	}
	return mounted(ctx, device, "rw", func(dir string) error {
		to := filepath.Join(dir, contentFolder)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return baked.Copy(ctx, bakedFolder, to, tenths(consoles.say))
	})
}

// tenths tells of each tenth of the bytes once.
func tenths(say func(string)) func(done, total int64) {
	told := int64(0)
	return func(done, total int64) {
		if now := done * 10 / max(total, 1); now > told {
			told = now
			say(fmt.Sprintf("content: %d %%", now*10))
		}
	}
}

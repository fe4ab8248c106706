package networkd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/network"
)

// folder is one place of systemd-networkd's files and the prefix of ours in it.
type folder struct{ dir, prefix string }

const (
	confirmedDir    = "/etc/systemd/network"
	confirmedPrefix = "10-slipway-"
	tryDir          = "/run/systemd/network"
	tryPrefix       = "05-slipway-try-"
)

// read is our files in the folder, by their names without the prefix.
func (f folder) read() (network.Files, error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the network settings: %w", err)
	}
	files := network.Files{}
	for _, e := range entries {
		name, ours := strings.CutPrefix(e.Name(), f.prefix)
		if !ours || !e.Type().IsRegular() {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(f.dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the network settings: %w", err)
		}
		files[name] = string(raw)
	}
	return files, nil
}

// write makes our files in the folder those of want, durably, and reports whether any was different. New files come
// before old ones go.
func (f folder) write(want network.Files) (changed bool, err error) {
	have, err := f.read()
	if err != nil {
		return false, err
	}
	if len(want) > 0 {
		if err := os.MkdirAll(f.dir, 0o755); err != nil {
			return false, fmt.Errorf("make the folder of network settings: %w", err)
		}
	}
	for name, content := range want {
		if old, ok := have[name]; ok && old == content {
			continue
		}
		changed = true
		// networkd reads them as a user of its own: they hold no secrets.
		if err := renameio.WriteFile(f.path(name), []byte(content), 0o644); err != nil {
			return changed, fmt.Errorf("write the network settings: %w", err)
		}
	}
	for name := range have {
		if _, ok := want[name]; ok {
			continue
		}
		changed = true
		if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return changed, fmt.Errorf("remove old network settings: %w", err)
		}
	}
	if !changed {
		return false, nil
	}
	return true, f.sync()
}

func (f folder) path(name string) string { return filepath.Join(f.dir, f.prefix+name) }

// sync makes the names durable; renameio makes the contents so.
func (f folder) sync() error {
	d, err := os.Open(f.dir)
	if err != nil {
		return fmt.Errorf("sync the network settings: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync the network settings: %w", err)
	}
	return nil
}

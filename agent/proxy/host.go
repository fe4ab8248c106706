package proxy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// Places of the files, below the root.
const (
	environmentFile = "var/lib/slipway/proxy.env"
	// On Kairos /usr/local is the persistent partition; update-ca-certificates(8) looks there.
	caFile = "usr/local/share/ca-certificates/slipway-proxy.crt"
	// What update-ca-certificates makes of it: a link and the store of all; /etc forgets both at a reboot.
	trustedFile = "etc/ssl/certs/slipway-proxy.pem"
	trustFile   = "etc/ssl/certs/ca-certificates.crt"
	// appliedFile tells what containerd and the kubelet were started with, so that a kill of the agent between writing and
	// restarting them is made good.
	appliedFile = "run/slipway/proxy.applied"
)

// key is where the settings are kept.
const key = "proxy"

// units run with the environment file. Both may be restarted under running pods (KillMode=process).
var units = []string{"containerd.service", "kubelet.service"}

// Units restarts what runs.
type Units interface {
	ActiveState(ctx context.Context, unit string) (string, error)
	Restart(ctx context.Context, unit string) error
}

// Store keeps the settings.
type Store interface {
	Get(key string, v any) (found bool, err error)
	Put(key string, v any) error
}

// Host sets the proxy of this host. Safe for concurrent use.
type Host struct {
	Root  string // "/" on a host
	Units Units
	Store Store
	// Own are the addresses and networks of the group and its cluster, reached without the proxy.
	Own func() []string
	// Trust builds the trust store anew; nil runs update-ca-certificates.
	Trust func(ctx context.Context) error

	mu sync.Mutex
}

// Settings are those that were set, with their passwords: not for answers.
func (h *Host) Settings() (s Settings, err error) {
	_, err = h.Store.Get(key, &s)
	return s, err
}

// Set keeps the settings and makes the host use them. A refusal (Problems) changes nothing.
func (h *Host) Set(ctx context.Context, s Settings, now time.Time) error {
	if p := s.Check(now); len(p) > 0 {
		return p
	}
	if s.CA = strings.TrimSpace(s.CA); s.CA != "" {
		s.CA += "\n"
	}
	if err := h.Store.Put(key, s); err != nil {
		return err
	}
	return h.Restore(ctx)
}

// Restore makes the host use what was set. It restarts units only when something is new to them.
func (h *Host) Restore(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, err := h.Settings()
	if err != nil {
		return err
	}
	env := s.Environment(h.Own())
	if err := h.trust(ctx, s.CA); err != nil {
		return err
	}
	if _, err := h.write(environmentFile, env, 0o600); err != nil {
		return err
	}
	mark := ""
	if env+s.CA != "" {
		sum := sha256.Sum256([]byte(env + "\x00" + s.CA))
		mark = hex.EncodeToString(sum[:])
	}
	if have, _ := os.ReadFile(h.path(appliedFile)); string(have) == mark {
		return nil
	}
	if err := h.restart(ctx); err != nil {
		return err
	}
	_, err = h.write(appliedFile, mark, 0o600)
	return err
}

// restart makes the units that run read the files anew.
func (h *Host) restart(ctx context.Context) error {
	for _, u := range units {
		state, err := h.Units.ActiveState(ctx, u)
		if err != nil {
			return err
		}
		if state != "active" && state != "activating" {
			continue // it reads the files when it starts
		}
		if err := h.Units.Restart(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// trust puts the certificates into the trust store, or takes them out.
func (h *Host) trust(ctx context.Context, ca string) error {
	changed, err := h.write(caFile, ca, 0o644)
	if err != nil {
		return err
	}
	store, _ := os.ReadFile(h.path(trustFile))
	_, err = os.Lstat(h.path(trustedFile))
	linked := err == nil
	if !changed && linked == (ca != "") && strings.Contains(string(store), strings.TrimSpace(ca)) {
		return nil
	}
	if h.Trust != nil {
		return h.Trust(ctx)
	}
	// --fresh takes the link away too when the file has gone; it costs some seconds.
	if out, err := exec.CommandContext(ctx, "update-ca-certificates", "--fresh").CombinedOutput(); err != nil {
		return fmt.Errorf("put the CA certificates into the trust store: %w: %.300s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// write makes a file hold text, durably, or removes it when text is empty; it reports whether it was otherwise before.
func (h *Host) write(name, text string, mode fs.FileMode) (changed bool, err error) {
	file := h.path(name)
	have, err := os.ReadFile(file)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return false, err
	case string(have) == text && (!missing || text == ""):
		return false, nil
	case text == "":
		err = os.Remove(file)
	default:
		if err = os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
			err = renameio.WriteFile(file, []byte(text), mode, renameio.IgnoreUmask())
		}
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	if err != nil {
		return false, fmt.Errorf("write the proxy settings: %w", err)
	}
	return true, nil
}

func (h *Host) path(name string) string { return filepath.Join(h.Root, name) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

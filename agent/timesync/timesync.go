// Package timesync sets the time servers of this host for systemd-timesyncd. The state keeps them; what timesyncd reads
// is a drop-in below /run, which every boot forgets and the agent writes again when it starts. The servers of a cluster
// come later in the order of timesyncd.conf(5), so they win while the host is in one.
//
//	Set ──> state (durable) ──> drop-in ──> restart of timesyncd
//	boot ──> Restore ───────────────^
package timesync

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
)

const (
	unit = "systemd-timesyncd.service"
	key  = "ntp"
	// maxServers is more than anybody needs: timesyncd uses one at a time.
	maxServers = 8
)

// Units restarts timesyncd.
type Units interface {
	Restart(ctx context.Context, unit string) error
}

// Store keeps the servers.
type Store interface {
	Get(key string, v any) (found bool, err error)
	Put(key string, v any) error
}

// Servers sets them.
type Servers struct {
	// File is the drop-in, such as /run/systemd/timesyncd.conf.d/50-slipway-host.conf.
	File  string
	Units Units
	Store Store
}

// List is what was set; empty leaves timesyncd's own and those of DHCP.
func (s Servers) List() ([]string, error) {
	list := []string{}
	_, err := s.Store.Get(key, &list)
	return list, err
}

// Set keeps the servers and makes timesyncd use them. A refusal changes nothing.
func (s Servers) Set(ctx context.Context, servers []string) error {
	if err := Check(servers); err != nil {
		return err
	}
	if servers == nil {
		servers = []string{}
	}
	if err := s.Store.Put(key, servers); err != nil {
		return err
	}
	return s.Restore(ctx)
}

// Restore makes timesyncd use what was set; it restarts it only when that is new to it.
func (s Servers) Restore(ctx context.Context) error {
	servers, err := s.List()
	if err != nil {
		return err
	}
	have, err := os.ReadFile(s.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	want := text(servers)
	if string(have) == want {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.File), 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(s.File, []byte(want), 0o644); err != nil {
		return fmt.Errorf("writing the time servers: %w", err)
	}
	return s.Units.Restart(ctx, unit)
}

// text is the drop-in. The empty assignment first drops servers that earlier files name.
func text(servers []string) string {
	if len(servers) == 0 {
		return ""
	}
	return "[Time]\nNTP=\nNTP=" + strings.Join(servers, " ") + "\n"
}

// hostName is RFC 1123's syntax.
var hostName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// Check says what is wrong with a list of time servers.
func Check(servers []string) error {
	if len(servers) > maxServers {
		return fmt.Errorf("%d time servers are more than %d", len(servers), maxServers)
	}
	for _, s := range servers {
		if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
			continue
		}
		if len(s) > 253 || !hostName.MatchString(s) {
			return fmt.Errorf("%.64q is neither an IP address nor a host name", s)
		}
	}
	return nil
}

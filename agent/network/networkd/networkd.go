package networkd

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/network"
)

// Links takes away what networkd leaves. What is not there is no error.
type Links interface {
	// DeleteLink deletes a VLAN, bond or bridge by name and says which links, by kernel index, were its members.
	DeleteLink(ctx context.Context, name string) (members []int, err error)
	// Drop takes the addresses and the static default routes from the adapter.
	Drop(ctx context.Context, leftover network.Own) error
}

// Daemon is systemd-networkd. Safe for concurrent use.
type Daemon struct {
	confirmed, try folder
	links          Links
	log            *slog.Logger
	call           caller

	mu sync.Mutex
	// behind: networkd may not have read the files as they are. So it is at first: an earlier agent may have died
	// between a write and the reload. A reload without a difference does nothing.
	behind bool
	// orphans lost the bond or bridge that they belonged to. networkd tries to put them back, fails and gives up on
	// them, also at a reload (systemd 252), until it is told to configure them anew.
	orphans []int
}

// New is the networkd of this host. root is put before every path, for tests; empty on a host.
func New(root string, links Links, log *slog.Logger) *Daemon {
	return &Daemon{
		confirmed: folder{filepath.Join("/", root, confirmedDir), confirmedPrefix},
		try:       folder{filepath.Join("/", root, tryDir), tryPrefix},
		links:     links, log: log, call: systemBus, behind: true,
	}
}

// Try makes the host run candidate until it is settled or loses power. The kernel follows within moments: networkd
// answers before it has done everything.
func (d *Daemon) Try(ctx context.Context, confirmed, candidate network.Settings) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := network.RenderTry(confirmed, candidate)
	running, err := d.running()
	if err != nil {
		return err
	}
	if err := d.deleteLinks(ctx, altered(running, files)); err != nil {
		return err
	}
	changed, err := d.try.write(files)
	if err := d.reload(ctx, changed, err); err != nil {
		return err
	}
	return d.drop(ctx, network.Leftovers(running, files))
}

// Settle makes the host run and boot confirmed, and forgets every candidate, also one of an earlier life of the agent.
func (d *Daemon) Settle(ctx context.Context, confirmed network.Settings) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := network.Render(confirmed)
	running, err := d.running()
	if err != nil {
		return err
	}
	if err := d.deleteLinks(ctx, append(altered(running, files), gone(running, files)...)); err != nil {
		return err
	}
	changed, err := d.confirmed.write(files)
	if err == nil {
		var forgot bool
		forgot, err = d.try.write(nil)
		changed = changed || forgot
	}
	if err := d.reload(ctx, changed, err); err != nil {
		return err
	}
	return d.drop(ctx, network.Leftovers(running, files))
}

// drop follows the reload, so that the host is never without any address.
func (d *Daemon) drop(ctx context.Context, leftovers []network.Own) error {
	for _, l := range leftovers {
		if err := d.links.Drop(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// running is what networkd goes by: the confirmed files, and over them those on trial.
func (d *Daemon) running() (network.Files, error) {
	files, err := d.confirmed.read()
	if err != nil {
		return nil, err
	}
	try, err := d.try.read()
	if err != nil {
		return nil, err
	}
	if files == nil {
		return try, nil
	}
	maps.Copy(files, try)
	return files, nil
}

// deleteLinks comes before the files change, because they say which links are ours: a crash in between repeats it.
func (d *Daemon) deleteLinks(ctx context.Context, names []string) error {
	for _, name := range names {
		d.log.InfoContext(ctx, "deleting an adapter that changes or goes", "adapter", name)
		members, err := d.links.DeleteLink(ctx, name)
		if err != nil {
			return err
		}
		d.orphans = append(d.orphans, members...)
		if err := d.forgotten(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// noSuchLink is networkd's too: systemd's daemons share the names of errors.
const noSuchLink = "org.freedesktop.resolve1.NoSuchLink"

// forgotten waits until networkd has noticed that the link is gone: a reload before that keeps what it was.
func (d *Daemon) forgotten(ctx context.Context, name string) error {
	for {
		err := d.call(ctx, networkd, "GetLinkByName", name)
		if isNamed(err, noSuchLink) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("systemd-networkd does not notice that the adapter %s is gone: %w", name, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// reload follows a write that may have failed half-way: what it changed is still to be read.
func (d *Daemon) reload(ctx context.Context, changed bool, err error) error {
	d.behind = d.behind || changed
	if err != nil || !d.behind {
		return err
	}
	if err := d.call(ctx, networkd, "Reload"); err != nil {
		return err
	}
	d.behind = false
	for _, index := range d.orphans {
		if err := d.call(ctx, networkd, "ReconfigureLink", int32(index)); err != nil {
			return err
		}
	}
	d.orphans = nil
	return nil
}

// altered are the adapters that both sets of files make, in different ways.
func altered(running, next network.Files) []string {
	return netdevs(running, func(name, content string) bool {
		other, ok := next[name]
		return ok && other != content
	})
}

// gone are the adapters that only running makes.
func gone(running, next network.Files) []string {
	return netdevs(running, func(name, _ string) bool {
		_, ok := next[name]
		return !ok
	})
}

func netdevs(files network.Files, pick func(name, content string) bool) []string {
	var names []string
	for name, content := range files {
		if adapter, ok := strings.CutSuffix(name, ".netdev"); ok && pick(name, content) {
			names = append(names, adapter)
		}
	}
	slices.Sort(names)
	return names
}

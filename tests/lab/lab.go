package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/iso/rootfs"
)

// Options says what lab to make.
type Options struct {
	// Name tells labs of one machine apart: 1 to 16 lower-case letters, digits
	// and dashes.
	Name string
	// Hosts is how many hosts to start, 1 to 89.
	Hosts int
	// Rootfs is a tree that rootfs.Build made. The lab takes a copy that shares
	// the files, so the tree may be rebuilt while the lab runs.
	Rootfs string
	// Files are put into every host before it boots, by absolute path, owner root,
	// mode 0644, or 0755 for a script. They replace the lab's own defaults (files.go).
	Files map[string]string
	// Dir holds everything the lab writes. Empty means lab/NAME in the cache
	// ($SLIPWAY_CACHE or ~/.cache/slipway). It should be on the file system of
	// Rootfs. New and Close remove it.
	Dir string `json:"-"`
	// Log takes one line for each thing that happens; nil discards them.
	Log io.Writer `json:"-"`
}

// Lab is a set of hosts on one network.
type Lab struct {
	options  Options
	loopback int // see Host.Outside
	dir      string
	hosts    []*Host
	owner    *os.File // see own
}

// saved is what Open needs to know.
type saved struct {
	Options  Options
	Loopback int
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,15}$`)

// stateFile is written last: a folder without it is no lab that Open can take.
const stateFile = "lab.json"

// socketLimit is the longest path of a unix socket, sun_path of unix(7).
const socketLimit = 107

// New refuses while another process uses a lab of the same name, cleans up what an earlier one left, makes the network and boots all
// hosts at once. It returns when every host runs and has its address. When it fails,
// nothing stays.
func New(ctx context.Context, o Options) (*Lab, error) {
	l, err := describe(o)
	if err != nil {
		return nil, err
	}
	if err := require(ctx, o.Log); err != nil {
		return nil, err
	}
	if err := l.own(); err != nil {
		return nil, err
	}
	if err := l.remove(); err != nil {
		return nil, errors.Join(fmt.Errorf("clean up what an earlier lab %q left: %w", o.Name, err), l.disown())
	}
	if err := l.create(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Open takes up a lab that another process made, in the default folder.
func Open(name string) (*Lab, error) {
	l, err := describe(Options{Name: name, Hosts: 1})
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(l.dir, stateFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no lab %q is up", name)
	} else if err != nil {
		return nil, err
	}
	var state saved
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, fmt.Errorf("lab %q: %w", name, err)
	}
	if l, err = describe(state.Options); err != nil {
		return nil, err
	}
	l.loopback = state.Loopback
	return l, nil
}

// describe works out a lab's names and places and touches nothing.
func describe(o Options) (*Lab, error) {
	if !validName.MatchString(o.Name) {
		return nil, fmt.Errorf("lab name %q: use 1 to 16 lower-case letters, digits and dashes", o.Name)
	}
	if o.Hosts < 1 || o.Hosts > 89 {
		return nil, fmt.Errorf("a lab has 1 to 89 hosts, not %d", o.Hosts)
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Dir == "" {
		cache := os.Getenv("SLIPWAY_CACHE")
		if cache == "" {
			home, err := os.UserCacheDir()
			if err != nil {
				return nil, fmt.Errorf("find the cache (set SLIPWAY_CACHE): %w", err)
			}
			cache = filepath.Join(home, "slipway")
		}
		o.Dir = filepath.Join(cache, "lab", o.Name)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	l := &Lab{options: o, dir: dir}
	if len(l.socket()) > socketLimit {
		return nil, fmt.Errorf("the lab's folder %s has too long a name for a socket in it", dir)
	}
	for i := 1; i <= o.Hosts; i++ {
		l.hosts = append(l.hosts, newHost(l, i))
	}
	return l, nil
}

func (l *Lab) create(ctx context.Context) error {
	start := time.Now()
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	if err := rootfs.Clone(ctx, l.options.Rootfs, l.rootfs()); err != nil {
		return err
	}
	if err := l.raiseLimits(); err != nil {
		return err
	}
	if err := l.pickLoopback(ctx); err != nil {
		return err
	}
	if err := l.startNetwork(ctx); err != nil {
		return fmt.Errorf("start the lab's network: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, h := range l.hosts {
		group.Go(func() error {
			if err := h.prepare(); err != nil {
				return fmt.Errorf("prepare %s: %w", h.Name(), err)
			}
			if err := h.Start(ctx); err != nil {
				return err
			}
			if err := h.WaitRunning(ctx); err != nil {
				return err
			}
			return h.WaitAddress(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(l.options.Log, "lab: %d hosts run after %.1f s\n", len(l.hosts), time.Since(start).Seconds())
	state, err := json.Marshal(saved{l.options, l.loopback})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(l.dir, stateFile), state, 0o600)
}

// Close stops everything and removes every trace of the lab, its logs included.
func (l *Lab) Close() error { return errors.Join(l.remove(), l.disown()) }

// Remove removes the lab of that name, however much of it there is.
func Remove(name string) error {
	l, err := describe(Options{Name: name, Hosts: 1})
	if err != nil {
		return err
	}
	return l.remove()
}

// Name is the lab's name.
func (l *Lab) Name() string { return l.options.Name }

// Hosts are all hosts, h1 first.
func (l *Lab) Hosts() []*Host { return l.hosts }

// Host is host i, counted from 1. It panics when there is no such host.
func (l *Lab) Host(i int) *Host { return l.hosts[i-1] }

// Find is the host of that name.
func (l *Lab) Find(name string) (*Host, error) {
	for _, h := range l.hosts {
		if h.Name() == name {
			return h, nil
		}
	}
	return nil, fmt.Errorf("lab %q has no host %q: it has h1 to h%d", l.Name(), name, len(l.hosts))
}

func (l *Lab) rootfs() string { return filepath.Join(l.dir, "rootfs") }
func (l *Lab) socket() string { return filepath.Join(l.dir, "tmux.sock") }

// cgroup is the name, in every hierarchy, of the group of one part of the lab; of no part, what all names begin with. It
// ends in a dot so that no name is the beginning of another.
func (l *Lab) cgroup(part string) string {
	if part != "" {
		part += "."
	}
	return "slipway-lab." + l.Name() + "." + part
}

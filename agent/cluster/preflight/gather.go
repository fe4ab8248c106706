package preflight

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/cluster"
)

// Content is this host's content store.
type Content interface {
	Has(digest string) bool
}

// Options of a Gatherer. Content and Leftovers may be nil: what they would tell is then unmeasured.
type Options struct {
	// Root is "/" on a host; tests give a folder.
	Root    string
	HostID  string
	Version string // of the agent
	// PoolDir is the storage pool; /var/lib/slipway/pool.
	PoolDir string
	Content Content
	// Leftovers names what is on the host of an earlier Kubernetes.
	Leftovers func(ctx context.Context) ([]string, error)
	// InCluster says whether this host has an assignment.
	InCluster func() bool
	Now       func() time.Time
}

// Gatherer measures this host. Only one run at a time makes sense, since the ports are held; a second one waits.
type Gatherer struct {
	opt Options
	run sync.Mutex
}

// New returns a Gatherer.
func New(opt Options) *Gatherer {
	if opt.Root == "" {
		opt.Root = "/"
	}
	if opt.PoolDir == "" {
		opt.PoolDir = "/var/lib/slipway/pool"
	}
	if opt.InCluster == nil {
		opt.InCluster = func() bool { return false }
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Gatherer{opt: opt}
}

// hold is how long the ports are held and peers are dialed. Requests reach the hosts over a long-poll that a new one
// ends at once, so they start within about a second of each other.
const hold = 8 * time.Second

// Gather measures what the request asks. What could not be measured is named in Unmeasured; an error means that the
// request itself is wrong or that ctx ended.
func (g *Gatherer) Gather(ctx context.Context, req cluster.CheckRequest) (cluster.Facts, error) {
	if err := validate(req); err != nil {
		return cluster.Facts{}, err
	}
	g.run.Lock()
	defer g.run.Unlock()
	f := g.read(ctx, req)
	var mu sync.Mutex
	unmeasured := func(id string, err error) {
		mu.Lock()
		defer mu.Unlock()
		f.Unmeasured[id] = err.Error()
	}
	var group errgroup.Group
	group.Go(func() error {
		f.PortsBusy, f.Reach, f.Endpoint = g.ports(ctx, req)
		return nil
	})
	group.Go(func() error {
		answer, probed, err := ProbeVIP(ctx, req.VIP)
		f.VIPAnswer, f.VIPProbed = answer, probed
		if err != nil {
			unmeasured(cluster.CheckVIPFree, err)
		}
		return nil
	})
	group.Go(func() error {
		if g.opt.Leftovers == nil {
			return nil
		}
		left, err := g.opt.Leftovers(ctx)
		if err != nil {
			unmeasured(cluster.CheckLeftovers, err)
			return nil
		}
		f.Leftovers = append([]string{}, left...)
		return nil
	})
	_ = group.Wait()
	f.MeasuredAt = g.opt.Now()
	return f, ctx.Err()
}

// limits of a request: a cluster has at most some hundred hosts.
const (
	maxPorts = 64
	maxPeers = 500
	maxBlobs = 100_000
)

func validate(req cluster.CheckRequest) error {
	if req.ID == "" {
		return errors.New("check request without an id")
	}
	if len(req.Ports) > maxPorts || len(req.Peers) > maxPeers || len(req.Blobs) > maxBlobs {
		return errors.New("check request is too large")
	}
	for _, p := range req.Peers {
		if len(p.Ports) > maxPorts {
			return errors.New("check request is too large")
		}
	}
	return nil
}

// read is what takes no time.
func (g *Gatherer) read(ctx context.Context, req cluster.CheckRequest) cluster.Facts {
	f := cluster.Facts{RequestID: req.ID, HostID: g.opt.HostID, Version: g.opt.Version, InCluster: g.opt.InCluster(),
		CPUs: runtime.NumCPU(), Unmeasured: map[string]string{}}
	note := func(id string, err error) {
		if err != nil {
			f.Unmeasured[id] = err.Error()
		}
	}
	var err error
	f.HostName, err = os.Hostname()
	note(cluster.CheckUniqueName, err)
	id, err := os.ReadFile(g.path("/etc/machine-id"))
	f.MachineID = strings.TrimSpace(string(id))
	note(cluster.CheckUniqueMachineID, err)
	f.MemoryBytes, err = g.memory()
	note(cluster.CheckMemory, err)
	f.DiskFreeBytes, err = g.disks(req)
	note(cluster.CheckDiskSpace, err)
	f.Swap, err = g.swap()
	note(cluster.CheckSwap, err)
	f.CgroupVersion, f.CgroupControllers, err = g.cgroups()
	note(cluster.CheckCgroups, err)
	f.Kernel = g.kernel(ctx)
	f.DNSServers = g.dnsServers()
	f.Adapters, err = g.adapters()
	note(cluster.CheckCIDROverlap, err)
	if g.opt.Content == nil && len(req.Blobs) > 0 {
		note(cluster.CheckContent, errors.New("the content store is not open"))
		return f
	}
	for _, b := range req.Blobs {
		if !g.opt.Content.Has(b.Digest) {
			f.ContentMissing++
			f.ContentMissingBytes += b.SizeBytes
		}
	}
	return f
}

func (g *Gatherer) path(p string) string { return filepath.Join(g.opt.Root, p) }

func (g *Gatherer) text(p string) (string, error) {
	b, err := os.ReadFile(g.path(p))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", p, err)
	}
	return string(b), nil
}

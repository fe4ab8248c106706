package kubeadm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/cluster"
)

// PackConfig is what a pack says about itself; see the content bundle format.
type PackConfig struct {
	Name      string
	Version   string
	Layer     string
	Images    []string
	Links     map[string]string
	Manifests []string
	Checks    []string
}

// PackFile is one file of a pack. Title is its path inside the pack, such as bin/kubelet.
type PackFile struct {
	Title     string
	Mode      os.FileMode
	SizeBytes int64
}

// Content gives the packs of the content store by the digest of their artifact manifest. What Open gives is verified
// against its digest, at the latest when it has been read to the end.
type Content interface {
	Pack(digest string) (PackConfig, []PackFile, error)
	Open(packDigest, title string) (io.ReadCloser, error)
}

// Units drives systemd units of the host, by their full name such as kubelet.service.
type Units interface {
	Start(ctx context.Context, unit string) error
	Stop(ctx context.Context, unit string) error
	Restart(ctx context.Context, unit string) error
	// ActiveState is systemd's: active, inactive, failed, activating, deactivating. A unit that does not exist is inactive.
	ActiveState(ctx context.Context, unit string) (string, error)
}

// Kubelet settings of agent.yaml, for hosts whose kernel does not give all that the kubelet wants (the lab).
type Kubelet struct {
	OOMScoreAdj  *int
	FailCgroupV1 *bool
}

// Options of New. Zero values take what a real host has.
type Options struct {
	// Root is "/" on a host; tests give a folder.
	Root    string
	Content Content
	Units   Units
	Kubelet Kubelet
	// RegistryURL is the agent's own read-only registry on this host, from which containerd pulls; http://127.0.0.1:5081.
	RegistryURL string
	// StorageDir holds the volumes of the storage layer; /var/lib/slipway/pool/volumes.
	StorageDir string
	Log        *slog.Logger
	Now        func() time.Time
	// OnChange is called, from any goroutine, whenever Report would answer something new. It must not block.
	OnChange func()
	Runner   Runner
	Prober   Prober
	API      API
}

// Engine carries assignments out on this host. Its methods may be called from any goroutine.
type Engine struct {
	opt  Options
	wake chan struct{}

	applying sync.Mutex // held by one Apply at a time

	mu      sync.Mutex
	desired *cluster.Assignment
	report  cluster.HostReport
	cancel  context.CancelFunc // of the running pass, while one runs
}

// New returns an engine. It remembers what this host was last asked to do (without the secrets), so that after a boot
// the host's part of the cluster comes up again without its leader.
func New(opt Options) (*Engine, error) {
	if opt.Content == nil || opt.Units == nil {
		return nil, errors.New("kubeadm engine: Content and Units are needed")
	}
	defaults(&opt)
	e := &Engine{opt: opt, wake: make(chan struct{}, 1)}
	a, err := e.remembered()
	if err != nil {
		return nil, err
	}
	if a != nil {
		e.Assign(*a)
	}
	return e, nil
}

func defaults(o *Options) {
	if o.Root == "" {
		o.Root = "/"
	}
	if o.RegistryURL == "" {
		o.RegistryURL = "http://127.0.0.1:5081"
	}
	if o.StorageDir == "" {
		o.StorageDir = "/var/lib/slipway/pool/volumes"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnChange == nil {
		o.OnChange = func() {}
	}
	if o.Runner == nil {
		o.Runner = Exec{Path: filepath.Join(o.Root, currentBin)}
	}
	if o.Prober == nil {
		o.Prober = NetProber{}
	}
	if o.API == nil {
		o.API = &RESTReader{}
	}
}

// path is a path of the host below Root.
func (e *Engine) path(p string) string { return filepath.Join(e.opt.Root, p) }

// Assign sets what this host is to be; Run makes it so. The same assignment again changes nothing.
func (e *Engine) Assign(a cluster.Assignment) {
	e.mu.Lock()
	if e.desired != nil && reflect.DeepEqual(*e.desired, a) {
		e.mu.Unlock()
		return
	}
	if old := e.desired; old != nil && a.Phase == cluster.PhaseDelete && old.Phase != cluster.PhaseDelete && e.cancel != nil {
		e.cancel() // nothing that is under way matters any more
	}
	e.desired = &a
	e.mu.Unlock()
	e.poke()
}

// poke makes the next pass begin now.
func (e *Engine) poke() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Assignment returns what this host was last asked to do.
func (e *Engine) Assignment() (cluster.Assignment, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.desired == nil {
		return cluster.Assignment{}, false
	}
	return *e.desired, true
}

// Forget drops an assignment that has been carried out to its end: PhaseDelete is reached and the leader knows it.
// Before that it does nothing.
func (e *Engine) Forget() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.report.Reached != cluster.PhaseDelete {
		return nil
	}
	if err := os.Remove(e.path(assignmentFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	e.desired, e.report = nil, cluster.HostReport{}
	return nil
}

// Report says how far this host is. The caller may keep and change it.
func (e *Engine) Report() cluster.HostReport {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.report
	r.Steps = append([]cluster.Step(nil), r.Steps...)
	r.CAHashes = append([]string(nil), r.CAHashes...)
	return r
}

func (e *Engine) setReport(change func(*cluster.HostReport)) {
	e.mu.Lock()
	change(&e.report)
	e.mu.Unlock()
	e.opt.OnChange()
}

// Apply makes the assignment so, once: it returns nil when every step up to the assignment's phase is done, or the error
// of the first step that failed. Call it again to go on; Run does that. Two calls never work at the same time.
func (e *Engine) Apply(ctx context.Context, a cluster.Assignment) error {
	e.applying.Lock()
	defer e.applying.Unlock()
	if err := validate(a); err != nil {
		return e.fail(err)
	}
	if err := e.remember(a); err != nil {
		return e.fail(err)
	}
	steps, err := e.steps(a)
	if err != nil {
		return e.fail(err)
	}
	all, err := e.layout(a, steps)
	if err != nil {
		return e.fail(err)
	}
	e.begin(a, all)
	for i, s := range steps {
		if err := e.runStep(ctx, s); err != nil {
			return e.fail(err)
		}
		if s.opens || i+1 == len(steps) || steps[i+1].phase != s.phase {
			if err := e.reach(a, s.phase); err != nil {
				return e.fail(err)
			}
		}
	}
	e.setReport(func(r *cluster.HostReport) { r.Error = "" })
	return nil
}

func (e *Engine) fail(err error) error {
	e.setReport(func(r *cluster.HostReport) {
		if r.Error = err.Error(); isPending(err) {
			r.Error = "" // the step says what it waits for
		}
	})
	return err
}

// reach records that a phase is complete.
func (e *Engine) reach(a cluster.Assignment, phase cluster.Phase) error {
	var hashes []string
	if a.Role == cluster.RoleInit && (phase == cluster.PhaseJoin || phase == cluster.PhaseFinalize) {
		h, err := caHash(e.path(caFile))
		if err != nil {
			return fmt.Errorf("read the cluster's CA: %w", err)
		}
		hashes = []string{h}
	}
	e.setReport(func(r *cluster.HostReport) {
		r.Reached = phase
		if hashes != nil {
			r.CAHashes = hashes
		}
		if phase == cluster.PhaseDelete {
			r.CAHashes, r.Status, r.Certificates = nil, nil, nil
		}
	})
	return nil
}

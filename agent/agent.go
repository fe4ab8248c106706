package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	gosync "sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/audit"
	"github.com/slipway-os/slipway/agent/auth"
	"github.com/slipway-os/slipway/agent/certificate"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/agent/cluster/preflight"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/agent/content/sync"
	"github.com/slipway-os/slipway/agent/content/tus"
	"github.com/slipway-os/slipway/agent/events"
	"github.com/slipway-os/slipway/agent/host/sysinfo"
	"github.com/slipway-os/slipway/agent/network/engine"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/agent/proxy"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/agent/theme"
	"github.com/slipway-os/slipway/agent/timesync"
	"github.com/slipway-os/slipway/linking/linknet"
)

// Agent is the agent of one host.
type Agent struct {
	cfg                             Config
	log                             *slog.Logger
	identity                        linknet.Identity
	audit                           *audit.Log
	auth                            *auth.Auth
	theme                           *theme.Store       // how the Local UI looks
	certificate                     *certificate.Store // of the owner's authority, if any
	bus                             *events.Bus
	ops                             *ops.Manager
	operations                      operations
	node                            *linknet.Node
	store                           *store.Store
	sync                            *sync.Syncer
	uploads                         *tus.Server
	network                         *engine.Engine  // nil likewise
	engine                          *kubeadm.Engine // nil when the agent does not own the machine
	hostState                       *state.Bucket   // of this host alone, whatever it is linked to
	sysinfo                         *sysinfo.Reader
	time                            *timesync.Servers // nil when the agent does not own the machine
	proxy                           *proxy.Host       // nil likewise
	presetTrouble                   string            // why the preset could not be read at the start
	presetSeen                      []api.ConfigurationPart
	checks                          *checks
	leader                          *leader
	group                           group
	selfWake, roleWake, publishWake chan struct{}
	assignWake                      chan struct{}

	checkRun   gosync.Mutex // one preflight run at a time
	creating   gosync.Mutex // one creation at a time
	collecting gosync.Mutex // one support bundle at a time

	port     int    // of https, set before anything runs
	registry string // address of this host's registry, likewise

	mu       gosync.Mutex
	catalog  content.Catalog    // what the syncer was told last
	expected cluster.Assignment // what the leader wants of this host, also before the engine has it
}

// Run is the agent of one host, until ctx ends; ready is called with the addresses of the Local UI when it listens.
func Run(ctx context.Context, cfg Config, log *slog.Logger, ready func(addresses []string)) error {
	for _, dir := range []string{cfg.stateDir(), cfg.runDir(), cfg.poolDir(), filepath.Join(cfg.poolDir(), "uploads")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("%w; the agent needs root, or --root DIR of your own", err)
		}
	}
	if err := os.Chmod(cfg.runDir(), 0o755); err != nil { // the socket in it has its own rights
		return err
	}
	db, err := openState(cfg, log)
	if err != nil {
		return err
	}
	defer db.Close()
	a := &Agent{cfg: cfg, log: log, selfWake: make(chan struct{}, 1), roleWake: make(chan struct{}, 1), assignWake: make(chan struct{}, 1),
		publishWake: make(chan struct{}, 1), group: group{hosts: map[string]said{}}, bus: events.New(log)}
	si := sysinfo.Options{Root: "/", PoolDir: cfg.poolDir()}
	if cfg.Lab {
		si.OnlyDisks = []string{"/dev/vdb", "/dev/vdc", "/dev/vdd"}
	}
	a.sysinfo = sysinfo.New(si)
	if a.audit, err = audit.Open(filepath.Join(cfg.stateDir(), "audit"), audit.DefaultLimits); err != nil {
		return err
	}
	defer a.audit.Close()
	for _, build := range []func(context.Context, *state.DB) error{a.openIdentity, a.openContent, a.openCluster, a.openLink, a.openNetwork, a.openTime, a.openManagement, a.openProxy, a.openPreset, a.openEvents} {
		if err := build(ctx, db); err != nil {
			return err
		}
	}
	return a.run(ctx, ready)
}

func (a *Agent) now() time.Time { return time.Now() }

func (a *Agent) openIdentity(ctx context.Context, db *state.DB) (err error) {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	if a.identity, err = linknet.LoadOrCreate(filepath.Join(a.cfg.stateDir(), "identity"), name); err != nil {
		return err
	}
	a.theme = theme.Open(a.cfg.path("etc/slipway/theme"))
	if a.certificate, err = certificate.Open(filepath.Join(a.cfg.stateDir(), "https")); err != nil {
		a.log.Error("the own certificate cannot be used", "error", err)
	}
	var accounts auth.Accounts = auth.OSAccounts{}
	if !a.cfg.onHost() {
		accounts = auth.FileAccounts{Root: a.cfg.Root}
	}
	a.auth, err = auth.New(auth.Config{Root: a.cfg.Root, RunDir: a.cfg.runDir(), Accounts: accounts,
		Users: db.Bucket("users"), Sessions: db.Bucket("sessions"), Locks: db.Bucket("locks"), Lockout: a.cfg.Login, Passwords: a.cfg.Passwords, Log: a.log})
	if err != nil {
		return err
	}
	if err := a.auth.Restore(ctx); err != nil {
		a.log.Error("users could not be restored after the boot", "error", err)
	}
	a.ops, err = ops.New(db.Bucket("operations"), func(op ops.Operation) { a.bus.Publish("operations", apiOperation(op)) }, a.log)
	a.operations = operations{a.ops}
	return err
}

func (a *Agent) openContent(_ context.Context, db *state.DB) (err error) {
	a.store, err = store.Open(store.Options{Dir: a.cfg.poolDir(), Records: db.Bucket("content"), Log: a.log, InUse: a.contentInUse, OnChange: a.contentChanged})
	if err != nil {
		return err
	}
	a.uploads, err = tus.New(tus.Options{Dir: filepath.Join(a.cfg.poolDir(), "uploads"), Log: a.log, BasePath: uploadsPath,
		CheckSpace: a.store.CheckSpace, Complete: a.uploaded})
	if err != nil {
		return err
	}
	a.sync = sync.New(sync.Options{Self: a.identity.ID, Store: a.store, Peers: a.peers, Log: a.log, OnChange: a.changed})
	return nil
}

// contentChanged is called by the store after items or blobs came or went: the syncer looks for what is missing.
func (a *Agent) contentChanged() {
	if a.sync != nil {
		a.sync.Wake()
	}
	if a.node != nil {
		a.changed()
	}
}

// contentInUse protects what the cluster runs from deletion.
func (a *Agent) contentInUse() []string {
	var out []string
	if a.leader != nil {
		if rec, _, ok := a.leader.record(); ok {
			for _, p := range rec.Plan.Config.Packs {
				out = append(out, p.Digest)
			}
		}
	}
	if a.engine != nil {
		if as, ok := a.engine.Assignment(); ok {
			for _, p := range as.Config.Packs {
				out = append(out, p.Digest)
			}
		}
	}
	return out
}

func (a *Agent) openCluster(_ context.Context, db *state.DB) (err error) {
	leftovers := func(ctx context.Context) ([]string, error) {
		if a.engine == nil {
			return []string{}, nil
		}
		return a.engine.Leftovers(ctx)
	}
	gatherer := preflight.New(preflight.Options{Root: a.cfg.Root, HostID: a.identity.ID, Version: a.cfg.Version, PoolDir: a.cfg.poolDir(),
		Content: a.store, Leftovers: leftovers, InCluster: a.inCluster})
	a.checks = newChecks(a.identity.ID, gatherer.Gather, a.changed, a.log)
	if a.leader, err = newLeader(db.Bucket("cluster"), a.group.seen, a.assigned, a.now, a.log); err != nil {
		return err
	}
	if !a.cfg.onHost() {
		return nil
	}
	a.engine, err = kubeadm.New(kubeadm.Options{Root: a.cfg.Root, Content: packs{a.store}, Units: systemd.Client{},
		Kubelet:     kubeadm.Kubelet{OOMScoreAdj: a.cfg.Kubelet.OOMScoreAdj, FailCgroupV1: a.cfg.Kubelet.FailCgroupV1},
		RegistryURL: "http://" + a.cfg.RegistryListen, StorageDir: filepath.Join(a.cfg.poolDir(), "volumes"), Log: a.log, OnChange: a.changed})
	return err
}

func (a *Agent) openLink(_ context.Context, db *state.DB) (err error) {
	a.node, err = linknet.New(linknet.Config{Identity: a.identity, Store: db.Bucket("link"), Log: a.log, Version: a.cfg.Version,
		Self: a.self, InCluster: a.inCluster, HostInCluster: a.hostInCluster,
		Report: a.report, OnReport: a.onReport, Desired: a.desired, OnDesired: a.onDesired, OnChange: a.linkEvent})
	return err
}

// hostInCluster says whether a linked host has a part in the cluster, by the record as well as by what it says.
func (a *Agent) hostInCluster(id string) bool {
	if rec, _, ok := a.leader.record(); ok {
		for _, m := range rec.Plan.Members {
			if m.Node.HostID == id {
				return true
			}
		}
	}
	s, _ := a.group.of(id)
	return s.host.Host.InUse
}

func (a *Agent) openEvents(context.Context, *state.DB) error {
	a.bus.Provide("operations", func() any { return a.operations.List() })
	a.bus.Provide("link", func() any { return a.apiLink() })
	a.bus.Provide("clusters", func() any { return a.apiClusters() })
	a.bus.Provide("content", func() any { l, _ := contents{a}.List(context.Background()); return l })
	a.registerLinks()
	a.registerContent()
	a.registerBaked()
	a.registerClusters()
	a.registerPower()
	a.registerSupport()
	a.registerUpgrades()
	a.registerPool()
	return nil
}

// run owns every goroutine: when one fails all end, and all are waited for.
func (a *Agent) run(ctx context.Context, ready func([]string)) error {
	g, ctx := errgroup.WithContext(ctx)
	listeners, err := a.listen()
	if err != nil {
		return err
	}
	for _, l := range listeners {
		g.Go(func() error { return l.serve(ctx) })
	}
	loops := []func(context.Context) error{a.node.Run, a.ops.Run, a.sync.Run, a.uploads.Run, a.checks.run, a.leader.run, a.runSelf, a.runLeaderSelf, a.runPublisher}
	if a.engine != nil {
		loops = append(loops, a.engine.Run, a.network.Run, a.runClusterRegistry, a.runProxy)
	}
	for _, loop := range loops {
		g.Go(func() error {
			if err := loop(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		})
	}
	if err := a.resumeUploads(); err != nil {
		a.log.Error("complete uploads could not be taken up", "error", err)
	}
	if err := a.resolveUpgrade(); err != nil {
		a.log.Error("what became of the last upgrade could not be found out", "error", err)
	}
	if err := a.startBaked(); err != nil {
		a.log.Error("the content that came with the appliance could not be taken up", "error", err)
	}
	if ready != nil {
		ready(URLs(a.addresses(), a.port))
	}
	return g.Wait()
}

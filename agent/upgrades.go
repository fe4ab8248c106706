package agent

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/kairos"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/agent/osupgrade"
	"github.com/slipway-os/slipway/agent/systemd"
)

const opUpgrade = "host.upgrade"

// imageTitle is the file of an os pack that has a new image: the root file system of a medium.
const imageTitle = "rootfs.squashfs"

const verifyEvery = 5 * time.Second

// The steps of an upgrade.
const (
	upgradeCheck   = "check the new image"
	upgradeWrite   = "write it beside the running one"
	upgradeRestart = "restart"
	upgradeVerify  = "verify the host"
)

// upgrades brings the host to a new OS image (package osupgrade has the rules). The record outlives the agent and its
// image; the operation goes on in whichever image runs.
type upgrades struct {
	a      *Agent
	dir    upgradeDir
	kairos kairos.Client
	reboot func(context.Context) error
}

func (a *Agent) upgrades() upgrades {
	return upgrades{a, upgradeDir(a.cfg.path(upgradePath)), installed, systemd.Client{}.Reboot}
}

// Upgrade starts an operation.
func (m machine) Upgrade(_ context.Context, r api.UpgradeRequest) (api.Operation, error) {
	u := m.a.upgrades()
	if !m.a.cfg.onHost() || !u.kairos.Installed() {
		return api.Operation{}, apiserver.Errorf(409, "host:upgrade", "This host was not installed from a Slipway image, so it has no place for a second one.")
	}
	if record, err := u.dir.load(); err == nil && !record.Over() && record.Phase != "" {
		return api.Operation{}, apiserver.Errorf(409, "host:upgrade", "An upgrade to %s is under way; wait for its end.", record.Version)
	}
	if _, _, err := u.image(r.Digest); err != nil {
		return api.Operation{}, apiserver.Errorf(400, "host:upgrade", "%v.", err)
	}
	return m.a.operations.start(opUpgrade, "Upgrade this host's operating system", r)
}

// ShowUpgrade says which image runs and what the last upgrade did.
func (m machine) ShowUpgrade(context.Context) (api.Upgrade, error) {
	u := m.a.upgrades()
	r, err := u.dir.load()
	if err != nil {
		return api.Upgrade{}, err
	}
	out := api.Upgrade{Image: u.kairos.Image(), Previous: u.kairos.Previous(), Phase: api.UpgradePhase(r.Phase), Bundle: r.Bundle, Version: r.Version, Reason: r.Reason, StartedAt: r.Started}
	if r.Phase == "" {
		out.Phase = api.UpgradePhaseNone
	}
	return out, nil
}

// image finds the OS image of a bundle.
func (u upgrades) image(digest string) (version, blob string, err error) {
	m, err := u.a.store.Manifest(digest)
	if err != nil {
		return "", "", fmt.Errorf("there is no content %s on this host; `slipway content list` shows what there is", digest)
	}
	for _, p := range m.Packs {
		if p.Layer != "os" {
			continue
		}
		_, files, err := u.a.store.Pack(p.Digest)
		if err != nil {
			return "", "", err
		}
		if i := slices.IndexFunc(files, func(f content.PackFile) bool { return f.Title == imageTitle }); i >= 0 {
			return p.Version, files[i].Digest, nil
		}
	}
	return "", "", fmt.Errorf("the content %s %s has no OS image: its os pack must have a file %s", m.Name, m.Version, imageTitle)
}

// resolveUpgrade settles, at the agent's start, an upgrade that has ended without an operation that would say so.
func (a *Agent) resolveUpgrade() error {
	u := a.upgrades()
	r, err := u.dir.load()
	if err != nil || r.Phase == "" || r.Over() {
		return err
	}
	after, action := osupgrade.Start(r, u.kairos.Image(), bootID())
	if action != osupgrade.Nothing {
		return nil
	}
	a.log.Error("the upgrade of the operating system did not succeed", "version", r.Version, "phase", after.Phase, "reason", after.Reason)
	return u.dir.save(after)
}

func (a *Agent) registerUpgrades() {
	a.ops.Register(opUpgrade, func(_ context.Context, h *ops.Handle, raw json.RawMessage) error {
		var in api.UpgradeRequest
		if err := json.Unmarshal(raw, &in); err != nil {
			return err
		}
		return a.upgrades().run(h, in.Digest)
	})
}

func (u upgrades) run(h *ops.Handle, digest string) error {
	if err := h.Plan(upgradeCheck, upgradeWrite, upgradeRestart, upgradeVerify); err != nil {
		return err
	}
	for _, s := range []struct {
		name string
		do   func(context.Context) error
	}{
		{upgradeCheck, func(ctx context.Context) error { return u.check(ctx, digest) }},
		{upgradeWrite, func(ctx context.Context) error { return u.write(ctx, h, digest) }},
		{upgradeRestart, u.restart},
		{upgradeVerify, func(ctx context.Context) error {
			return u.verify(ctx, func(text string) { h.Message(upgradeVerify, text) })
		}},
	} {
		if err := h.Step(s.name, s.do); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what could not run, before anything changes, and notes how the host is.
func (u upgrades) check(ctx context.Context, digest string) error {
	version, blob, err := u.image(digest)
	if err != nil {
		return err
	}
	if err := u.a.store.Verify(ctx, blob); err != nil {
		return fmt.Errorf("the new image: %w", err)
	}
	path, err := u.a.store.Path(blob)
	if err != nil {
		return err
	}
	r := osupgrade.Record{Bundle: digest, Version: version, From: u.kairos.Image(), Started: u.a.now().UTC(), Before: u.health(ctx)}
	err = u.kairos.WithImage(ctx, path, func(_, name string) error {
		if r.To = name; name == r.From {
			return fmt.Errorf("version %s is what this host runs already", version)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return u.dir.save(r)
}

// write makes the new image the active one and has the boot menu take it once. A second life of this step finds out what
// became of the first.
func (u upgrades) write(ctx context.Context, h *ops.Handle, digest string) error {
	r, err := u.dir.load()
	if err != nil {
		return err
	}
	if r.Phase != "" {
		r, action := osupgrade.Start(r, u.kairos.Image(), bootID())
		if action == osupgrade.Try {
			return u.arm(ctx, r)
		}
		return u.settled(r, action)
	}
	_, blob, err := u.image(digest)
	if err != nil {
		return err
	}
	path, err := u.a.store.Path(blob)
	if err != nil {
		return err
	}
	r.Phase = osupgrade.Writing
	if err := u.dir.save(r); err != nil {
		return err
	}
	err = u.kairos.WithImage(ctx, path, func(dir, _ string) error {
		return u.kairos.Write(ctx, dir, func(line string) {
			h.Log.Info("kairos-agent", "line", line)
			h.Message(upgradeWrite, "kairos-agent is writing the image; this takes a few minutes")
		})
	})
	if err != nil {
		return errors.Join(err, u.dir.save(r.Fail(err.Error())))
	}
	return u.arm(ctx, r)
}

func (u upgrades) arm(ctx context.Context, r osupgrade.Record) error {
	if err := u.kairos.TryOnce(ctx); err != nil {
		return err
	}
	r.Phase, r.Boot = osupgrade.Trying, bootID()
	return u.dir.save(r)
}

// settled turns a decision that there is nothing more to do into the operation's outcome.
func (u upgrades) settled(r osupgrade.Record, action osupgrade.Action) error {
	if action != osupgrade.Nothing || r.Phase == osupgrade.Confirmed {
		return nil
	}
	err := fmt.Errorf("the upgrade to %s failed: %s", r.Version, r.Reason)
	if r.Phase == osupgrade.FellBack {
		err = fmt.Errorf("the host has returned to its previous image, because %s", r.Reason)
	}
	return errors.Join(err, u.dir.save(r))
}

func (u upgrades) restart(ctx context.Context) error {
	r, err := u.dir.load()
	if err != nil {
		return err
	}
	r, action := osupgrade.Start(r, u.kairos.Image(), bootID())
	if action != osupgrade.Restart {
		return u.settled(r, action)
	}
	return u.leave(ctx)
}

// leave reboots; the operation goes on after it.
func (u upgrades) leave(ctx context.Context) error {
	if err := u.reboot(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(stopTimeout * 20):
		return errors.New("the host did not restart: restart it with `slipway power reboot`")
	}
}

// verify waits for the host to be as well as before. Only then is the new image the default.
func (u upgrades) verify(ctx context.Context, say func(string)) error {
	r, err := u.dir.load()
	if err != nil {
		return err
	}
	r, action := osupgrade.Start(r, u.kairos.Image(), bootID())
	if action != osupgrade.Verify {
		return u.settled(r, action)
	}
	for begin := time.Now(); ; {
		verdict, why := osupgrade.Check(r, u.health(ctx), time.Since(begin))
		switch verdict {
		case osupgrade.Keep:
			if err := u.kairos.Keep(ctx); err != nil {
				return err
			}
			return u.dir.save(r.Keep())
		case osupgrade.Abandon:
			r.Reason = why
			return errors.Join(u.dir.save(r), u.kairos.Abandon(ctx), u.leave(ctx))
		}
		say("not yet: " + why)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(verifyEvery):
		}
	}
}

// health is how the host is now. What cannot be found out counts as not well.
func (u upgrades) health(ctx context.Context) osupgrade.Health {
	h := osupgrade.Health{LocalUI: u.localUI(ctx)}
	adapters, err := u.a.sysinfo.Adapters()
	if err != nil {
		u.a.log.Warn("the adapters cannot be read", "error", err)
	}
	for _, x := range adapters {
		a := osupgrade.Adapter{MAC: x.MAC, Name: x.Name, DHCP: x.DHCP, Gateway: x.Gateway, Carrier: x.Carrier}
		for _, p := range x.Addresses {
			if !p.IsSingleIP() { // the cluster's: its VIP moves
				a.Addresses = append(a.Addresses, p.String())
			}
		}
		h.Adapters = append(h.Adapters, a)
	}
	if u.a.engine != nil {
		if h.Node, h.NodeReady, err = u.a.engine.NodeReady(ctx); err != nil {
			u.a.log.Warn("the node's state cannot be read", "error", err)
		}
	}
	return h
}

// localUI asks for the first page as a browser does. Whose certificate it is does not matter here: it is this host.
func (u upgrades) localUI(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://127.0.0.1:"+strconv.Itoa(u.a.port)+"/", nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

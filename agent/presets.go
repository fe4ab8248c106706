package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/slipway-os/slipway/agent/network"
	"github.com/slipway-os/slipway/agent/network/rtnl"
	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/state"
)

// presetKey is where the parts of the preset that were applied are kept.
const presetKey = "preset"

// presetFile is the cloud-config that the installer leaves; it may hold the key "slipway".
const presetFile = "oem/90_custom.yaml"

// openPreset applies what the appliance presets, each part once: later the settings are the owner's. What cannot be applied
// is logged and tried at the next start; it never keeps the agent from starting.
func (a *Agent) openPreset(ctx context.Context, _ *state.DB) error {
	text, err := os.ReadFile(a.cfg.path(presetFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var p preset.Preset
	if err == nil {
		p, err = preset.FromCloudConfig(text, a.now())
	}
	if err != nil {
		a.log.Error("the preset of the appliance cannot be read; set this host up by hand", "file", presetFile, "error", err)
		return nil
	}
	for _, part := range a.presetParts(p) {
		if err := a.applyOnce(ctx, part); err != nil {
			a.log.Error("a part of the appliance's preset is not in place", "part", part.name, "error", err)
		}
	}
	return nil
}

// presetPart is one part of a preset. Applying it again does no harm.
type presetPart struct {
	name  string
	apply func(ctx context.Context) error
}

func (a *Agent) presetParts(p preset.Preset) (parts []presetPart) {
	if a.network != nil && (p.Hostname != "" || len(p.Network) > 0) {
		parts = append(parts, presetPart{"network", func(ctx context.Context) error { return a.presetNetwork(ctx, p) }})
	}
	if a.time != nil && len(p.NTP) > 0 {
		parts = append(parts, presetPart{"ntp", func(ctx context.Context) error { return a.time.Set(ctx, p.NTP) }})
	}
	if a.proxy != nil && !p.Proxy.Empty() {
		parts = append(parts, presetPart{"proxy", func(ctx context.Context) error { return a.proxy.Set(ctx, p.Proxy.Settings(), a.now()) }})
	}
	if p.User != nil {
		parts = append(parts, presetPart{"user", func(ctx context.Context) error { return a.auth.PresetUser(ctx, p.User.Name, p.User.PasswordHash) }})
	}
	if p.Theme != nil {
		parts = append(parts, presetPart{"theme", func(context.Context) error { return a.presetTheme(*p.Theme) }})
	}
	return parts
}

func (a *Agent) presetTheme(t preset.Theme) error {
	logo, err := t.LogoBytes()
	if err == nil && logo != nil {
		err = a.theme.SetLogo(logo)
	}
	if err != nil {
		return err
	}
	for _, p := range t.Look.Pages {
		if err := a.theme.SetPage(p, []byte(t.Pages[p.Name])); err != nil {
			return err
		}
	}
	return a.theme.Save(t.Look)
}

func (a *Agent) applyOnce(ctx context.Context, part presetPart) error {
	var done []string
	if _, err := a.hostState.Get(presetKey, &done); err != nil || slices.Contains(done, part.name) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := part.apply(ctx); err != nil {
		return err
	}
	a.log.Info("the appliance's preset is in place", "part", part.name)
	return a.hostState.Put(presetKey, append(done, part.name))
}

// presetNetwork runs before the network engine does, which then settles on it.
func (a *Agent) presetNetwork(ctx context.Context, p preset.Preset) error {
	observed, err := rtnl.Reader{}.Observe(ctx)
	if err != nil {
		return err
	}
	change, skipped, err := preset.NetworkChange(p.Network, observed)
	if err != nil {
		return err
	}
	if len(skipped) > 0 {
		a.log.Warn("the appliance presets adapters that this host does not have", "adapters", skipped)
	}
	settings := network.Settings{Hostname: p.Hostname}.With(change)
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("on this host the preset settings cannot be: %w", err)
	}
	return a.network.Preset(settings)
}

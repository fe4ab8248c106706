package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/network"
	"github.com/slipway-os/slipway/agent/network/rtnl"
	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/state"
)

// presetKey is where the parts of the preset that were applied are kept.
const presetKey = "preset"

// openPreset applies what the appliance presets, each part once: later the settings are the owner's. What cannot be applied
// is logged and tried at the next start; it never keeps the agent from starting.
func (a *Agent) openPreset(ctx context.Context, _ *state.DB) error {
	a.rememberUserData()
	text, err := a.readUserData()
	if text == "" && err == nil {
		return nil
	}
	var p preset.Preset
	if err == nil {
		p, err = preset.FromCloudConfig([]byte(text), a.now())
	}
	if err != nil {
		a.log.Error("the preset of the appliance cannot be read; set this host up by hand", "file", userDataFile, "error", err)
		a.presetTrouble = err.Error()
		return nil
	}
	for _, part := range a.presetParts(p) {
		seen := api.ConfigurationPart{Name: part.name, State: api.ConfigurationPartStateConfigured}
		if err := a.applyOnce(ctx, part); err != nil {
			a.log.Error("a part of the appliance's preset is not in place", "part", part.name, "error", err)
			seen.State, seen.Message = api.ConfigurationPartStateFailed, err.Error()
		}
		a.presetSeen = append(a.presetSeen, seen)
	}
	return nil
}

// configuration says what became of the preset at the start of the agent, and whether the next boot runs other user data.
func (a *Agent) configuration() api.HostConfiguration {
	out := api.HostConfiguration{State: api.HostConfigurationStateNotConfigured, Message: "Nothing is preset for this host; people set it up.", Parts: []api.ConfigurationPart{}}
	out.Parts = append(out.Parts, a.presetSeen...)
	var failed []string
	for _, p := range a.presetSeen {
		if p.State == api.ConfigurationPartStateFailed {
			failed = append(failed, p.Name+": "+p.Message)
		}
	}
	switch {
	case a.presetTrouble != "":
		out.State, out.Message = api.HostConfigurationStateFailed, "/"+userDataFile+" cannot be used: "+a.presetTrouble+". Set the host up by hand, or mend the file and reboot."
	case len(failed) > 0:
		out.State, out.Message = api.HostConfigurationStateFailed, "Not everything that is preset is in place; it is tried again when the agent starts. "+strings.Join(failed, "; ")+"."
	case a.userDataPending():
		out.State, out.Message = api.HostConfigurationStatePending, "The user data of this host changed; the next boot runs it."
	case len(a.presetSeen) > 0:
		out.State, out.Message = api.HostConfigurationStateConfigured, "What was preset for this host is in place."
	}
	return out
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
	if len(p.Tags) > 0 {
		parts = append(parts, presetPart{"tags", func(context.Context) error { return a.setTags(p.Tags) }})
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

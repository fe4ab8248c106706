package agent

import (
	"context"
	"slices"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/profile"
)

// Definitions are what the wizard asks with. A definition that this version cannot read is left out and logged: the others
// must stay usable.
func (c contents) Definitions(context.Context) ([]api.Definition, error) {
	out := []api.Definition{}
	for _, d := range c.a.store.Definitions() {
		raw, err := c.a.store.Definition(d.Digest)
		if err != nil {
			return nil, contentError(err)
		}
		parsed, err := profile.Parse(raw)
		if err != nil {
			c.a.log.Warn("a cluster definition cannot be read", "name", d.Name, "version", d.Version, "error", err)
			continue
		}
		shown := apiDefinition(parsed.Public())
		shown.Bundle = c.bundleOf(d.Digest)
		for i, p := range shown.Packs {
			_, err := c.a.store.FindPack(p.Name, p.Version)
			shown.Packs[i].Missing = err != nil
		}
		out = append(out, shown)
	}
	return out, nil
}

// Screen finds the newest definition of that name and version, and its screen.
func (c contents) Screen(_ context.Context, name, version string) ([]byte, error) {
	for _, d := range c.a.store.Definitions() {
		if d.Name != name || d.Version != version {
			continue
		}
		raw, err := c.a.store.Definition(d.Digest)
		if err != nil {
			return nil, contentError(err)
		}
		parsed, err := profile.Parse(raw)
		if err != nil {
			return nil, apiserver.Errorf(422, "cluster:definition", "%v", err)
		}
		if parsed.Screen == "" {
			return nil, apiserver.Errorf(404, "not-found", "The definition %s %s brings no screen of its own; use the form.", name, version)
		}
		return []byte(parsed.Screen), nil
	}
	return nil, apiserver.Errorf(404, "not-found", "There is no cluster definition %s %s here; upload the content bundle that has it.", name, version)
}

// bundleOf names the newest content bundle that has the definition.
func (c contents) bundleOf(definition string) string {
	for _, i := range c.a.store.List() {
		m, err := c.a.store.Manifest(i.Digest)
		if err == nil && slices.ContainsFunc(m.Definitions, func(d content.Definition) bool { return d.Digest == definition }) {
			return i.Name + " " + i.Version
		}
	}
	return ""
}

func apiDefinition(d profile.Definition) api.Definition {
	out := api.Definition{Name: d.Metadata.Name, Version: d.Metadata.Version, DisplayName: d.Metadata.DisplayName,
		Description: d.Metadata.Description, Screen: d.Screen != "", Packs: []api.DefinitionPack{}, Variables: []api.Variable{}}
	for _, p := range d.Packs {
		out.Packs = append(out.Packs, api.DefinitionPack{Name: p.Name, Version: p.Version, Layer: string(p.Layer)})
	}
	for _, v := range d.Variables {
		row := api.Variable{Name: v.Name, DisplayName: v.DisplayName, Description: v.Description, Section: v.Section, Format: api.VariableFormat(v.Format),
			Default: v.Default, Required: v.Required, Immutable: v.Immutable, Regex: v.Regex, Hidden: v.Hidden, ReadOnly: v.ReadOnly, Masked: v.Masked, CertificateKey: v.CertificateKey}
		if row.Format == "" {
			row.Format = api.VariableFormat(profile.FormatString)
		}
		for _, o := range v.Options {
			row.Options = append(row.Options, api.VariableOption{Value: o.Value, Label: o.Label, Description: o.Description})
		}
		out.Variables = append(out.Variables, row)
	}
	return out
}

package builder

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// definition reads a cluster definition file. Its variables are the business
// of the hosts; here only its name matters and that its packs are in the
// bundle, because a missing one would show late, on the customer's site.
func (b *Builder) definition(file string) (bundlewriter.Definition, error) {
	data, err := os.ReadFile(b.inFolder(file))
	if err != nil {
		return bundlewriter.Definition{}, err
	}
	var d struct {
		Kind     string
		Metadata struct{ Name, Version string }
		Packs    []packRef
	}
	if err := yaml.Unmarshal(data, &d); err != nil {
		return bundlewriter.Definition{}, fmt.Errorf("%s: %w", file, err)
	}
	if d.Kind != "ClusterDefinition" || d.Metadata.Name == "" || d.Metadata.Version == "" {
		return bundlewriter.Definition{}, fmt.Errorf("%s: kind must be ClusterDefinition, and metadata needs name and version", file)
	}
	have := map[packRef]bool{}
	for _, p := range b.recipe.Packs {
		have[packRef{p.Name, p.Version, p.Layer}] = true
	}
	for _, p := range d.Packs {
		if !have[p] {
			return bundlewriter.Definition{}, fmt.Errorf("%s: the bundle has no pack %s %s of layer %s", file, p.Name, p.Version, p.Layer)
		}
	}
	return bundlewriter.Definition{Name: d.Metadata.Name, Version: d.Metadata.Version, YAML: data}, nil
}

type packRef struct{ Name, Version, Layer string }

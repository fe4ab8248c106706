package builder

import (
	"fmt"
	"os"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/agent/profile"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// definition reads a cluster definition by the rules of the hosts, and makes
// sure that its packs are in the bundle: either fault would otherwise show
// late, on the customer's site.
func (b *Builder) definition(file string) (bundlewriter.Definition, error) {
	data, err := os.ReadFile(b.inFolder(file))
	if err != nil {
		return bundlewriter.Definition{}, err
	}
	d, err := profile.Parse(data)
	if err != nil {
		return bundlewriter.Definition{}, fmt.Errorf("%s: %w", file, err)
	}
	for _, p := range d.Packs {
		if !hasPack(b.recipe.Packs, p) {
			return bundlewriter.Definition{}, fmt.Errorf("%s: the bundle has no pack %s %s of layer %s", file, p.Name, p.Version, p.Layer)
		}
	}
	return bundlewriter.Definition{Name: d.Metadata.Name, Version: d.Metadata.Version, YAML: data}, nil
}

func hasPack(packs []recipe.Pack, want profile.PackRef) bool {
	for _, p := range packs {
		if p.Name == want.Name && p.Version == want.Version && p.Layer == string(want.Layer) {
			return true
		}
	}
	return false
}

package profile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/slipway-os/slipway/agent/strictyaml"
)

// What a definition file says of itself.
const (
	APIVersion = "slipway.dev/v1"
	Kind       = "ClusterDefinition"
)

// Bounds of a definition.
const (
	MaxBytes     = 1 << 20
	maxPacks     = 64
	maxVariables = 256
	maxOptions   = 256
	maxText      = 4096  // a description
	maxValue     = 65536 // a value or default, a certificate chain fits
	maxRegex     = 1024
	maxScreen    = 256 << 10
)

// Definition is one version of a cluster definition.
type Definition struct {
	APIVersion string   `json:"apiVersion" yaml:"apiVersion"`
	Kind       string   `json:"kind" yaml:"kind"`
	Metadata   Metadata `json:"metadata" yaml:"metadata"`
	// Packs in the order of the layers, from the bottom.
	Packs     []PackRef  `json:"packs" yaml:"packs"`
	Variables []Variable `json:"variables" yaml:"variables"`
	// Screen is a page of HTML that asks for the variables in its own way; empty takes the form. See the package comment.
	Screen string `json:"screen,omitempty" yaml:"screen"`
}

// Metadata names a definition.
type Metadata struct {
	Name        string `json:"name" yaml:"name"`
	Version     string `json:"version" yaml:"version"`
	DisplayName string `json:"displayName,omitempty" yaml:"displayName"`
	Description string `json:"description,omitempty" yaml:"description"`
}

// PackRef names one versioned layer of the profile.
type PackRef struct {
	Name    string `json:"name" yaml:"name"`
	Version string `json:"version" yaml:"version"`
	Layer   Layer  `json:"layer" yaml:"layer"`
}

// Layer is where a pack sits in the stack.
type Layer string

// The layers. There is exactly one Kubernetes pack and at most one pack of each other layer, but for add-ons.
const (
	LayerOS         Layer = "os"
	LayerKubernetes Layer = "kubernetes"
	LayerVIP        Layer = "vip"
	LayerCNI        Layer = "cni"
	LayerCSI        Layer = "csi"
	LayerRegistry   Layer = "registry"
	LayerAddon      Layer = "addon"
)

// layers from the bottom up; packs must come in this order because each stands on those before.
var layers = []Layer{LayerOS, LayerKubernetes, LayerVIP, LayerCNI, LayerCSI, LayerRegistry, LayerAddon}

var (
	validName    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	validVersion = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$`)
)

// Parse reads and checks a definition. It is strict, so that a misspelt key of a bundle's author is found when the bundle is
// made, not when a cluster is.
func Parse(data []byte) (Definition, error) {
	var d Definition
	if err := strictyaml.Unmarshal(data, MaxBytes, &d); err != nil {
		return Definition{}, fmt.Errorf("the cluster definition %w", err)
	}
	if err := d.check(); err != nil {
		return Definition{}, fmt.Errorf("cluster definition %.63q: %w", d.Metadata.Name, err)
	}
	return d, nil
}

func (d Definition) check() error {
	switch {
	case d.APIVersion != APIVersion || d.Kind != Kind:
		return fmt.Errorf("is %.40q %.40q; this version reads %q %q", d.APIVersion, d.Kind, APIVersion, Kind)
	case !validName.MatchString(d.Metadata.Name):
		return errors.New("metadata.name must be 1 to 63 lower-case letters, digits, '.', '_' and '-', starting with a letter or digit")
	case !validVersion.MatchString(d.Metadata.Version):
		return errors.New("metadata.version must be 1 to 63 letters, digits, '.', '_', '+' and '-', starting with a letter or digit")
	case len(d.Metadata.DisplayName) > maxText || len(d.Metadata.Description) > maxText:
		return fmt.Errorf("displayName and description take at most %d bytes", maxText)
	case len(d.Packs) > maxPacks:
		return fmt.Errorf("at most %d packs are allowed", maxPacks)
	case len(d.Variables) > maxVariables:
		return fmt.Errorf("at most %d variables are allowed", maxVariables)
	case len(d.Screen) > maxScreen:
		return fmt.Errorf("the screen takes at most %d bytes", maxScreen)
	}
	if err := checkPacks(d.Packs); err != nil {
		return err
	}
	names := map[string]bool{}
	for i, v := range d.Variables {
		if names[v.Name] {
			return fmt.Errorf("variables[%d]: %.63q is there twice", i, v.Name)
		}
		names[v.Name] = true
		if err := v.check(); err != nil {
			return fmt.Errorf("variables[%d] %.63q: %w", i, v.Name, err)
		}
	}
	return d.checkCertificates()
}

// checkPacks wants known layers in order, one pack per layer but for add-ons, no pack twice, and Kubernetes.
func checkPacks(packs []PackRef) error {
	names := map[string]bool{}
	perLayer := map[Layer]int{}
	below := 0
	for i, p := range packs {
		rank := slices.Index(layers, p.Layer)
		switch {
		case !validName.MatchString(p.Name):
			return fmt.Errorf("packs[%d]: %.63q is no pack name", i, p.Name)
		case !validVersion.MatchString(p.Version):
			return fmt.Errorf("packs[%d] %s: %.63q is no version", i, p.Name, p.Version)
		case rank < 0:
			return fmt.Errorf("packs[%d] %s: layer %.20q is none of %v", i, p.Name, p.Layer, layers)
		case rank < below:
			return fmt.Errorf("packs[%d] %s: layer %s must come before %s", i, p.Name, p.Layer, layers[below])
		case names[p.Name]:
			return fmt.Errorf("packs[%d]: pack %s is there twice", i, p.Name)
		case p.Layer != LayerAddon && perLayer[p.Layer] > 0:
			return fmt.Errorf("packs[%d] %s: there is a pack of layer %s already", i, p.Name, p.Layer)
		}
		names[p.Name], below = true, rank
		perLayer[p.Layer]++
	}
	if perLayer[LayerKubernetes] == 0 {
		return errors.New("packs: a pack of layer kubernetes is needed")
	}
	return nil
}

// Sections returns the sections of the form in the order of their first variable; hidden variables make no section.
func (d Definition) Sections() []string {
	var out []string
	for _, v := range d.Variables {
		if !v.Hidden && !slices.Contains(out, v.Section) {
			out = append(out, v.Section)
		}
	}
	return out
}

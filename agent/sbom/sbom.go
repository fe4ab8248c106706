// Package sbom is the list of what an image is made from, with versions and licences: Debian packages, Go modules, and the npm
// packages that are in the pages of the Local UI.
//
//	slipway-build: Encode ──> image: /usr/share/slipway/sbom.json ──Decode──> the Local UI's page About
//	                     └──> medium: slipway/sbom.json           ──Decode──> slipway-build iso verify
//
// The file is CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/), so that other tools read it too. Equal lists give equal
// bytes: it has no serial number and no date.
package sbom

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// File is where an image has its list, relative to the root.
const File = "usr/share/slipway/sbom.json"

// MaxBytes bounds a list that is read.
const MaxBytes = 4 << 20

// Kind tells where a component comes from.
type Kind string

// The kinds of components.
const (
	Debian Kind = "deb"
	Go     Kind = "golang"
	NPM    Kind = "npm"
)

var kinds = []Kind{Debian, Go, NPM}

// Component is one part of an image.
type Component struct {
	Kind    Kind   `json:"kind"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Licence is one or more names, SPDX's where they are known, with commas between them; empty when none was found.
	Licence string `json:"licence"`
}

type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Components []component `json:"components"`
}

type component struct {
	Type     string    `json:"type"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	PURL     string    `json:"purl"`
	Licences []licence `json:"licenses,omitempty"`
}

type licence struct {
	License struct {
		Name string `json:"name"`
	} `json:"license"`
}

// Encode writes a list, sorted, each component once.
func Encode(list []Component) ([]byte, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	b := bom{Format: "CycloneDX", Spec: "1.5", Version: 1, Components: []component{}}
	for _, c := range slices.Compact(list) {
		out := component{Type: "library", Name: c.Name, Version: c.Version, PURL: purl(c)}
		if c.Licence != "" {
			var l licence
			l.License.Name = c.Licence
			out.Licences = []licence{l}
		}
		b.Components = append(b.Components, out)
	}
	return json.MarshalIndent(b, "", " ")
}

// purl names a component as https://github.com/package-url/purl-spec says; the kind is in it. The @ of an npm scope is not the
// one before the version.
func purl(c Component) string {
	name := strings.NewReplacer("%2F", "/", "@", "%40").Replace(url.PathEscape(c.Name))
	if c.Kind == Debian {
		name = "debian/" + name
	}
	return "pkg:" + string(c.Kind) + "/" + name + "@" + url.PathEscape(c.Version)
}

// Decode reads a list.
func Decode(data []byte) ([]Component, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the list of components has more than %d bytes", MaxBytes)
	}
	var b bom
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("read the list of components: %w", err)
	}
	if b.Format != "CycloneDX" {
		return nil, errors.New("read the list of components: it is not CycloneDX")
	}
	list := make([]Component, 0, len(b.Components))
	for _, c := range b.Components {
		kind, _, ok := strings.Cut(strings.TrimPrefix(c.PURL, "pkg:"), "/")
		if !ok || !slices.Contains(kinds, Kind(kind)) {
			return nil, fmt.Errorf("read the list of components: %.100q is of no known kind", c.PURL)
		}
		out := Component{Kind: Kind(kind), Name: c.Name, Version: c.Version}
		for i, l := range c.Licences {
			if i > 0 {
				out.Licence += ", "
			}
			out.Licence += l.License.Name
		}
		list = append(list, out)
	}
	return list, nil
}

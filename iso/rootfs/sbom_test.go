package rootfs

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/sbom"
)

func TestDebianLicence(t *testing.T) {
	for text, want := range map[string]string{
		"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: MIT\nFiles: debian/*\nLicense: GPL-2+\n text\n\nLicense: MIT\n text": "GPL-2+, MIT",
		"It is free.\nSee /usr/share/common-licenses/GPL-2. On Debian systems /usr/share/common-licenses/LGPL-2.1\n":                                                           "GPL-2, LGPL-2.1",
		"Everything is forbidden.": "",
		"":                         "",
	} {
		if got := debianLicence([]byte(text)); got != want {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
	many := strings.Repeat("License: A\n", 3)
	for r := 'a'; r <= 'z'; r++ {
		many += "License: " + string(r) + "\n"
	}
	if got := debianLicence([]byte(many)); !strings.HasSuffix(got, "and others") || strings.Count(got, ",") != maxLicences {
		t.Errorf("got %q", got)
	}
}

// A module that this very package needs.
func TestModuleComponents(t *testing.T) {
	b := &builder{log: t.Output()}
	found, err := b.moduleComponents(t.Context(), []string{"github.com/google/licensecheck@v0.3.1"})
	want := sbom.Component{Kind: sbom.Go, Name: "github.com/google/licensecheck", Version: "v0.3.1", Licence: "BSD-3-Clause"}
	if err != nil || len(found) != 1 || found[0] != want {
		t.Errorf("got %+v, %v", found, err)
	}
	if got := escape("github.com/Masterminds/semver@v1.0.0"); got != "github.com/!masterminds/semver@v1.0.0" {
		t.Errorf("got %s", got)
	}
}

// Nothing of this machine gets into the list by a link.
func TestCopyrightStaysBelow(t *testing.T) {
	tree := t.TempDir()
	if err := os.Symlink("/etc/hostname", filepath.Join(tree, "copyright")); err != nil {
		t.Fatal(err)
	}
	if text, err := readBelow(tree, "copyright"); err == nil {
		t.Errorf("read %q", text)
	}
}

// The tree of SLIPWAY_ROOTFS says what it is made from, of every kind, each with its licence. Without Node it has no pages.
func TestTreeListsItsComponents(t *testing.T) {
	tree := os.Getenv("SLIPWAY_ROOTFS")
	if tree == "" {
		t.Skip("set SLIPWAY_ROOTFS to a tree that slipway-build rootfs made")
	}
	text, err := os.ReadFile(filepath.Join(tree, sbom.File))
	if err != nil {
		t.Fatal(err)
	}
	list, err := sbom.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []sbom.Component{{Kind: sbom.Debian, Name: "systemd"}, {Kind: sbom.Go, Name: "github.com/kairos-io/immucore"}, {Kind: sbom.Go, Name: "go.etcd.io/bbolt"}}
	if _, err := exec.LookPath("node"); err == nil {
		want = append(want, sbom.Component{Kind: sbom.NPM, Name: "react"}, sbom.Component{Kind: sbom.NPM, Name: "@patternfly/react-core"})
	}
	for _, w := range want {
		if !slices.ContainsFunc(list, func(c sbom.Component) bool {
			return c.Kind == w.Kind && c.Name == w.Name && c.Version != "" && c.Licence != ""
		}) {
			t.Errorf("%s %s is not in the list with version and licence", w.Kind, w.Name)
		}
	}
}

package builder

import (
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

func TestManifestImagesMustBeInThePack(t *testing.T) {
	images := []string{"docker.io/calico/node:v1", "ghcr.io/x/y:2"}
	for name, test := range map[string]struct {
		text string
		says string // "" means fine
	}{
		"known":           {"containers:\n  - image: docker.io/calico/node:v1\n    name: a\n  - name: b\n    image: \"ghcr.io/x/y:2\"\n", ""},
		"unknown":         {"  image: docker.io/other:1\n", "docker.io/other:1"},
		"short name":      {"  image: calico/node:v1\n", "calico/node:v1"},
		"unknown quoted":  {"  - image: 'busybox'\n", "busybox"},
		"inside a string": {"helperPod.yaml: |\n    containers:\n    - image: busybox\n", "busybox"},
		"action":          {"  image: {{.Image}}\n", ""},
		"a schema's key":  {"  image:\n    type: string\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkImages(bundlewriter.File{Path: "manifests/a.yaml", Blob: bundlewriter.Bytes([]byte(test.text))}, images)
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("checkImages says %v, want %q", err, test.says)
			}
		})
	}
}

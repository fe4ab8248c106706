package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// engineData is what the cluster engine fills templates with.
var engineData = map[string]any{
	"PodCIDR": "100.64.0.0/18", "ServiceCIDR": "100.64.64.0/18", "VIP": "10.77.0.5", "DNSServiceIP": "100.64.64.10",
	"StorageDir": "/var/lib/slipway/pool/volumes", "KubernetesVersion": "1.32.3", "ControlPlaneHosts": 3,
	"VIPAdapter": "eth0", "KubeConfig": "/etc/kubernetes/admin.conf", "Variables": map[string]string{},
}

// TestTemplatesOfTheDefaultBundle fills every own template as the engine does
// and reads the result as YAML.
func TestTemplatesOfTheDefaultBundle(t *testing.T) {
	data, err := os.ReadFile("packs/bundle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := recipe.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, pack := range bundle.Packs {
		for _, file := range pack.Files {
			if file.File == "" || !strings.HasSuffix(file.Path, ".yaml") {
				continue
			}
			tested++
			t.Run(pack.Name, func(t *testing.T) { checkTemplate(t, filepath.Join("packs", file.File)) })
		}
	}
	if tested == 0 {
		t.Error("the default bundle has no templates of its own")
	}
}

func checkTemplate(t *testing.T, file string) {
	t.Helper()
	tmpl, err := template.New(filepath.Base(file)).Option("missingkey=error").ParseFiles(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, engineData); err != nil {
		t.Fatal(err)
	}
	for dec := yaml.NewDecoder(&out); ; {
		var object struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Metadata   struct{ Name string }
		}
		err := dec.Decode(&object)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || object.APIVersion == "" || object.Kind == "" || object.Metadata.Name == "" {
			t.Fatalf("%s: %+v, %v", file, object, err)
		}
	}
}

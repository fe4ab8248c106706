package bundlewriter_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// A bundle for a test, in memory: one image, one pack, one definition.
func Example() {
	ctx := context.Background()
	layer, err := bundlewriter.NewLayer(ctx, bundlewriter.Entry{Path: "/etc/motd", Mode: 0o644, Data: bundlewriter.Bytes([]byte("hello"))})
	if err != nil {
		panic(err)
	}
	image, err := bundlewriter.NewImage("docker.io/slipway/motd:1", bundlewriter.ImageConfig{Entrypoint: []string{"/bin/motd"}}, []bundlewriter.Layer{layer})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	_, err = bundlewriter.Write(ctx, bundlewriter.Spec{
		Name: "tiny", Version: "1", Type: "kubernetes",
		Images: []bundlewriter.Image{image},
		Packs: []bundlewriter.Pack{{
			PackConfig: content.PackConfig{Name: "motd", Version: "1", Layer: "addon", Images: []string{image.Ref}, Manifests: []string{"manifests/motd.yaml"}},
			Files:      []bundlewriter.File{{Path: "manifests/motd.yaml", Blob: bundlewriter.Bytes([]byte("kind: ConfigMap\n"))}},
		}},
		Definitions: []bundlewriter.Definition{{Name: "tiny", Version: "1", YAML: []byte("kind: ClusterDefinition\n")}},
	}, &file)
	fmt.Println(err, file.Len() > 0)
	// Output: <nil> true
}

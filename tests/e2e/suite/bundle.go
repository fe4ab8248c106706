package suite

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// Small is the spec of a content bundle with random files of these sizes, in bytes: the same for the same name and sizes.
func Small(name string, sizes ...int) bundlewriter.Spec {
	pack := bundlewriter.Pack{PackConfig: content.PackConfig{Name: name, Version: "1.0.0", Layer: "addon"}}
	for i, size := range sizes {
		data := make([]byte, size)
		seed := [32]byte{byte(i)}
		copy(seed[1:], name)
		_, _ = rand.NewChaCha8(seed).Read(data) // never fails
		pack.Files = append(pack.Files, bundlewriter.File{Path: "data/" + strconv.Itoa(i), Blob: bundlewriter.Bytes(data)})
	}
	return bundlewriter.Spec{Name: name, Version: "1.0.0", Type: "addon", Packs: []bundlewriter.Pack{pack}}
}

// WriteBundle writes a content bundle to a file of the test.
func WriteBundle(t *testing.T, spec bundlewriter.Spec) (file, digest string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), spec.Name+".tar.zst")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if digest, err = bundlewriter.Write(t.Context(), spec, f); err != nil {
		t.Fatal(err)
	}
	return file, digest
}

// Package sample makes small content bundles and stores for the tests of the
// content packages.
package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
)

// Bundle is a bundle with the image docker.io/sample/<name>:v1, the pack
// <name> 1.0.0 with one file bin/file<n> per payload, and a cluster definition.
func Bundle(t testing.TB, name string, payloads ...[]byte) (raw []byte, digest string) {
	t.Helper()
	pack := bundlewriter.Pack{PackConfig: content.PackConfig{Name: name, Version: "1.0.0", Layer: "addon"}}
	for i, p := range payloads {
		pack.Files = append(pack.Files, bundlewriter.File{Path: fmt.Sprintf("bin/file%d", i), Executable: i == 0, Blob: bundlewriter.Bytes(p)})
	}
	var buf bytes.Buffer
	digest, err := bundlewriter.Write(t.Context(), bundlewriter.Spec{
		Name: name, Version: "1.0.0", Type: "kubernetes", Created: time.Unix(1700000000, 0),
		Images:      []bundlewriter.Image{image(t, "docker.io/sample/"+name+":v1")},
		Packs:       []bundlewriter.Pack{pack},
		Definitions: []bundlewriter.Definition{{Name: name, Version: "1.0.0", YAML: []byte("kind: ClusterDefinition\n")}},
	}, &buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), digest
}

func image(t testing.TB, ref string) bundlewriter.Image {
	t.Helper()
	var buf bytes.Buffer
	layer, err := bundlewriter.WriteLayer(t.Context(), []bundlewriter.Entry{
		{Path: "/hello", Mode: 0o644, Data: bundlewriter.Bytes([]byte(ref))}}, &buf)
	if err != nil {
		t.Fatal(err)
	}
	layer.Open = bundlewriter.Bytes(buf.Bytes()).Open
	img, err := bundlewriter.NewImage(ref, bundlewriter.ImageConfig{Entrypoint: []string{"/hello"}}, []bundlewriter.Layer{layer})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Random returns n bytes that differ per seed and do not compress.
func Random(seed uint64, n int) []byte {
	b := make([]byte, n)
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	_, _ = io.ReadFull(rand.NewChaCha8(key), b)
	return b
}

// Records keeps item records in memory.
type Records struct {
	mu   sync.Mutex
	data map[string][]byte
	// Fail, if set, is asked before each Put.
	Fail func(key string) error
}

// Put implements store.Records.
func (r *Records) Put(key string, v any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Fail != nil {
		if err := r.Fail(key); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(v)
	if r.data == nil {
		r.data = map[string][]byte{}
	}
	r.data[key] = raw
	return err
}

// Delete implements store.Records.
func (r *Records) Delete(key string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.data, key)
	return nil
}

// Each implements store.Records.
func (r *Records) Each(fn func(key string, raw []byte) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, v := range r.data {
		if err := fn(k, v); err != nil {
			return err
		}
	}
	return nil
}

// Len is the number of records.
func (r *Records) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.data)
}

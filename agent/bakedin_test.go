package agent

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/content/baked"
)

// bake puts a bundle where the installer of an appliance puts it.
func bake(t *testing.T, root string, data []byte) {
	t.Helper()
	medium := t.TempDir()
	source := filepath.Join(t.TempDir(), "tiny.tar.zst")
	if err := os.WriteFile(source, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := baked.Describe(source, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Parts {
		if err := os.WriteFile(filepath.Join(medium, p.File), data[:p.SizeBytes], 0o600); err != nil {
			t.Fatal(err)
		}
		data = data[p.SizeBytes:]
	}
	index, err := baked.Index{Bundles: []baked.Bundle{b}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(medium, baked.IndexFile), index, 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(root, "usr/local/slipway/content")
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), baked.Copy(t.Context(), medium, to, func(int64, int64) {})); err != nil {
		t.Fatal(err)
	}
}

func (r *running) bakedImports(t *testing.T) (out []api.Operation) {
	t.Helper()
	all := get[[]api.Operation](t, r, func() (*http.Response, error) { return r.ListOperations(context.Background()) })
	for _, op := range all {
		if op.Kind == opBaked {
			out = append(out, op)
		}
	}
	return out
}

func tiny(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(tinyBundle(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Feature 3. Content on the medium is imported at the first start, once, also when the power goes before that is noted; its
// space is freed, and it does not keep the host from being linked.
func TestBakedContentIsImportedOnce(t *testing.T) {
	root, data := shortDir(t), tiny(t)
	bake(t, root, data)
	r := start(t, root)
	done := func() bool {
		ops := r.bakedImports(t)
		return len(ops) > 0 && ops[0].State == "succeeded"
	}
	eventually(t, "the import is done", done)
	if _, err := os.Stat(filepath.Join(root, "usr/local/slipway/content")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the baked files still take space: %v", err)
	}
	r.stop()

	bake(t, root, data) // as if the power had gone before they were removed
	r = start(t, root)
	eventually(t, "the second import is done", func() bool { return len(r.bakedImports(t)) == 2 && done() })
	if items := r.content(t); len(items) != 1 || items[0].Name != "tiny" {
		t.Errorf("the content is %+v", items)
	}
	r.stop()
	r = start(t, root)
	if n := len(r.bakedImports(t)); n != 2 {
		t.Errorf("a start without baked files made an import: %d", n)
	}
	if err := r.join(t, start(t, shortDir(t))); err != nil {
		t.Errorf("a host with nothing but baked content is not linked: %v", err)
	}
}

func TestDamagedBakedContentIsTakenAway(t *testing.T) {
	root, data := shortDir(t), tiny(t)
	bake(t, root, data[:len(data)-500])
	r := start(t, root)
	eventually(t, "the import ends", func() bool {
		ops := r.bakedImports(t)
		return len(ops) == 1 && ops[0].State == "failed" && strings.Contains(ops[0].Error, "upload it again")
	})
	r.stop()
	if n := len(start(t, root).bakedImports(t)); n != 1 {
		t.Errorf("what can never be imported is tried again: %d imports", n)
	}
}

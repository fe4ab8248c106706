package store

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/internal/sample"
)

func TestDamageIsFound(t *testing.T) {
	dir, records := t.TempDir(), &sample.Records{}
	s := newStore(t, dir, records)
	payload := sample.Random(1, 1<<20)
	raw, digest := sample.Bundle(t, "one", payload)
	mustImport(t, s, raw)
	bad := content.DigestOf(payload)
	damage := func() {
		f, err := os.OpenFile(s.path(bad), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("damage"), 777); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	repaired := func() {
		if item := mustImport(t, s, raw); len(item.Missing) != 0 {
			t.Fatalf("not repaired: %+v", item.Missing)
		}
	}
	damage()
	found, err := s.VerifyAll(t.Context(), nil)
	if err != nil || len(found) != 1 || found[0] != bad || s.Has(bad) {
		t.Fatalf("found %v, %v", found, err)
	}
	if item, _, _ := s.Show(digest); len(item.Missing) != 1 || item.Missing[0].Digest != bad {
		t.Errorf("missing %+v", item.Missing)
	}
	repaired()

	damage()
	r, _, err := s.OpenVerified(bad)
	if err != nil {
		t.Fatal(err)
	}
	// Through io.Copy, which would use WriteTo if the reader had it.
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, ErrDamaged) || s.Has(bad) {
		t.Errorf("read: %v", err)
	}
	r.Close()
	repaired()

	if err := os.Remove(s.path(bad)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(bad); !errors.Is(err, ErrNotFound) || s.Has(bad) {
		t.Errorf("vanished blob: %v", err)
	}
	repaired()

	if err := os.WriteFile(s.path(digest), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = newStore(t, dir, records)
	if l := s.List(); len(l) != 1 || len(l[0].Missing) == 0 {
		t.Errorf("an item with a damaged manifest is listed as whole: %+v", l)
	}
	if _, err := s.Collect(t.Context(), false); !errors.Is(err, ErrDamaged) {
		t.Errorf("collect without knowing what is needed: %v", err)
	}
}

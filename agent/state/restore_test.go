package state

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// Feature 18: a new image's agent has migrated the state, and the host returns to the previous image.
func TestGoBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	nothing := migration{"nothing", func(*bbolt.Tx) error { return nil }}
	older, newer := []migration{nothing}, []migration{nothing, nothing}
	db, err := open(path, older, lockTimeout)
	if err != nil {
		t.Fatal(err)
	}
	put := func(db *DB, value string) {
		t.Helper()
		if err := errors.Join(db.Bucket("host").Put("name", value), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	put(db, "before")
	if err := goBack(path, len(older)); err == nil {
		t.Error("went back without a snapshot")
	}
	if db, err = open(path, newer, lockTimeout); err != nil {
		t.Fatal(err)
	}
	put(db, "under the new image")
	if _, err := open(path, older, lockTimeout); !errors.Is(err, ErrNewerSchema) {
		t.Fatalf("the older agent: %v", err)
	}
	if err := goBack(path, len(older)); err != nil {
		t.Fatal(err)
	}
	if db, err = open(path, older, lockTimeout); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got string
	if _, err := db.Bucket("host").Get("name", &got); err != nil || got != "before" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := os.Stat(path + ".newer"); err != nil {
		t.Errorf("the newer file is gone: %v", err)
	}
}

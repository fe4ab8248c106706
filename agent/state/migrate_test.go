package state

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

var update = flag.Bool("update", false, "write testdata/schema1.db anew")

// golden is a file as the first released schema wrote it.
const golden = "testdata/schema1.db"

func goldenCopy(t *testing.T) string {
	t.Helper()
	if *update {
		writeGolden(t)
	}
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeGolden(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := open(path, migrations[:1], time.Second)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Apply(Change{"host", "identity", host{"edge-1", 7}}, Change{"sessions", "s1", "ann"})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(path)
	if err := os.WriteFile(golden, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenOldFileIsRead(t *testing.T) {
	var got host
	found, err := mustOpen(t, goldenCopy(t)).Bucket("host").Get("identity", &got)
	if !found || err != nil || got != (host{"edge-1", 7}) {
		t.Errorf("identity = %v, %v, %v", got, found, err)
	}
}

func rename(from, to string) migration {
	return migration{"rename " + from, func(tx *bbolt.Tx) error {
		old := tx.Bucket([]byte(from))
		if old == nil {
			return errors.New("no bucket " + from)
		}
		b, err := tx.CreateBucket([]byte(to))
		if err != nil {
			return err
		}
		if err := old.ForEach(b.Put); err != nil {
			return err
		}
		return tx.DeleteBucket([]byte(from))
	}}
}

func TestMigrationsRunInOrderOnceAndKeepASnapshot(t *testing.T) {
	path := goldenCopy(t)
	steps := append(slices.Clone(migrations), rename("host", "h2"), rename("h2", "h3"))
	for range 2 { // the second time, nothing is left to do: rename would fail
		db, err := open(path, steps, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		var got host
		if found, err := db.Bucket("h3").Get("identity", &got); !found || err != nil || got.Name != "edge-1" {
			t.Errorf("after migration: %v, %v, %v", got, found, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(path); !errors.Is(err, ErrNewerSchema) || !strings.Contains(err.Error(), "schema 3") {
		t.Errorf("the older agent on the newer file: %v", err)
	}
	var got host
	if found, _ := mustOpen(t, path+".schema1").Bucket("host").Get("identity", &got); !found {
		t.Error("the snapshot lacks the old data")
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := goldenCopy(t)
	steps := append(slices.Clone(migrations), rename("host", "h2"), rename("no such", "x"))
	if _, err := open(path, steps, time.Second); err == nil {
		t.Fatal("a failing migration was accepted")
	}
	var got host
	if found, _ := mustOpen(t, path).Bucket("host").Get("identity", &got); !found {
		t.Error("half of the migration stayed")
	}
}

func TestDamagedFilesAreRefusedAndLeftAlone(t *testing.T) {
	whole, err := os.ReadFile(goldenCopy(t))
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	cases := map[string][]byte{
		"empty":        {},
		"text":         []byte("hello"),
		"both metas":   append(make([]byte, 2*page), whole[2*page:]...),
		"cut off":      whole[:3*page],
		"data page":    append(append([]byte(nil), whole[:2*page]...), bytes.Repeat([]byte{0xa5}, len(whole)-2*page)...),
		"not our JSON": bytes.ReplaceAll(whole, []byte(`{"name":"edge-1"`), []byte(`["name":"edge-1"`)),
	}
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := Open(path)
			if err == nil {
				db.Close()
				t.Fatal("it opened")
			}
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) {
				t.Errorf("error: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(after, raw) {
				t.Error("the damaged file was changed")
			}
		})
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	b, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("Open of a foreign database: %v", err)
	}
}

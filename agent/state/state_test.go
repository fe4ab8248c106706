package state

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

type host struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

func mustOpen(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestValuesSurviveReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "state.db")
	db := mustOpen(t, path)
	b := db.Bucket("hosts")
	var got host
	if found, err := b.Get("a", &got); found || err != nil {
		t.Fatalf("empty bucket: found %v, %v", found, err)
	}
	for k, v := range map[string]host{"b": {"bob", 2}, "a": {"ann", 1}, "c": {"cyd", 3}} {
		if err := b.Put(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Delete("c"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	b = mustOpen(t, path).Bucket("hosts")
	if found, err := b.Get("a", &got); !found || err != nil || got != (host{"ann", 1}) {
		t.Fatalf("Get a = %v %v %v", got, found, err)
	}
	if found, _ := b.Get("c", &got); found {
		t.Error("c was deleted, and is there after a reopen")
	}
	var keys []string
	if err := b.Each(func(k string, _ []byte) error { keys = append(keys, k); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("Each gave %v", keys)
	}
	info, _ := os.Stat(path)
	dir, _ := os.Stat(filepath.Dir(path))
	if info.Mode().Perm() != 0o600 || dir.Mode().Perm() != 0o700 {
		t.Errorf("modes: file %v, directory %v", info.Mode(), dir.Mode())
	}
}

func TestEachMayWriteAndStopsAtError(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	b := db.Bucket("x")
	for _, k := range []string{"1", "2", "3"} {
		if err := b.Put(k, k); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("stop")
	var seen int
	err := b.Each(func(k string, _ []byte) error {
		seen++
		if k == "2" {
			return stop
		}
		return b.Delete(k)
	})
	if !errors.Is(err, stop) || seen != 2 {
		t.Errorf("err %v after %d keys", err, seen)
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	long := string(make([]byte, 40_000)) // longer than bbolt allows for a key
	err := db.Apply(Change{"a", "k", 1}, Change{"b", long, 2})
	if err == nil {
		t.Fatal("an oversized key was accepted")
	}
	var n int
	if found, _ := db.Bucket("a").Get("k", &n); found {
		t.Error("the first change of a failed Apply is there")
	}
	if err := db.Apply(Change{"a", "k", 1}, Change{"b", "k", 2}, Change{"a", "gone", nil}); err != nil {
		t.Fatal(err)
	}
	if found, _ := db.Bucket("b").Get("k", &n); !found || n != 2 {
		t.Errorf("b/k = %d, %v", n, found)
	}
}

func TestRefusedWrites(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	for name, c := range map[string]Change{
		"no bucket":      {"", "k", 1},
		"own bucket":     {"_meta", "schema", 99},
		"no key":         {"b", "", 1},
		"not encodable":  {"b", "k", func() {}},
		"channel inside": {"b", "k", []any{make(chan int)}},
	} {
		if err := db.Apply(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := db.Bucket("b").Put("k", nil); err == nil {
		t.Error("Put(nil) was accepted")
	}
}

func TestWrongTypeIsReported(t *testing.T) {
	b := mustOpen(t, filepath.Join(t.TempDir(), "state.db")).Bucket("b")
	if err := b.Put("k", "text"); err != nil {
		t.Fatal(err)
	}
	var n int
	if found, err := b.Get("k", &n); found || err == nil {
		t.Errorf("text read as int: %v, %v", found, err)
	}
}

func TestSecondAgentIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	mustOpen(t, path)
	if _, err := open(path, migrations, 20*time.Millisecond); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open: %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	b := mustOpen(t, filepath.Join(t.TempDir(), "state.db")).Bucket("b")
	want := map[string]int{"a": 9, "b": 9, "c": 9}
	var wg sync.WaitGroup
	for k := range want {
		wg.Go(func() {
			for i := range 10 {
				if err := b.Put(k, i); err != nil {
					t.Error(err)
				}
				var n int
				if found, err := b.Get(k, &n); !found || err != nil || n != i {
					t.Errorf("%s: %d %v %v", k, n, found, err)
				}
			}
		})
	}
	wg.Wait()
	got := map[string]int{}
	for k := range want {
		var n int
		if _, err := b.Get(k, &n); err != nil {
			t.Fatal(err)
		}
		got[k] = n
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestClosedFails(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Bucket("b").Put("k", 1); err == nil {
		t.Error("Put after Close succeeded")
	}
	if _, err := db.Bucket("b").Get("k", new(int)); err == nil {
		t.Error("Get after Close succeeded")
	}
}

package builder

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

func newCache(t *testing.T) *cache {
	t.Helper()
	c, err := openCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestDirAppearsOnlyWhenDone(t *testing.T) {
	c := newCache(t)
	cut := errors.New("cut")
	half := func(tmp string) error {
		if err := os.WriteFile(filepath.Join(tmp, "half"), nil, 0o644); err != nil {
			return err
		}
		return cut
	}
	if _, _, err := c.dir("kind", key("k"), half); !errors.Is(err, cut) {
		t.Fatal(err)
	}
	whole := func(tmp string) error { return os.WriteFile(filepath.Join(tmp, "whole"), nil, 0o644) }
	dir, cached, err := c.dir("kind", key("k"), whole)
	if err != nil || cached {
		t.Fatalf("after a cut step: cached %v, %v", cached, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "half")); err == nil {
		t.Error("the finished folder has a file of the cut step")
	}
	if _, cached, err = c.dir("kind", key("k"), half); err != nil || !cached {
		t.Errorf("a finished step ran again: cached %v, %v", cached, err)
	}
}

func TestOpenRemovesWhatAKilledBuildLeft(t *testing.T) {
	root := t.TempDir()
	left := filepath.Join(root, "tmp", "program-1", "out")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := openCache(root)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left-over is still there: %v", err)
	}
}

func TestOneBuildAtATime(t *testing.T) {
	c := newCache(t)
	if _, err := openCache(c.root); err == nil {
		t.Error("a second build got the same cache")
	}
}

func TestMemoNeedsItsBlob(t *testing.T) {
	c := newCache(t)
	var result content.Blob
	runs := 0
	ask := func() bool {
		t.Helper()
		valid := func() bool { _, ok := c.blob(result); return ok }
		cached, err := c.memo(key("m"), &result, valid, func() (err error) {
			runs++
			result, err = c.addBlob("", func(w io.Writer) error { _, err := w.Write([]byte("data")); return err })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return cached
	}
	if ask() || !ask() {
		t.Fatal("the first run must work, the second must be cached")
	}
	blob, _ := c.blob(result)
	if err := os.Remove(c.path("blobs", blob.Digest[len("sha256:"):])); err != nil {
		t.Fatal(err)
	}
	if ask() || runs != 2 {
		t.Errorf("a result without its blob counted as finished (%d runs)", runs)
	}
}

func TestBlobMustBeWhatWasPromised(t *testing.T) {
	c := newCache(t)
	promised := content.DigestOf([]byte("promised"))
	_, err := c.addBlob(promised, func(w io.Writer) error { _, err := w.Write([]byte("other")); return err })
	if err == nil {
		t.Error("a blob with another digest was stored")
	}
	if left, _ := filepath.Glob(c.path("blobs", "*")); len(left) != 0 {
		t.Errorf("the cache has %v", left)
	}
}

// Versions come and go; a cache that kept them all would fill the disk. What the recipe still uses stays, however old it is.
func TestOldResultsGo(t *testing.T) {
	c := newCache(t)
	age := func() { // three weeks pass
		long := time.Now().Add(-21 * 24 * time.Hour)
		err := filepath.WalkDir(c.root, func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Chtimes(path, long, long))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	build := func(version string) (dir string, blob content.Blob) {
		t.Helper()
		dir, _, err := c.dir("program-x", key(version), func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.memo(key(version), &blob, func() bool { _, ok := c.blob(blob); return ok }, func() (err error) {
			blob, err = c.addBlob("", func(w io.Writer) error { _, err := io.WriteString(w, version); return err })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return dir, blob
	}
	end := func() {
		t.Helper()
		if err := c.dropOld(); err != nil {
			t.Fatal(err)
		}
	}
	first, blob := build("one")
	age()
	kept, keptBlob := build("two")
	end()
	if _, ok := c.blob(blob); ok {
		t.Error("a blob that no build uses stays")
	}
	if _, err := os.Stat(first); err == nil {
		t.Error("a folder that no build uses stays")
	}
	age()
	build("two")
	build("three")
	end()
	if _, ok := c.blob(keptBlob); !ok {
		t.Error("a blob that was used again went")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a folder that was used again went: %v", err)
	}
	if memos, _ := os.ReadDir(c.path("memos")); len(memos) != 4 { // two, three, and their notes
		t.Errorf("memos: %v", memos)
	}
}

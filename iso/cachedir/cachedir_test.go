package cachedir

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What was not used for two weeks goes, with the note of its use; what is used again, and what is somebody else's, stays.
func TestDrop(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-Keep - time.Hour)
	for _, name := range []string{"base-old", "base-used", "base-new", "other-old"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if name != "base-new" {
			if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := Used(filepath.Join(dir, "base-used")); err != nil {
		t.Fatal(err)
	}
	bases := func(name string) bool { return strings.HasPrefix(name, "base-") }
	dropped, err := Drop(dir, time.Now(), bases)
	if err != nil || !slices.Equal(dropped, []string{"base-old"}) {
		t.Fatalf("dropped %v, %v", dropped, err)
	}
	if info, _ := os.Stat(filepath.Join(dir, "base-used")); !info.ModTime().Equal(long) {
		t.Errorf("the folder's own time changed to %s", info.ModTime())
	}
	dropped, err = Drop(dir, time.Now().Add(Keep+time.Hour), bases)
	if err != nil || !slices.Equal(dropped, []string{"base-new", "base-used"}) {
		t.Errorf("two weeks later dropped %v, %v", dropped, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "other-old" {
		t.Errorf("left %v, %v", left, err)
	}
}

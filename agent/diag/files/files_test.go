package files

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Feature 139: regular files directly in the folders, and nothing that leads elsewhere.
func TestOnlyWhatIsThere(t *testing.T) {
	root := t.TempDir()
	if list, err := List(root); err != nil || len(list) != 0 {
		t.Errorf("without folders: %v, %v", list, err)
	}
	files, dumps := filepath.Join(root, Folders["files"]), filepath.Join(root, Folders["coredumps"])
	write := func(name, text string) error { return os.WriteFile(name, []byte(text), 0o600) }
	if err := errors.Join(os.MkdirAll(filepath.Join(files, "deep"), 0o755), os.MkdirAll(dumps, 0o755),
		write(filepath.Join(files, "trace 1.txt"), "old"), write(filepath.Join(files, "deep/x"), "deep"), write(filepath.Join(files, "a\"b"), "odd"),
		write(filepath.Join(dumps, "core.agent.zst"), "dump"), write(filepath.Join(root, "secret"), "secret"),
		os.Symlink("../../../secret", filepath.Join(files, "out")), os.Symlink("trace 1.txt", filepath.Join(files, "in")),
		syscall.Mkfifo(filepath.Join(files, "pipe"), 0o600),
		os.Chtimes(filepath.Join(files, "trace 1.txt"), time.Unix(1, 0), time.Unix(1, 0))); err != nil {
		t.Fatal(err)
	}
	list, err := List(root)
	if err != nil || len(list) != 2 || list[0].Name != "core.agent.zst" || list[1] != (File{"files", "trace 1.txt", 3, list[1].ModifiedAt}) {
		t.Errorf("%+v, %v", list, err)
	}
	for _, f := range list {
		r, opened, err := Open(root, f.Folder, f.Name)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		if b, err := io.ReadAll(r); err != nil || int64(len(b)) != f.SizeBytes || opened != f {
			t.Errorf("%s: %q, %+v, %v", f.Name, b, opened, err)
		}
		r.Close()
	}
	for _, bad := range [][2]string{{"files", "out"}, {"files", "in"}, {"files", "pipe"}, {"files", "deep"}, {"files", "deep/x"}, {"files", ".."}, {"files", "."}, {"files", ""},
		{"files", "../../../secret"}, {"files", "a\"b"}, {"files", "none"}, {"etc", "passwd"}, {"", "trace 1.txt"}} {
		if f, _, err := Open(root, bad[0], bad[1]); !errors.Is(err, ErrNoFile) {
			t.Errorf("%q is opened: %v, %v", bad, f, err)
		}
	}
}

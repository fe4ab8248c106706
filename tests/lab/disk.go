package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// AddDisk gives the host an empty disk of size bytes as a block device: path is
// its name inside, such as "/dev/vdb". It stays over reboots. The file behind it is
// sparse: only what is written takes room. No udev announces it in the host.
func (h *Host) AddDisk(ctx context.Context, path string, size int64) error {
	image := filepath.Join(h.dir, filepath.Base(path)+".img")
	file, err := os.OpenFile(image, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("add disk to %s: %w", h.Name(), err)
	}
	err = file.Truncate(size)
	file.Close()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "losetup", "--find", "--show", image).CombinedOutput()
	if err != nil {
		return fmt.Errorf("attach %s: %w: %s", image, err, out)
	}
	device := strings.TrimSpace(string(out))
	if err := h.listDisk(device, path); err != nil {
		return err
	}
	if h.leader() == 0 {
		return nil
	}
	var stat unix.Stat_t
	if err := unix.Stat(device, &stat); err != nil {
		return fmt.Errorf("find out the numbers of %s: %w", device, err)
	}
	_, err = h.Exec(ctx, "mknod", "-m", "0660", path, "b",
		fmt.Sprint(unix.Major(stat.Rdev)), fmt.Sprint(unix.Minor(stat.Rdev)))
	return err
}

// listDisk tells host.sh of a disk for the next start.
func (h *Host) listDisk(device, path string) error {
	list, err := os.OpenFile(filepath.Join(h.dir, "disks"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer list.Close()
	_, err = fmt.Fprintln(list, device, path)
	return err
}

// detachDisks frees the loop devices whose file is in the lab's folder.
func (l *Lab) detachDisks() error {
	backing, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	if err != nil {
		return err
	}
	for _, name := range backing {
		file, err := os.ReadFile(name)
		if err != nil || !strings.HasPrefix(string(file), l.dir+"/") {
			continue // gone meanwhile, or somebody else's
		}
		device := "/dev/" + strings.Split(name, "/")[3]
		if out, err := exec.Command("losetup", "--detach", device).CombinedOutput(); err != nil {
			return fmt.Errorf("detach %s: %w: %s", device, err, out)
		}
	}
	return nil
}

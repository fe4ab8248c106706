package boot

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const dependencies = `kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/fscache/fscache.ko kernel/fs/netfs/netfs.ko
kernel/net/9p/9pnet.ko:
kernel/net/9p/9pnet_virtio.ko: kernel/net/9p/9pnet.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
`

func TestModuleOrder(t *testing.T) {
	got, err := moduleOrder(dependencies, []string{"9pnet_virtio", "9p"})
	var names []string
	for _, file := range got {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".ko"))
	}
	if all := strings.Join(names, " "); err != nil || all != "virtio_ring virtio 9pnet 9pnet_virtio netfs fscache 9p" {
		t.Errorf("got %s, %v", all, err)
	}
	if _, err := moduleOrder(dependencies, []string{"overlay"}); err == nil {
		t.Error("a module that the kernel lacks is no error")
	}
}

// Another program is the judge of the archive.
func TestInitrdIsACpioArchive(t *testing.T) {
	if _, err := exec.LookPath("cpio"); err != nil {
		t.Skip("needs cpio: apt-get install cpio")
	}
	rootfs := t.TempDir()
	modules := filepath.Join(rootfs, "usr/lib/modules/6.1.0")
	list := ""
	for _, name := range bedModules {
		file := "kernel/" + name + ".ko"
		list += file + ":\n"
		write(t, filepath.Join(modules, file), name)
	}
	write(t, filepath.Join(modules, "modules.dep"), list)
	guest := filepath.Join(rootfs, "guest")
	write(t, guest, "program")
	archive, err := initrd(rootfs, guest)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("cpio", "--list", "--quiet", "--verbose")
	cmd.Stdin = bytes.NewReader(archive)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"-rwxr-xr-x", " 7 ", " init\n", "drwxr-xr-x", " modules/00-virtio_pci.ko\n", " modules/03-overlay.ko\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestInstalledArguments(t *testing.T) {
	rootfs := t.TempDir()
	write(t, filepath.Join(rootfs, "etc/cos/bootargs.cfg"), "set kernel=/boot/vmlinuz\n"+
		`set kernelcmd="root=LABEL=$label cos-img/filename=$img rd.cos.oemtimeout=10 console=ttyS0,115200 console=tty1 loglevel=2"`+"\n")
	if got, err := installedArguments(rootfs); err != nil || got != "console=ttyS0,115200 console=tty1 loglevel=2" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := installedArguments(t.TempDir()); err == nil {
		t.Error("a tree without arguments is no error")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

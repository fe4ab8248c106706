package rootfs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// What a machine is found with before its root file system is there: disks, and what they hang on.
var diskDrivers = []string{
	"virtio_blk", "virtio_scsi", "virtio_pci", "vmw_pvscsi", "mptspi", "hv_storvsc", "xen-blkfront", // QEMU, VMware, Hyper-V, Xen
	"nvme", "ahci", "ata_piix", "sd_mod", "sr_mod", "uas", "usb-storage", "xhci-pci", "loop", "squashfs", "overlay",
	"mpt3sas", "mpi3mr", "megaraid_sas", "smartpqi", "hpsa", "aacraid", "arcmsr", "isci", "qla2xxx", "lpfc", // Broadcom, HPE, Adaptec, Areca, Intel, QLogic, Emulex
}

// Network cards, and what the network settings make of them.
var networkDrivers = []string{
	"virtio_net", "vmxnet3", "e1000", "e1000e", "hv_netvsc", "xen-netfront", "ena", "gve",
	"igb", "igc", "ixgbe", "i40e", "ice", "tg3", "bnx2", "bnx2x", "bnxt_en", "mlx4_en", "mlx5_core", "qede", "be2net", "sfc", "cxgb4", "enic", "r8169", "atlantic",
	"bonding", "8021q", "bridge",
}

// Feature 11. The tree has the drivers of hypervisors and servers, and the guest tools of VMware and QEMU with the units that
// start them there. It looks at the tree of SLIPWAY_ROOTFS.
func TestTreeHasDriversAndGuestTools(t *testing.T) {
	tree := os.Getenv("SLIPWAY_ROOTFS")
	if tree == "" {
		t.Skip("set SLIPWAY_ROOTFS to a tree that slipway-build rootfs made")
	}
	indexes, err := filepath.Glob(filepath.Join(tree, "usr/lib/modules/*/modules.dep"))
	if err != nil || len(indexes) != 1 {
		t.Fatalf("want one kernel, found %v (%v)", indexes, err)
	}
	var files []string
	for _, index := range []string{indexes[0], filepath.Join(filepath.Dir(indexes[0]), "modules.builtin")} {
		text, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
			files = append(files, name)
		}
	}
	wantModules(t, files, append(diskDrivers, networkDrivers...))
	for _, name := range []string{
		"usr/bin/vmtoolsd", "etc/systemd/system/multi-user.target.wants/open-vm-tools.service",
		"usr/sbin/qemu-ga", "usr/lib/systemd/system/qemu-guest-agent.service", "usr/lib/udev/rules.d/60-qemu-guest-agent.rules",
	} {
		if _, err := os.Lstat(filepath.Join(tree, name)); err != nil {
			t.Errorf("the tree lacks %s: %v", name, err)
		}
	}
}

// Feature 11. The initrd of the image SLIPWAY_ISO finds the disks of hypervisors and servers.
func TestInitrdHasDiskDrivers(t *testing.T) {
	image := os.Getenv("SLIPWAY_ISO")
	if image == "" {
		t.Skip("set SLIPWAY_ISO to an image that slipway-build iso made")
	}
	initrd := filepath.Join(t.TempDir(), "initrd")
	if out, err := exec.CommandContext(t.Context(), "xorriso", "-osirrox", "on", "-indev", image, "-extract", "/boot/initrd", initrd).CombinedOutput(); err != nil {
		t.Fatalf("take the initrd out of the image: %v\n%s", err, out)
	}
	file, err := os.Open(initrd)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive, err := zstd.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	names, err := cpioNames(archive)
	if err != nil {
		t.Fatal(err)
	}
	wantModules(t, names, diskDrivers)
}

// wantModules compares as modprobe(8) does: underscores and dashes are the same.
func wantModules(t *testing.T, files, modules []string) {
	t.Helper()
	have := map[string]bool{}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".ko")
		have[strings.ReplaceAll(name, "-", "_")] = true
	}
	for _, module := range modules {
		if !have[strings.ReplaceAll(module, "-", "_")] {
			t.Errorf("there is no module %s", module)
		}
	}
}

// cpioNames lists the files of an archive in the "newc" format (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
func cpioNames(r io.Reader) (names []string, err error) {
	const headerSize = 110
	in := bufio.NewReader(r)
	pad := func(n int64) error { _, err := in.Discard(int((4 - n%4) % 4)); return err }
	for {
		var header [headerSize]byte
		if _, err := io.ReadFull(in, header[:]); err != nil || !bytes.HasPrefix(header[:], []byte("07070")) {
			return nil, errors.Join(fmt.Errorf("bad archive after %d files", len(names)), err)
		}
		size, err1 := strconv.ParseInt(string(header[54:62]), 16, 64)
		nameSize, err2 := strconv.ParseInt(string(header[94:102]), 16, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		name := make([]byte, nameSize)
		if _, err := io.ReadFull(in, name); err != nil {
			return nil, err
		}
		if strings.TrimRight(string(name), "\x00") == "TRAILER!!!" {
			return names, nil
		}
		names = append(names, strings.TrimRight(string(name), "\x00"))
		if err := pad(headerSize + nameSize); err != nil {
			return nil, err
		}
		if _, err := io.CopyN(io.Discard, in, size); err != nil {
			return nil, err
		}
		if err := pad(size); err != nil {
			return nil, err
		}
	}
}

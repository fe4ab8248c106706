// Command writer writes one image from the folder and to the file that its arguments name: the writer of package iso in a
// process of its own, as slipway-build runs it and without what else slipway-build has, so that TestAgainstXorriso can
// compare it with xorriso.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/slipway-os/slipway/iso"
)

// names are the files of the folder; the last three are the boot code, and what goes into the EFI system partition.
var names = []string{"boot/eltorito.img", "rootfs.squashfs", "boot/initrd", "boot/kernel", "boot/mbr", "boot/shim", "boot/grub"}

func main() {
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir, out string) error {
	part := func(name string) string { return filepath.Join(dir, name) }
	spec := iso.Spec{VolumeID: iso.VolumeID, Epoch: time.Unix(1700000000, 0), BIOSPath: names[0], MBR: part("boot/mbr"),
		ESP: []iso.File{{Path: "EFI/BOOT/BOOTX64.EFI", Source: part("boot/shim")}, {Path: "EFI/BOOT/grubx64.efi", Source: part("boot/grub")}}}
	for _, name := range names {
		spec.Files = append(spec.Files, iso.File{Path: name, Source: part(name)})
	}
	defer iso.SaveMemory()()
	return iso.Write(context.Background(), spec, out)
}

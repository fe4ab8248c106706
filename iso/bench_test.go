package iso

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkWrite compares with xorriso -as mkisofs on the same files: go test ./iso -run - -bench Write.
func BenchmarkWrite(b *testing.B) {
	dir := b.TempDir()
	part := func(name string, size int64) string {
		path := filepath.Join(dir, "tree", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i * 31)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
		return path
	}
	const size = 256 << 20
	squashfs, bios, mbr := part("rootfs.squashfs", size), part("boot/eltorito.img", 12288), part("boot/mbr", 512)
	part("boot/uefi.img", espMinimum)
	spec := Spec{VolumeID: "COS_LIVE", Epoch: epoch, BIOSPath: biosPath, MBR: mbr, ESP: []File{{Path: "EFI/BOOT/BOOTX64.EFI", Data: []byte("x")}},
		Files: []File{{Path: biosPath, Source: bios}, {Path: squashfsPath, Source: squashfs}}}
	b.Run("slipway", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			if err := Write(b.Context(), spec, filepath.Join(dir, "ours.iso")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("xorriso", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			out := filepath.Join(dir, "theirs.iso")
			cmd := exec.CommandContext(b.Context(), "xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "COS_LIVE", "-o", out,
				"-b", "boot/eltorito.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
				"-eltorito-alt-boot", "-e", "boot/uefi.img", "-no-emul-boot", "-isohybrid-gpt-basdat", filepath.Join(dir, "tree"))
			if text, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, text)
			}
			if err := exec.CommandContext(b.Context(), "sync", out).Run(); err != nil { // ours is durable when it is done
				b.Fatal(err)
			}
		}
	})
}

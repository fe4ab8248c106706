package iso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"
	"golang.org/x/sys/unix"
)

// Write makes the image out. It is complete when it has its name: a build that is cut leaves only out.part, which the next
// one replaces.
func Write(ctx context.Context, s Spec, out string) error {
	if err := s.Validate(sizeOf); err != nil {
		return err
	}
	part, esp, stageDir := out+".part", out+".esp", out+".stage"
	defer os.RemoveAll(stageDir)
	defer os.Remove(part)
	defer os.Remove(esp)
	for _, left := range []string{part, esp, stageDir} {
		if err := os.RemoveAll(left); err != nil {
			return fmt.Errorf("clear what a cut build left: %w", err)
		}
	}
	if err := stage(ctx, s, stageDir); err != nil {
		return fmt.Errorf("collect the files: %w", err)
	}
	if err := writeESP(s.ESP, s.Epoch, esp); err != nil {
		return err
	}
	if err := writeISO(s, stageDir, part); err != nil {
		return fmt.Errorf("write the image: %w", err)
	}
	if err := finishImage(ctx, s, esp, part); err != nil {
		return err
	}
	if err := os.Rename(part, out); err != nil {
		return err
	}
	return syncDir(filepath.Dir(out))
}

// SaveMemory makes this process collect its garbage early until restore is called: Write makes much of it, in small pieces,
// and keeps less than room, in bytes. It costs next to no time.
func SaveMemory() (restore func()) {
	const room = 1 << 20
	debug.FreeOSMemory()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	percent := debug.SetGCPercent(20)
	limit := debug.SetMemoryLimit(int64(now.Sys-now.HeapReleased) + room)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// writeISO lets go-diskfs write the file system. Without Joliet: it would take the sector in which a BIOS expects the boot
// record. Finalize removes stageDir.
func writeISO(s Spec, stageDir, out string) error {
	storage, err := file.CreateFromPath(out, 1<<20)
	if err != nil {
		return err
	}
	defer storage.Close()
	volume, err := iso9660.Create(storage, 0, 0, sectorSize, stageDir)
	if err != nil {
		return err
	}
	bios := &iso9660.ElToritoEntry{Platform: iso9660.BIOS, Emulation: iso9660.NoEmulation, BootFile: s.BIOSPath, BootTable: true}
	bios.SetLoadSize(4) // a BIOS loads one sector of 2 KiB; GRUB loads the rest of itself
	efi := &iso9660.ElToritoEntry{Platform: iso9660.EFI, Emulation: iso9660.NoEmulation, BootFile: ESPPath}
	return volume.Finalize(iso9660.FinalizeOptions{
		RockRidge:        true,
		VolumeIdentifier: s.VolumeID,
		ElTorito:         &iso9660.ElTorito{BootCatalog: catalogPath, Entries: []*iso9660.ElToritoEntry{bios, efi}},
	})
}

// finishImage adds what go-diskfs does not write, and makes the image durable.
func finishImage(ctx context.Context, s Spec, esp, name string) error {
	image, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer image.Close()
	if err := placeLarge(ctx, image, s, esp); err != nil {
		return err
	}
	code, err := os.ReadFile(s.MBR)
	if err != nil {
		return fmt.Errorf("read the boot code: %w", err)
	}
	if err := makeHybrid(image, code); err != nil {
		return fmt.Errorf("make the image bootable as a disk: %w", err)
	}
	if err := normalise(image, s.Epoch); err != nil {
		return fmt.Errorf("set the dates: %w", err)
	}
	if err := image.Sync(); err != nil {
		return err
	}
	return image.Close()
}

// stage builds the tree for the writer. It holds hard links where it can: the writer removes the tree, never its files.
// Large files and the EFI system partition are empty in it: they are placed later.
func stage(ctx context.Context, s Spec, dir string) error {
	for _, f := range s.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		large, err := s.large(f)
		if large {
			f = File{Path: f.Path}
		}
		if err == nil {
			err = stageFile(f, filepath.Join(dir, filepath.FromSlash(f.Path)))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return stageFile(File{Path: ESPPath}, filepath.Join(dir, filepath.FromSlash(ESPPath)))
}

func stageFile(f File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if f.Source == "" {
		return os.WriteFile(to, f.Data, 0o644)
	}
	if f.Offset != 0 || f.Length != 0 {
		return copyFile(f, to)
	}
	source, err := filepath.EvalSymlinks(f.Source) // the link itself would be staged, as a link
	if err != nil {
		return err
	}
	err = os.Link(source, to)
	if errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EPERM) {
		return copyFile(f, to)
	}
	return err
}

func copyFile(from File, to string) error {
	in, err := from.open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

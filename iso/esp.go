package iso

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/fat32"
)

// espMinimum is below what makes a legal FAT32 (65525 clusters of 512 bytes, Microsoft's FAT specification 1.03).
const espMinimum = 36 << 20

// writeESP makes the FAT32 image of the EFI system partition.
func writeESP(files []File, epoch time.Time, out string) error {
	size, err := espSize(files)
	if err != nil {
		return err
	}
	storage, err := file.CreateFromPath(out, size)
	if err != nil {
		return err
	}
	defer storage.Close()
	volume, err := fat32.Create(storage, size, 0, 512, "EFI_LIVE", true)
	if err != nil {
		return fmt.Errorf("make the EFI system partition: %w", err)
	}
	for _, f := range files {
		if err := volume.Mkdir("/" + path.Dir(f.Path)); err != nil {
			return err
		}
		if err := copyToESP(volume, f); err != nil {
			return fmt.Errorf("EFI system partition: %s: %w", f.Path, err)
		}
	}
	if err := storage.Close(); err != nil {
		return err
	}
	image, err := os.OpenFile(out, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer image.Close()
	return errors.Join(normaliseFAT(image, epoch), image.Close())
}

func copyToESP(volume *fat32.FileSystem, f File) error {
	in, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	to, err := volume.OpenFile("/"+f.Path, os.O_CREATE|os.O_RDWR|os.O_TRUNC)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, in); err != nil {
		return err
	}
	return to.Close()
}

// espSize leaves room for the tables and for whole clusters, in whole MiB.
func espSize(files []File) (int64, error) {
	total := int64(4 << 20)
	for _, f := range files {
		n, err := sizeOf(f)
		if err != nil {
			return 0, err
		}
		total += n + 32<<10
	}
	return max(espMinimum, roundUp(total, 1<<20)), nil
}

func roundUp(n, unit int64) int64 { return (n + unit - 1) / unit * unit }

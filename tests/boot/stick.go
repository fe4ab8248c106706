package boot

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/fat32"
	"github.com/diskfs/go-diskfs/partition/mbr"
)

const (
	stickSize   = 64 << 20 // bytes
	stickSector = 512
	stickStart  = 1 << 20 // bytes
)

// newStick makes the image of a USB stick as shops sell it: a FAT32 file system in the first partition.
func newStick(path string) error {
	image, err := file.CreateFromPath(path, stickSize)
	if err != nil {
		return err
	}
	defer image.Close()
	out, err := image.Writable()
	if err != nil {
		return err
	}
	part := mbr.Partition{Type: mbr.Fat32LBA, Start: stickStart / stickSector, Size: (stickSize - stickStart) / stickSector}
	table := mbr.Table{LogicalSectorSize: stickSector, PhysicalSectorSize: stickSector, Partitions: []*mbr.Partition{&part}}
	if err := table.Write(out, stickSize); err != nil {
		return err
	}
	if _, err := fat32.Create(image, stickSize-stickStart, stickStart, stickSector, "TRANSFER", false); err != nil {
		return err
	}
	return image.Close()
}

// onStick is what lies on the stick: the names of its files, and behind those of archives (.tar.gz) a / and the names inside.
func onStick(path string) (names []string, err error) {
	image, err := file.OpenFromPath(path, true)
	if err != nil {
		return nil, err
	}
	defer image.Close()
	volume, err := fat32.Read(image, stickSize-stickStart, stickStart, stickSector)
	if err != nil {
		return nil, err
	}
	entries, err := volume.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		names = append(names, e.Name())
		if !strings.HasSuffix(e.Name(), ".tar.gz") {
			continue
		}
		in, err := volume.OpenFile("/"+e.Name(), os.O_RDONLY)
		if err != nil {
			return nil, err
		}
		inside, err := inArchive(in)
		if err != nil {
			return nil, fmt.Errorf("%s on the stick: %w", e.Name(), err)
		}
		for _, name := range inside {
			names = append(names, e.Name()+"/"+name)
		}
	}
	return names, nil
}

// inArchive reads an archive to its end, where its checksum is.
func inArchive(in io.Reader) (names []string, err error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, z)
			return names, err
		}
		if err != nil {
			return nil, err
		}
		names = append(names, h.Name)
	}
}

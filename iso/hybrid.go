package iso

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/partition/gpt"
)

const (
	diskSector    = 512
	perISOSector  = sectorSize / diskSector
	mbrCodeSize   = 440
	mbrImageAt    = 0x1b0 // where boot_hybrid.img expects the sector of GRUB's image
	grubInfoAt    = 2548  // where GRUB's cdboot.img keeps the sector of its next part
	diskAlignment = 1 << 20

	// Fixed: an image is one thing, wherever it was built.
	diskGUID = "5D1F5A7C-6B1E-4C0E-9C55-51A9A15EB007"
	espGUID  = "5D1F5A7C-6B1E-4C0E-9C55-51A9A15E0E5F"
)

// makeHybrid makes the image bootable as a disk: boot code for BIOS, a partition table for UEFI. It grows the image to
// whole MiB, with one more for the backup table.
func makeHybrid(image *os.File, code []byte) error {
	v, err := readVolume(image)
	if err != nil {
		return err
	}
	entries, err := v.catalog()
	if err != nil {
		return err
	}
	bios, err := bootImage(entries, platformBIOS)
	if err != nil {
		return err
	}
	esp, err := v.find(ESPPath)
	if err != nil {
		return err
	}
	info, err := image.Stat()
	if err != nil {
		return err
	}
	size := roundUp(info.Size(), diskAlignment) + diskAlignment
	if err := image.Truncate(size); err != nil {
		return err
	}
	if err := writeGPT(image, partitionTable(esp), size); err != nil {
		return fmt.Errorf("partition table: %w", err)
	}
	boot, err := bootCode(code, bios)
	if err != nil {
		return err
	}
	if _, err := image.WriteAt(boot, 0); err != nil {
		return err
	}
	next := binary.LittleEndian.AppendUint64(nil, uint64(bios)*perISOSector+5)
	_, err = image.WriteAt(next, int64(bios)*sectorSize+grubInfoAt)
	return err
}

// bootCode is the code of the first sector, with the place of GRUB's image in it, in disk sectors. The image's own first
// disk sectors are the CD loader, which a disk boot skips.
func bootCode(code []byte, biosSector uint32) ([]byte, error) {
	if len(code) < mbrCodeSize {
		return nil, errors.New("the boot code is too short: it should be GRUB's boot_hybrid.img")
	}
	boot := append([]byte(nil), code[:mbrCodeSize]...)
	binary.LittleEndian.PutUint64(boot[mbrImageAt:], uint64(biosSector)*perISOSector+4)
	return boot, nil
}

// partitionTable has the EFI system partition where the ISO9660 file system has that file.
func partitionTable(esp record) *gpt.Table {
	start := uint64(esp.sector) * perISOSector
	return &gpt.Table{
		LogicalSectorSize: diskSector, PhysicalSectorSize: diskSector, ProtectiveMBR: true, GUID: diskGUID,
		Partitions: []*gpt.Partition{{
			Index: 1, Start: start, End: start + uint64(esp.size)/diskSector - 1, Size: uint64(esp.size),
			Type: gpt.EFISystemPartition, Name: "EFI", GUID: espGUID,
		}},
	}
}

func writeGPT(image *os.File, table *gpt.Table, size int64) error {
	writable, err := file.New(image, false).Writable()
	if err != nil {
		return err
	}
	return table.Write(writable, size)
}

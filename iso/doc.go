// Package iso writes the bootable image of the appliance, and reads one back to verify it.
//
// One file boots as CD, as USB disk and as virtual media, under UEFI and BIOS:
//
//	sector  0      MBR code and protective MBR      BIOS from a disk
//	sector  1      GPT: the EFI system partition    UEFI from a disk
//	sector 16      volume descriptors               ECMA-119, Rock Ridge names
//	        17     boot record -> boot catalog      El Torito: BIOS and UEFI from a CD
//	...            directories and files
//	        .        /boot/eltorito.img             GRUB for BIOS
//	        .        /boot/uefi.img                 FAT32, the EFI system partition
//	        .        /rootfs.squashfs, /boot/kernel, /boot/initrd
//	        .        /slipway/content/...           content bundles in parts (agent/content/baked)
//	        .        /slipway/sbom.json             packages and modules with their licences (agent/sbom)
//	        .        /slipway/manifest.json         every file with its digest
//	last           backup GPT
//
// A build goes Tree (pure: which files) -> Write: stage, ESP, ISO9660, large files, hybrid, normalise, rename. go-diskfs
// writes the file systems; it copies slowly, leaves the system area free and stamps the present time, so the contents of
// large files, the hybrid tables and fixed dates are ours: equal inputs give equal bytes.
//
// Sources: ECMA-119 (ISO 9660), SUSP 1.12 and RRIP 1.12 (Rock Ridge), the El Torito specification 1.0, UEFI 2.10 chapter 5
// (GPT), the GRUB manual and its boot/i386/pc/cdboot.S (where GRUB looks for its own place).
package iso

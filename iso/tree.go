package iso

import (
	"time"
)

// VolumeID is the label of the medium; Kairos' tools look for it.
const VolumeID = "COS_LIVE"

// Places on the medium.
const (
	kernelPath   = "boot/kernel"
	initrdPath   = "boot/initrd"
	biosPath     = "boot/eltorito.img"
	squashfsPath = "rootfs.squashfs"
	sbomPath     = "slipway/sbom.json"
	settingsPath = "slipway/install.yaml"
	// ContentPath holds the content bundles that are baked in; see agent/content/baked.
	ContentPath = "slipway/content"
	// userDataPath is where Kairos looks for configuration on a live medium.
	userDataPath = "config.yaml"
	// ManifestPath lists every other file with its digest.
	ManifestPath = "slipway/manifest.json"
)

// Parts are the paths of what an image is made from; see rootfs.Image.
type Parts struct {
	Squashfs, Kernel, Initrd, BIOS, MBR, Shim, Grub, SBOM string
}

// Content is what makes this image different from another one of the same parts.
type Content struct {
	Menu     Menu
	Settings []byte // for the installer, YAML
	UserData []byte // Kairos cloud-config
	Baked    []File // below ContentPath
	Epoch    time.Time
}

// Tree plans the medium of a Slipway appliance.
func Tree(p Parts, c Content) (Spec, error) {
	menu := c.Menu.config()
	loaders := []File{
		{Path: "EFI/BOOT/BOOTX64.EFI", Source: p.Shim},
		{Path: "EFI/BOOT/grubx64.efi", Source: p.Grub},
		{Path: "EFI/BOOT/grub.cfg", Data: []byte(stubConfig)},
		{Path: "boot/grub/grub.cfg", Data: []byte(stubConfig)},
	}
	s := Spec{
		VolumeID: VolumeID, Epoch: c.Epoch, ESP: loaders, BIOSPath: biosPath, MBR: p.MBR,
		Files: append([]File{
			{Path: kernelPath, Source: p.Kernel},
			{Path: initrdPath, Source: p.Initrd},
			{Path: biosPath, Source: p.BIOS},
			{Path: "boot/grub2/grub.cfg", Data: menu},
			{Path: squashfsPath, Source: p.Squashfs},
			{Path: sbomPath, Source: p.SBOM},
			{Path: settingsPath, Data: c.Settings},
			{Path: userDataPath, Data: c.UserData},
		}, loaders...),
	}
	s.Files = append(s.Files, c.Baked...)
	manifest, err := newManifest(c.Menu.Release, s.Files)
	if err != nil {
		return Spec{}, err
	}
	s.Files = append(s.Files, File{Path: ManifestPath, Data: manifest})
	return s, nil
}

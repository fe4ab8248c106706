package sysinfo

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/host"
)

// secureBootVariable is a global variable of the firmware (UEFI specification, 3.3); efivarfs puts four bytes of attributes
// before its value.
const secureBootVariable = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

func (r *Reader) secureBoot() string {
	switch b := r.bytes(secureBootVariable); {
	case len(b) != 5:
		return host.SecureBootAbsent
	case b[4] == 1:
		return host.SecureBootOn
	}
	return host.SecureBootOff
}

// vendors are the makers of most of them, by PCI id; others are shown by their number.
var vendors = map[string]string{"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel", "0x1a03": "ASPEED", "0x102b": "Matrox", "0x1234": "QEMU", "0x15ad": "VMware", "0x1af4": "virtio"}

// gpus are the PCI devices of the classes display (03) and processing accelerator (12), by their place on the bus.
func (r *Reader) gpus() []string {
	out := []string{}
	devices, _ := filepath.Glob(r.path("sys/bus/pci/devices/*"))
	slices.Sort(devices)
	for _, d := range devices {
		dir := "sys/bus/pci/devices/" + filepath.Base(d)
		class := r.text(dir + "/class")
		if !strings.HasPrefix(class, "0x03") && !strings.HasPrefix(class, "0x12") {
			continue
		}
		vendor, device := r.text(dir+"/vendor"), r.text(dir+"/device")
		name := vendors[vendor]
		if name == "" {
			name = "vendor " + vendor
		}
		out = append(out, fmt.Sprintf("%s %s (%s)", name, device, filepath.Base(d)))
	}
	return out
}

package iso

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Menu says what the boot menu of the medium offers.
type Menu struct {
	Release string // shown in the titles
	// Name takes the place of Slipway's in the titles, and Color is the ground of the chosen line, GRUB's name of it; both may
	// be empty.
	Name, Color string
	// Consoles are the kernel's console= values; the last one becomes /dev/console.
	Consoles []string
	// Arguments are further kernel arguments of the live system.
	Arguments []string
}

// liveArguments make dracut mount the squashfs of the medium under an overlay, and immucore stand aside
// (dracut.cmdline(7), immucore's README).
const liveArguments = "cdroot root=live:CDLABEL=" + VolumeID +
	" rd.live.dir=/ rd.live.squashimg=rootfs.squashfs rd.live.overlay.overlayfs rd.cos.disable rd.immucore.sysrootwait=300 " +
	"net.ifnames=1 selinux=0 loglevel=4 systemd.show_status=no systemd.unit=slipway-live.target"

// stubConfig leads a boot loader from wherever it was loaded to the medium's menu.
const stubConfig = `search --no-floppy --file --set=root /` + ManifestPath + `
set prefix=($root)/boot/grub2
configfile ($root)/boot/grub2/grub.cfg
`

// config is the medium's grub.cfg. With an installed Slipway on a disk of the machine, that one is booted unless somebody
// chooses otherwise: else a machine that boots its CD first would install again and again. Half an installation is not
// offered: the default installs again.
func (m Menu) config() []byte {
	live := liveArguments
	for _, console := range m.Consoles {
		live += " console=" + console
	}
	for _, argument := range m.Arguments {
		live += " " + argument
	}
	name := cmp.Or(m.Name, "Slipway")
	var b strings.Builder
	if m.Color != "" {
		fmt.Fprintf(&b, "set menu_color_normal=light-gray/black\nset menu_color_highlight=white/%s\n", m.Color)
	}
	fmt.Fprintf(&b, `set timeout=5
set default=install
set medium=$root
if [ "${grub_platform}" = "pc" ]; then
  if serial --unit=0 --speed=115200; then
    terminal_input console serial
    terminal_output console serial
  fi
fi
search --no-floppy --label --set=installed COS_STATE
if [ -n "${installed}" -a -s (${installed})%s ]; then
  set default=disk
  menuentry "Start the %s that is installed on this machine" --id disk {
    set root=$installed
    if [ -s /grub2/grub.cfg ]; then configfile /grub2/grub.cfg; else configfile /grub/grub.cfg; fi
  }
fi
`, appliance.InstalledMark, name)
	entry := func(id, title, arguments string) {
		fmt.Fprintf(&b, "menuentry \"%s\" --id %s {\n  set root=$medium\n  linux /%s %s %s\n  initrd /%s\n}\n",
			title, id, kernelPath, live, arguments, initrdPath)
	}
	entry("install", "Install "+name+" "+m.Release+" on this machine", "install-mode")
	entry("interactive", "Install "+name+" "+m.Release+", choosing disks and options on this screen", "systemd.wants=slipway-installer@tty1.service")
	entry("shell", "Shell, nothing is installed", "systemd.wants=slipway-live-shell@tty1.service systemd.wants=slipway-live-shell@ttyS0.service")
	return []byte(b.String())
}

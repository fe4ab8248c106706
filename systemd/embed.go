// Package systemd holds what the root file system needs from systemd and the
// container runtime: units, network defaults, users, directories, kernel
// settings. It has no behaviour; iso/rootfs lays Files over the tree and makes
// the Links that enable units.
//
//	files/usr/lib/...   vendor files, never changed on a host
//	files/etc/...       settings of Debian packages that only read /etc
//	Links               what is enabled or masked, as static links
//
// Units are enabled by links under /usr/lib: on a Kairos host /etc is an
// overlay whose changes a reboot forgets, so `systemctl enable` would be lost.
package systemd

import (
	"embed"
	"io/fs"
)

//go:embed all:files
var files embed.FS

// Link is a symbolic link to make in the root file system. Path is relative to
// the root, Target is what the link says.
type Link struct {
	Path   string
	Target string
}

// Files is the tree to lay over a root file system.
func Files() fs.FS {
	tree, err := fs.Sub(files, "files")
	if err != nil {
		panic(err) // the path is a constant of this package
	}
	return tree
}

const (
	unitDir = "usr/lib/systemd/system/"
	maskDir = "etc/systemd/system/"
)

// Links enables and masks the units of the operating system.
func Links() []Link {
	return []Link{
		wants("multi-user.target", "systemd-networkd.service"),
		wants("multi-user.target", "slipway-ssh-keys.service"),
		mask("systemd-networkd-wait-online.service"),
		// The image is replaced as a whole: nothing in it updates itself.
		mask("apt-daily.timer"),
		mask("apt-daily-upgrade.timer"),
		mask("dpkg-db-backup.timer"),
		mask("e2scrub_all.timer"),
		mask("e2scrub_reap.service"),
	}
}

// AgentLinks enables the units that need the slipway binary. The console takes the
// place of the first terminal's login prompt, and of that on every serial line that the
// kernel names as its console (systemd-getty-generator(8) starts those); the other
// terminals keep theirs.
func AgentLinks() []Link {
	return []Link{
		wants("multi-user.target", "slipway-agent.service"),
		{Path: unitDir + "multi-user.target.wants/slipway-console@tty1.service", Target: "../slipway-console@.service"},
		mask("getty@tty1.service"),
		{Path: maskDir + "serial-getty@.service", Target: "../../../" + unitDir + "slipway-console@.service"},
	}
}

func wants(target, unit string) Link {
	return Link{Path: unitDir + target + ".wants/" + unit, Target: "../" + unit}
}

func mask(unit string) Link {
	return Link{Path: maskDir + unit, Target: "/dev/null"}
}

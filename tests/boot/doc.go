// Package boot boots the image in QEMU, as a machine would: firmware, boot menu, installer, reboot, installed host.
//
//	Find      a QEMU that can do it: this machine's, or one unpacked in the cache
//	Start     a machine with disks and the image as CD or USB disk
//	WaitFor   a line on its serial console; what means failure ends the wait
//	Screenshot, Type, Close
//	Shell     a command as root: the test's image has systemd.debug_shell=ttyS1, a shell on the second serial line
//
// The installation takes most of the time, so it is done once for an image (TestInstallUEFI, with a power cut in its
// middle) and its disks are kept in the cache; the tests of an installed host's life work on overlays of them.
//
// A Bed is the quick way: Debian's kernel starts the tree of slipway-build rootfs itself, with the same systemd, udev,
// terminals and kernel arguments as an installed host, but no disk and no installation. The guest program in its initrd
// makes the root, and runs the test's commands in it.
//
//	host:   tree ──9p──> overlay in memory        test ──second serial line──> Run
//	guest:  kernel ──> guest as process 1 ──> systemd ──> consoles, agent, guest as a service
//
// There is no hardware virtualisation where these tests must run, so QEMU emulates every instruction, and a minute of a
// real machine takes several. QEMU 7.2, which Debian 12 brings, hangs in this; QEMU 8 or later is needed.
//
// The tests need SLIPWAY_BOOT=require with SLIPWAY_ISO or SLIPWAY_ROOTFS; `make test-boot` and `make test-bed` set them.
package boot

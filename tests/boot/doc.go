// Package boot boots the image in QEMU, as a machine would: firmware, boot menu, installer, reboot, installed host.
//
//	Find      a QEMU that can do it: this machine's, or one unpacked in the cache
//	Start     a machine with disks and the image as CD or USB disk
//	WaitFor   a line on its serial console; what means failure ends the wait
//	Screenshot, Type, Close
//
// There is no hardware virtualisation where these tests must run, so QEMU emulates every instruction, and a minute of a
// real machine takes several. QEMU 7.2, which Debian 12 brings, hangs in this; QEMU 8 or later is needed.
//
// The tests need SLIPWAY_BOOT=require and SLIPWAY_ISO; `make test-boot` sets them.
package boot

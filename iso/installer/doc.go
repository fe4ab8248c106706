// Package installer puts Slipway on a disk of the machine that booted the medium.
//
//	medium's menu -> slipway-installer.service -> slipway install
//	  settings (medium) + disks (lsblk) -> Choose -> one disk, and why
//	  kairos-agent manual-install -> progress on every console -> content of the medium -> mark -> reboot
//
// Choosing is a pure function over what lsblk says. kairos-agent's own rule takes the largest disk; a machine with a system
// disk and a larger one for content would lose the wrong one.
package installer

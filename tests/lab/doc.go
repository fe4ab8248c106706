// Package lab runs several Slipway hosts on one machine: the real root file
// system, each in systemd-nspawn with its own systemd, network and cgroups, on a
// bridge with DHCP and DNS and no way out. A host boots in about a second, so the
// end-to-end tests drive the real parts.
//
//	New ──> network up ──> Start all ──> running ──┬─> Exec, PutFile, Partition, ...
//	                          ^                    ├─> Stop / Restart / PowerCut
//	                          └────────────────────┘
//	Close: hosts, network, cgroups, loop devices and files are gone
//
// # What is as on an installed host
//
// The root is read-only, /etc, /srv and /var are overlays that a reboot forgets,
// and only the persistent directories of iso/rootfs are still there after one. A
// reboot comes back with a new network namespace.
//
// # What is not
//
// All hosts share this machine's kernel, clock and page cache: what a power cut
// loses of unsynced writes shows only in QEMU (tests/boot). Kernel settings that
// are not a network namespace's own are private files (scripts/init.sh). /sys/block shows
// this machine's disks. The settings in files.go exist in the lab only.
//
// # Traces
//
// Every mount is made in a mount namespace that ends with its host, and every link
// in a namespace of the lab, so a killed test leaves processes, cgroups, loop
// devices and a folder. They are known by the lab's name: the next New of that
// name, or Close, removes them.
//
// Hosts are numbered from 1: host i is called "h<i>", has the address 10.77.0.10+i
// and, with Forward, answers on this machine at 127.77.0.10+i (Host.Outside).
package lab

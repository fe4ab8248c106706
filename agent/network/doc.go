// Package network holds the rules of a host's network settings: what they are, which are right, what they mean for
// systemd-networkd, and the machine that tries a change and takes it back. It has no effects: network/rtnl reads the
// kernel, network/networkd writes files and reloads, network/engine runs the machine.
//
//	confirmed  what the host boots: in the agent's state, rendered to /etc/systemd/network
//	candidate  what is on trial: rendered to /run/systemd/network, so a power cut forgets it
//	observed   what the kernel reports (network/rtnl)
//
// # The try
//
//	Propose --> applying --> verifying --> awaiting-confirm --Confirm--> confirmed
//	               |             |                |
//	               +-------------+----------------+--> rolled-back
//	     failed, cancelled, deadline passed, agent started anew
//
// There is one try at a time. Both ends of a try ask for the same effect, Settle: run and boot what is confirmed, and
// forget the candidate. It is asked for again until it succeeds, and no new try starts before it has. An agent that
// starts settles too, so a crash, a kill -9 and a reboot are all the same: the host is on what is confirmed.
//
// # How long to wait
//
// The deadline covers applying, verifying and the person. Too short, and a switch port that learns slowly (spanning tree
// takes 30 s to forward) or a slow DHCP server makes a good change fail; too long, and a person who locked himself out
// waits before the host answers again. The default is one minute; between 10 s and 10 min may be asked for.
//
// # Which adapter is meant
//
// A physical adapter is known by its permanent hardware address or its bus path (Match), never by its kernel name: names
// such as eth0 may change from boot to boot. Inside Settings adapters refer to each other by Name, which for a VLAN,
// bond or bridge is also the name of the link that is made.
package network

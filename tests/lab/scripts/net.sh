#!/bin/sh
# The lab's own network: sh net.sh FOLDER CGROUP, in a network and a mount
# namespace of its own. A bridge with a DHCP and DNS server, and no way out.
set -eu
cd "$1"
while read -r _ point type options _; do
	case $type:,$options, in
	cgroup2:* | cgroup:*,name=systemd,*)
		mkdir -p "$point/$2"
		echo $$ >"$point/$2/cgroup.procs"
		;;
	esac
done </proc/mounts
ip link set lo up
ip link add br0 type bridge
ip address add 10.77.0.1/24 dev br0
ip link set br0 up
# What hosts send each other is not filtered by this machine's rules.
for file in /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables; do
	[ ! -e "$file" ] || echo 0 >"$file"
done
echo $$ >net.pid
exec dnsmasq --conf-file=dnsmasq.conf --keep-in-foreground --pid-file

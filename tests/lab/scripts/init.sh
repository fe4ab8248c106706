#!/bin/sh
# The first process of a lab host: what a container must have to look like a
# machine to Kubernetes. Then it becomes systemd. If a step fails, the host does not
# start, and its console says why.
set -eu

# systemd-nspawn mounted /sys before it entered the host's network namespace, so
# /sys/class/net shows the links of this machine. One of the host's own, then.
# (A mount can be moved only when its parent is private.)
mount --make-rprivate /
mkdir /run/cgroup
mount --move /sys/fs/cgroup /run/cgroup
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount --move /run/cgroup /sys/fs/cgroup
rmdir /run/cgroup

# systemd-nspawn leaves the controllers of cgroup v1 read-only. (The list is taken
# first: a read of /proc/mounts skips lines when a mount changes meanwhile.)
for point in $(findmnt --noheadings --list --types cgroup --output TARGET); do
	mount -o remount,bind,rw "$point"
done

# The network settings are this namespace's own. The other settings are the
# whole machine's: the kubelet gets files of its own to write its wishes into.
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net
grep '^net\.' /usr/lib/sysctl.d/90-slipway.conf | sysctl --quiet --ignore --load=-
mkdir -p /run/slipway-lab
for setting in kernel/panic=10 kernel/panic_on_oops=1 vm/overcommit_memory=1 vm/panic_on_oom=0; do
	path=/proc/sys/${setting%=*}
	file=/run/slipway-lab/$(basename "$path")
	echo "${setting#*=}" >"$file"
	mount --bind "$file" "$path"
done

# Calico keeps its programs here.
mkdir -p /sys/fs/bpf
mount -t bpf bpf /sys/fs/bpf

# Pods share mounts with the host, as on a machine that systemd booted.
mount --make-rshared /

exec /sbin/init

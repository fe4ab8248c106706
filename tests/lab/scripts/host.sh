#!/bin/sh
# Runs one host of the lab until it powers off: sh host.sh FOLDER, in a mount
# namespace of its own, on the terminal that is to be the host's console. All
# mounts are made here, so they vanish with this process, however it ends.
set -eu
cd "$1"
# HOST CGROUP MAC UUID LAB_NETNS ROOT PERSISTENT WRITABLE
. ./host.env

# A cgroup of the host's own in every hierarchy: without it all hosts would
# share one tree of pods.
enter_cgroups() {
	while read -r _ point type _; do
		case $type in
		cgroup) ;;
		cgroup2)
			for controller in $(cat "$point/cgroup.controllers"); do
				echo "+$controller" >"$point/cgroup.subtree_control" 2>/dev/null || true
			done
			;;
		*) continue ;;
		esac
		group=$point/$CGROUP
		mkdir -p "$group"
		# A new cpuset of cgroup v1 is empty and takes no process.
		for file in cpuset.cpus cpuset.mems; do
			if [ -e "$point/$file" ] && [ -e "$group/$file" ]; then
				cat "$point/$file" >"$group/$file"
			fi
		done
		echo $$ >"$group/cgroup.procs"
	done </proc/mounts
}

in_lab() { nsenter --net="$LAB_NETNS" "$@"; }

# A new network namespace for every boot: a machine that starts has no addresses.
plug_in() {
	umount /run/netns 2>/dev/null || true
	: >/run/netns
	unshare --net=/run/netns true
	in_lab ip link del "vb-$HOST" 2>/dev/null || true
	in_lab ip link add "vb-$HOST" type veth peer name eth0 address "$MAC" netns /run/netns
	in_lab ip link set "vb-$HOST" master br0
	[ -e unplugged ] || in_lab ip link set "vb-$HOST" up
	[ ! -e slow ] || in_lab tc qdisc add dev "vb-$HOST" root tbf rate "$(cat slow)bit" burst 32kb latency 200ms
}

# A persistent directory starts as what the root file system has there.
persist() {
	[ ! -e "state$1" ] || return 0
	mkdir -p "state${1%/*}"
	rm -rf "state$1.new"
	if [ -d "/run/root$1" ]; then cp -a "/run/root$1" "state$1.new"; else mkdir "state$1.new"; fi
	mv "state$1.new" "state$1"
}

boot() {
	plug_in
	rm -rf volatile
	set --
	for path in $PERSISTENT; do
		persist "$path"
		set -- "$@" "--bind=$PWD/state$path:$path"
	done
	for path in $WRITABLE; do
		mkdir -p "volatile$path"
		set -- "$@" "--overlay=+$path:$PWD/volatile$path:$path"
	done
	while read -r device path; do
		set -- "$@" "--bind=$device:$path"
	done <disks
	systemd-nspawn --quiet --directory=/run/root --read-only --machine="$HOST" --uuid="$UUID" \
		--register=no --keep-unit --kill-signal=SIGRTMIN+3 --console=interactive \
		--network-namespace-path=/run/netns \
		--capability=all --system-call-filter='@keyring @module bpf perf_event_open' \
		--resolv-conf=off --timezone=off --link-journal=no \
		--bind=/dev/kmsg "$@" /usr/lib/slipway-lab/init
}

enter_cgroups
# systemd-nspawn keeps its own files in /run; they go with this mount.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/root
mount -t overlay overlay -o "ro,lowerdir=$PWD/seed:$ROOT" /run/root
echo $$ >pid

# 133 is systemd-nspawn's way to say that the host asked for a reboot.
set +e
while :; do
	(
		set -e
		boot
	)
	code=$?
	[ "$code" -eq 133 ] || exit "$code"
done

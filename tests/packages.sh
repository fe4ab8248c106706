#!/usr/bin/env bash
# Installs the Debian packages that the build and the lab need, when root; names them otherwise.
set -euo pipefail
declare -A of=(
  [mmdebstrap]=mmdebstrap [systemd-nspawn]=systemd-container [ip]=iproute2 [nsenter]=util-linux [gcc]=gcc [dpkg-deb]=dpkg
  [dnsmasq]=dnsmasq-base [arping]=iputils-arping [ping]=iputils-ping [zstd]=zstd [mkfs.ext4]=e2fsprogs [git]=git
  [tmux]=tmux [cpio]=cpio [iptables]=iptables [dbus-daemon]=dbus-daemon [grub-script-check]=grub-common
  [mksquashfs]=squashfs-tools [xorriso]=xorriso [isoinfo]=genisoimage [sgdisk]=gdisk [fsck.fat]=dosfstools [mkfs.xfs]=xfsprogs
)
missing=()
for tool in "${!of[@]}"; do command -v "$tool" >/dev/null || missing+=("${of[$tool]}"); done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "These Debian packages are needed: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
opts=(-q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
apt-get "${opts[@]}" update >/dev/null
apt-get "${opts[@]}" install --no-install-recommends "${missing[@]}" >/dev/null

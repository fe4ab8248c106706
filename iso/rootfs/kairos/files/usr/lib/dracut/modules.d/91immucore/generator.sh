#!/bin/sh
# systemd generator (systemd.generator(7)) of the initrd. On an installed host immucore mounts /sysroot; the mount unit
# that systemd makes from root= must wait for it and find it done, for a second mount would hide the overlays.
dir="$1/sysroot.mount.d"
mkdir -p "$dir"
{
    if grep -q 'cos-img/filename=' /proc/cmdline; then
        printf '[Unit]\nAfter=immucore.service\n'
    fi
    printf '[Mount]\nTimeoutSec=300\n'
} > "$dir/immucore.conf"

#!/bin/bash
# dracut module that runs immucore in the initrd (dracut.modules(7)).
#
#   installed host: immucore mounts the image on /sysroot, overlays and persistent directories over it
#   installer:      dracut's dmsquash-live mounts /sysroot; immucore says so in /run/cos/live_mode and runs the stages

check() {
    require_binaries immucore rsync || return 1
    return 255 # only when a configuration asks for it
}

depends() {
    echo systemd systemd-initrd dm rootfs-block fs-lib
}

install() {
    # What immucore and the stages of /system/oem run before the root is there.
    inst_multiple immucore rsync gawk losetup mount umount findmnt blkid lsblk lvm cryptsetup udevadm \
        sync chmod chown cp ls mkdir mv rm cat bash sh grep sed \
        e2fsck fsck fsck.ext2 fsck.ext4 mkfs.ext4 mke2fs resize2fs partprobe parted sgdisk systemd-id128
    inst_simple "$moddir/immucore.service" "$systemdsystemunitdir/immucore.service"
    inst_script "$moddir/generator.sh" "$systemdutildir/system-generators/immucore-generator"
    mkdir -p "$initdir$systemdsystemunitdir/initrd.target.requires"
    ln -sfn ../immucore.service "$initdir$systemdsystemunitdir/initrd.target.requires/immucore.service"
    # immucore links these to the ones in the image.
    inst_dir /run/cos
}

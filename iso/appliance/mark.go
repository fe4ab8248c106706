package appliance

// InstalledMark is a file of the partition COS_STATE, written when an installation is complete and at no other time:
// without it the disk has half an installation, from one that was cut off. The boot menus of the medium and of the disk
// look for it, and so does the installer.
const InstalledMark = "/slipway/installed"

package sysinfo

import (
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// permanentAddress is struct ethtool_perm_addr of linux/ethtool.h with room for any address.
type permanentAddress struct {
	cmd, size uint32
	data      [32]byte
}

// dataRequest is struct ifreq of linux/if.h with its pointer member; it is 40 bytes on 64-bit machines.
type dataRequest struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [16]byte
}

// permanentMAC asks the driver for the MAC address that the hardware was made with (ETHTOOL_GPERMADDR). It is empty
// for links without hardware.
func permanentMAC(link string) string {
	if len(link) >= unix.IFNAMSIZ {
		return ""
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	addr := permanentAddress{cmd: unix.ETHTOOL_GPERMADDR, size: 32}
	req := dataRequest{data: unsafe.Pointer(&addr)}
	copy(req.name[:], link)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req)))
	if errno != 0 || addr.size != 6 || [6]byte(addr.data[:6]) == [6]byte{} {
		return ""
	}
	return net.HardwareAddr(addr.data[:6]).String()
}

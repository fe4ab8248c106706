package sysinfo

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes files below a new root; a value that begins with "-> " is a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// fake is a reader of a tree whose kernel has these addresses.
func fake(t *testing.T, files map[string]string, addresses map[string][]netip.Prefix) *Reader {
	r := New(Options{Root: tree(t, files), PoolDir: "/var/lib/slipway/pool"})
	r.addresses = func() (map[string][]netip.Prefix, error) { return addresses, nil }
	r.permanent = func(link string) string {
		return map[string]string{"enp1s0": "52:54:00:aa:00:01"}[link]
	}
	return r
}

// kairos is a host of bare metal: an installed Kairos with a pool on its second disk, LVM on a third, a running cluster.
// The state files of systemd-networkd are as systemd 252 writes them.
var kairos = map[string]string{
	"proc/sys/kernel/hostname":        "edge-1\n",
	"proc/sys/kernel/osrelease":       "6.1.0-30-amd64\n",
	"proc/uptime":                     "93784.52 180000.10\n",
	"proc/cpuinfo":                    "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)  Gold 6130\n",
	"proc/meminfo":                    "MemTotal:       16384000 kB\nMemFree:         1000000 kB\n",
	"sys/devices/system/cpu/online":   "0-2,4\n",
	"etc/os-release":                  "# comment\nNAME=Slipway\nPRETTY_NAME=\"Slipway OS 1.0 (Kairos)\"\nID='slipway'\n",
	"sys/class/dmi/id/sys_vendor":     "Dell Inc.\n",
	"sys/class/dmi/id/product_name":   "PowerEdge R740\n",
	"run/systemd/resolve/resolv.conf": "# made by systemd-resolved\nnameserver 10.77.0.1\nnameserver 127.0.0.53\nnameserver fd00::1\nsearch lab\n",
	"proc/net/route": "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
		"enp1s0\t00000000\t01004D0A\t0003\t0\t0\t1024\t00000000\t0\t0\t0\n" +
		"enp1s0\t00000000\tFE004D0A\t0003\t0\t0\t2048\t00000000\t0\t0\t0\n" +
		"enp1s0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n" +
		"bond0.7\t00000000\t0100A8C0\t0003\t0\t0\t10\t00000000\t0\t0\t0\n" +
		"bad\t00000000\tzz\t0003\t0\t0\t10\t00000000\t0\t0\t0\n",

	"proc/net/ipv6_route": "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001   enp1s0\n" +
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003   enp1s0\n" +
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000002 00000064 00000001 00000000 00450003   enp1s0\n" +
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n" +
		"torn\n",
	"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": "\x06\x00\x00\x00\x01",

	"sys/bus/pci/devices/0000:01:00.0/class":  "0x030200\n",
	"sys/bus/pci/devices/0000:01:00.0/vendor": "0x10de\n",
	"sys/bus/pci/devices/0000:01:00.0/device": "0x20b0\n",
	"sys/bus/pci/devices/0000:02:00.0/class":  "0x020000\n",
	"sys/bus/pci/devices/0000:03:00.0/class":  "0x120000\n",
	"sys/bus/pci/devices/0000:03:00.0/vendor": "0xabcd\n",
	"sys/bus/pci/devices/0000:03:00.0/device": "0x0001\n",

	"sys/class/net/bonding_masters":        "bond0\n",
	"sys/class/net/lo/address":             "00:00:00:00:00:00\n",
	"sys/class/net/cali0123456789a/mtu":    "1450\n",
	"sys/class/net/enp1s0/address":         "52:54:00:bb:00:01\n", // the bond changed it
	"sys/class/net/enp1s0/mtu":             "1500\n",
	"sys/class/net/enp1s0/carrier":         "1\n",
	"sys/class/net/enp1s0/ifindex":         "2\n",
	"sys/class/net/enp1s0/device/driver":   "-> ../../../../bus/pci/drivers/e1000e",
	"sys/class/net/bond0.7/address":        "52:54:00:bb:00:07\n",
	"sys/class/net/bond0.7/mtu":            "9000\n",
	"sys/class/net/bond0.7/carrier":        "0\n",
	"sys/class/net/bond0.7/ifindex":        "7\n",
	"sys/class/net/enp2s0/address":         "52:54:00:aa:00:02\n",
	"sys/class/net/enp2s0/ifindex":         "3\n",
	"sys/class/net/enp2s0/device/uevent":   "DRIVER=e1000e\n",
	"run/systemd/netif/links/2":            "# This is private data. Do not parse.\nADMIN_STATE=configured\nNETWORK_FILE=/usr/lib/systemd/network/70-x.network\nDNS=10.77.0.1\nDHCP_LEASE=/run/systemd/netif/leases/2\n",
	"run/systemd/netif/leases/2":           "# This is private data. Do not parse.\nADDRESS=10.77.0.11\nDNS=10.77.0.1\n",
	"run/systemd/netif/links/7":            "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/20-vlan.network\nDNS=1.1.1.1 9.9.9.9:53#dns.quad9.net 9.9.9.9 [2620:fe::fe]:53 bad\n",
	"etc/systemd/network/20-vlan.network":  "[Match]\nName=bond0.7\n[Network]\nDHCP=no\n",
	"run/systemd/netif/links/3":            "ADMIN_STATE=configuring\nNETWORK_FILE=/usr/lib/systemd/network/70-x.network\nDNS=\n",
	"usr/lib/systemd/network/70-x.network": "[Match]\nName=en*\n[Network]\nDHCP=yes\n",

	"sys/block/sda/dev":                 "8:0\n",
	"sys/block/sda/size":                "125829120\n",
	"sys/block/sda/device/model":        "VBOX HARDDISK   \n",
	"sys/block/sda/sda1/partition":      "1\n",
	"sys/block/sda/sda1/dev":            "8:1\n",
	"sys/block/sda/sda2/partition":      "2\n",
	"sys/block/sda/sda2/dev":            "8:2\n",
	"run/udev/data/b8:0":                "S:disk/by-id/x\nE:ID_SERIAL_SHORT=VB1234\nE:ID_PART_TABLE_TYPE=gpt\n",
	"run/udev/data/b8:2":                "E:ID_FS_LABEL=COS_STATE\nE:ID_FS_TYPE=ext4\n",
	"sys/block/nvme0n1/dev":             "259:0\n",
	"sys/block/nvme0n1/size":            "209715200\n",
	"sys/block/nvme0n1/device/model":    "Samsung SSD 980\n",
	"sys/block/nvme0n1/device/serial":   "S64DNX0R\n",
	"run/udev/data/b259:0":              "E:ID_FS_TYPE=xfs\n",
	"sys/block/sdb/dev":                 "8:16\n",
	"sys/block/sdb/size":                "2048\n",
	"sys/block/sdb/sdb1/partition":      "1\n",
	"sys/block/sdb/sdb1/dev":            "8:17\n",
	"sys/block/sdb/sdb1/holders/dm-0/x": "",
	"sys/block/dm-0/dev":                "253:0\n",
	"sys/block/dm-0/size":               "2048\n",
	"sys/block/sdc/dev":                 "8:32\n",
	"sys/block/sdc/size":                "4096\n",
	"sys/block/sdc/removable":           "1\n",
	"sys/block/sdd/dev":                 "8:48\n", // an empty card reader
	"sys/block/sdd/size":                "0\n",
	"sys/block/sr0/size":                "4096\n",
	"sys/block/loop0/size":              "4096\n",
	"sys/block/mmcblk0boot0/size":       "4096\n",
	"proc/self/mountinfo": "25 1 7:0 / / ro,relatime shared:1 - ext4 /dev/loop0 ro\n" +
		"26 25 8:2 / /run/initramfs/cos-state rw shared:2 - ext4 /dev/sda2 rw\n" +
		"27 25 259:0 / /var/lib/slipway/pool rw shared:3 - xfs /dev/nvme0n1 rw\n" +
		"28 25 253:0 / /mnt/my\\040data rw - ext4 /dev/mapper/vg-data rw\n" +
		"torn line\n",
}

var kairosAddresses = map[string][]netip.Prefix{
	"lo":     {netip.MustParsePrefix("127.0.0.1/8")},
	"enp1s0": {netip.MustParsePrefix("10.77.0.11/24"), netip.MustParsePrefix("fe80::5054:ff:feaa:1/64"), netip.MustParsePrefix("fd00::11/64")},
}

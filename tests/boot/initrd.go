package boot

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// bedModules are the kernel modules that the test bed needs before it has a root.
var bedModules = []string{"virtio_pci", "9pnet_virtio", "9p", "overlay"}

// initrd packs the guest program and its modules, in the order that they depend on one another, as a cpio archive
// (Documentation/driver-api/early-userspace/buffer-format.rst).
func initrd(rootfs, guest string) ([]byte, error) {
	found, err := filepath.Glob(filepath.Join(rootfs, "usr/lib/modules/*/modules.dep"))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("expected the modules of one kernel in %s, found %d", rootfs, len(found))
	}
	list, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	files, err := moduleOrder(string(list), bedModules)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := addFile(&b, "init", guest, 0o100755); err != nil {
		return nil, err
	}
	entry(&b, "modules", nil, 0o040755)
	for i, file := range files {
		name := fmt.Sprintf("modules/%02d-%s", i, path.Base(file))
		if err := addFile(&b, name, filepath.Join(filepath.Dir(found[0]), file), 0o100644); err != nil {
			return nil, err
		}
	}
	entry(&b, "TRAILER!!!", nil, 0)
	return b.Bytes(), nil
}

// moduleOrder gives the files of the modules and of what they need, each after what it needs. A line of modules.dep has
// what is needed from right to left (depmod(8)).
func moduleOrder(list string, names []string) ([]string, error) {
	var order []string
	for _, name := range names {
		at := len(order)
		for lines := bufio.NewScanner(strings.NewReader(list)); lines.Scan(); {
			file, needs, _ := strings.Cut(lines.Text(), ":")
			if path.Base(file) != name+".ko" {
				continue
			}
			all := append([]string{file}, strings.Fields(needs)...)
			slices.Reverse(all)
			order = append(order, all...)
		}
		if len(order) == at {
			return nil, fmt.Errorf("the kernel has no module %s", name)
		}
	}
	var once []string
	for _, file := range order {
		if !slices.Contains(once, file) {
			once = append(once, file)
		}
	}
	return once, nil
}

func addFile(b *bytes.Buffer, name, from string, mode int) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	entry(b, name, content, mode)
	return nil
}

// entry adds a file in cpio's "newc" form: a header of hexadecimal numbers, name and content, each padded to 4 bytes.
func entry(b *bytes.Buffer, name string, content []byte, mode int) {
	pad := func() {
		for b.Len()%4 != 0 {
			b.WriteByte(0)
		}
	}
	b.WriteString("070701")
	for _, field := range []int{0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0} {
		fmt.Fprintf(b, "%08X", field)
	}
	b.WriteString(name + "\x00")
	pad()
	b.Write(content)
	pad()
}

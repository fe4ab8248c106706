//go:build linux

// Command guest is the test bed's part inside the machine that QEMU runs, as one static program of two lives:
//
//	process 1 of the initrd: load the modules, lay a memory file system over the shared root ──> systemd of that root
//	the unit test-guest.service: take commands from the second serial line, run them, answer what they wrote
//
// Nothing of it is in the product: the unit is written into the memory that lies over the root.
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	if os.Getpid() == 1 {
		err = boot()
	} else {
		err = serve(os.Args[1])
	}
	fmt.Fprintln(os.Stderr, "guest:", err) // process 1 that ends is a kernel panic, which the test sees
	os.Exit(1)
}

package sysinfo

import "golang.org/x/sys/unix"

// ClockSynchronized reports whether the kernel says that the clock follows a time server: adjtimex(2), STA_UNSYNC.
func ClockSynchronized() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}

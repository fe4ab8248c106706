package cachedir

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Lock waits until nobody else, of this process or another, holds the lock of the file at path, which it makes.
func Lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil // closing unlocks
}

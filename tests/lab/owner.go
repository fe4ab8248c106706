package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// own makes this process the only one that has a lab of the name, until it closes the lab or ends in any way. Without it, the tests of
// two checkouts would take each other's hosts for leftovers. A lab that is left up on purpose has no owner, and the next New
// replaces it.
func (l *Lab) own() error {
	path := filepath.Join(filepath.Dir(l.dir), ".owner-"+filepath.Base(l.dir))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("another process on this machine uses a lab %q now: wait until it ends, or choose another name", l.Name())
		}
		return fmt.Errorf("lock %s: %w", path, err)
	}
	l.owner = f
	return nil
}

// disown lets the next one have the name. The lock's file stays: whoever opened it meanwhile must lock the same one.
func (l *Lab) disown() error {
	if l.owner == nil {
		return nil
	}
	f := l.owner
	l.owner = nil
	return f.Close()
}

package store

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Space says how full the pool is, in bytes.
type Space struct {
	TotalBytes   int64 // size of the file system
	FreeBytes    int64 // free for content: what is free less the reserve
	ContentBytes int64 // blobs of this store
}

// Space reads the state of the pool's file system.
func (s *Store) Space() (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(s.o.Dir, &st); err != nil {
		return Space{}, fmt.Errorf("read the free space of %s: %w", s.o.Dir, err)
	}
	total := int64(st.Blocks) * st.Bsize
	sp := Space{TotalBytes: total, FreeBytes: max(0, int64(st.Bavail)*st.Bsize-s.o.Reserve(total))}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, size := range s.blobs {
		sp.ContentBytes += size
	}
	return sp, nil
}

// CheckSpace fails with ErrNoSpace when need bytes do not fit beside the reserve.
func (s *Store) CheckSpace(need int64) error {
	sp, err := s.Space()
	if err != nil {
		return err
	}
	if need > sp.FreeBytes {
		return fmt.Errorf("%w: %d MiB are needed, %d MiB are free beside the reserve: delete content that is not used any more",
			ErrNoSpace, need>>20, sp.FreeBytes>>20)
	}
	return nil
}

package iso

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// sizeOf is the length of a file's contents.
func sizeOf(f File) (int64, error) {
	if f.Source == "" {
		return int64(len(f.Data)), nil
	}
	info, err := os.Stat(f.Source)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is not a regular file", f.Source)
	}
	length := f.Length
	if length == 0 {
		length = info.Size() - f.Offset
	}
	if f.Offset < 0 || length < 0 || length > info.Size()-f.Offset {
		return 0, fmt.Errorf("%s has %d bytes: it was changed while the image is made", f.Source, info.Size())
	}
	return length, nil
}

// open reads a file's contents.
func (f File) open() (io.ReadCloser, error) {
	if f.Source == "" {
		return io.NopCloser(bytes.NewReader(f.Data)), nil
	}
	size, err := sizeOf(f)
	if err != nil {
		return nil, err
	}
	in, err := os.Open(f.Source)
	if err != nil {
		return nil, err
	}
	if _, err := in.Seek(f.Offset, io.SeekStart); err != nil {
		in.Close()
		return nil, err
	}
	return section{&io.LimitedReader{R: in, N: size}, in}, nil
}

type section struct {
	*io.LimitedReader
	io.Closer
}

package support

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const (
	// MaxFile bounds one file of the bundle, in bytes.
	MaxFile = 4 << 20
	// sourceLimit is how long one source may take.
	sourceLimit = 10 * time.Second
)

// Source is one file of the bundle. Read gives what it can even when it fails.
type Source struct {
	Name string // path in the bundle
	Read func(ctx context.Context) ([]byte, error)
}

// Command is the output of a program, what it says about errors included.
func Command(name, program string, args ...string) Source {
	return Source{name, func(ctx context.Context) ([]byte, error) {
		out := &bounded{max: MaxFile}
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, time.Second
		err := cmd.Run()
		return out.kept.Bytes(), err
	}}
}

// Tail is the end of a file.
func Tail(name, path string) Source {
	return Source{name, func(context.Context) ([]byte, error) { return ReadTail(path, MaxFile) }}
}

// ReadTail reads the last whole lines of a file, at most max bytes. Only regular files and those of the kernel are read.
func ReadTail(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	cut := st.Size() > max
	if cut {
		if _, err := f.Seek(-max, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	b, err := io.ReadAll(io.LimitReader(f, max))
	if i := bytes.IndexByte(b, '\n'); cut && i >= 0 {
		b = b[i+1:]
	}
	return b, err
}

// JSON is a value of the agent.
func JSON(name string, value func(ctx context.Context) (any, error)) Source {
	return Source{name, func(ctx context.Context) ([]byte, error) {
		v, err := value(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}}
}

// read reads a source within its limits. A source that panics or hangs costs the bundle one file.
func (s Source) read(ctx context.Context) (b []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, sourceLimit)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, fmt.Errorf("internal error: %v", r)
		}
	}()
	if b, err = s.Read(ctx); len(b) > MaxFile {
		b = b[:MaxFile]
	}
	return b, err
}

// bounded keeps the first max bytes.
type bounded struct {
	kept bytes.Buffer // not embedded: its ReadFrom would be used instead of Write
	max  int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.max - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

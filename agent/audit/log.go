package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Limits bound what the log takes of the disk: at most about MaxFile × (Keep + 1) bytes.
type Limits struct {
	MaxFile int64 // bytes of one file before the next is begun
	Keep    int   // full files that are kept beside the current one
}

// DefaultLimits keep about 40 MiB, some hundred thousand entries.
var DefaultLimits = Limits{MaxFile: 8 << 20, Keep: 4}

// Log appends to and reads the files of one directory. Safe for concurrent use in one process.
type Log struct {
	dir    string
	limits Limits

	mu   sync.Mutex
	file *os.File
	size int64
	seq  uint64
	prev string
}

// Open opens the log in dir (made 0700 when absent) for appending. A last line that a power cut tore is cut off and
// an entry tells of it. Damage anywhere else is left for Verify to tell: the agent must be able to go on recording.
func Open(dir string, limits Limits) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	l := &Log{dir: dir, limits: limits, prev: sum(nil)}
	if err := l.openCurrent(); err != nil {
		return nil, fmt.Errorf("opening the audit log in %s: %w", dir, err)
	}
	return l, nil
}

// Close closes the current file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// Append adds one entry; it is on the disk when Append returns nil.
func (l *Log) Append(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.append(e); err != nil {
		return fmt.Errorf("writing the audit log in %s: %w", l.dir, err)
	}
	return nil
}

func (l *Log) append(e Entry) error {
	if l.size >= l.limits.MaxFile {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	e = e.clean()
	e.Seq, e.Time, e.Prev = l.seq+1, time.Now().UTC(), l.prev
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	// One write, so that a cut leaves at most one torn line; a failed one is taken back at once.
	if _, err = l.file.Write(append(line, '\n')); err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(len(line)) + 1
	l.seq, l.prev = e.Seq, sum(line)
	return nil
}

// openCurrent opens audit.log and finds the end of the chain, which may be in the last full file.
func (l *Log) openCurrent() error {
	files, err := l.files()
	if err != nil {
		return err
	}
	if len(files) > 0 {
		if err := l.chainFrom(files[len(files)-1]); err != nil {
			return err
		}
	}
	path := filepath.Join(l.dir, currentName)
	torn, err := l.chainFromCurrent(path)
	if err != nil {
		return err
	}
	if l.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return err
	}
	if err := errors.Join(l.file.Truncate(l.size), l.file.Sync(), syncDir(l.dir)); err != nil {
		return err
	}
	if torn > 0 {
		return l.append(Entry{User: "agent", Via: ViaAgent, Outcome: OK,
			Detail: fmt.Sprintf("a torn last line of %d bytes was cut off: the power went while it was written", torn)})
	}
	return nil
}

func (l *Log) chainFromCurrent(path string) (torn int64, err error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	whole := raw[:bytes.LastIndexByte(raw, '\n')+1]
	l.size = int64(len(whole))
	l.follow(whole)
	return int64(len(raw) - len(whole)), nil
}

func (l *Log) chainFrom(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	l.follow(raw)
	return nil
}

// follow sets the end of the chain to the last line of raw, if it has one. A damaged last line still counts for prev,
// so that the damage stays visible between its neighbours.
func (l *Log) follow(raw []byte) {
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	if len(raw) == 0 {
		return
	}
	lines := bytes.Split(raw, []byte("\n"))
	l.prev = sum(lines[len(lines)-1])
	for i := len(lines) - 1; i >= 0; i-- {
		if e, err := parseLine(lines[i]); err == nil {
			l.seq = e.Seq + uint64(len(lines)-1-i)
			return
		}
	}
}

package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Filter selects entries. Zero fields select everything.
type Filter struct {
	User    string    // exactly
	Text    string    // part of the action or its detail, case-insensitive
	Outcome string    // exactly
	Not     string    // every other outcome than this
	Since   time.Time // inclusive
	Until   time.Time // exclusive
	Before  uint64    // only entries with a lower Seq: the page after the one that ended there
	Limit   int       // entries of one page, 1 to 1000; 0 is 100
}

const maxPage = 1000

func (f Filter) match(e Entry) bool {
	return (f.User == "" || e.User == f.User) &&
		(f.Text == "" || strings.Contains(strings.ToLower(e.Action()+" "+e.Detail), strings.ToLower(f.Text))) &&
		(f.Outcome == "" || e.Outcome == f.Outcome) && (f.Not == "" || e.Outcome != f.Not) &&
		(f.Since.IsZero() || !e.Time.Before(f.Since)) &&
		(f.Until.IsZero() || e.Time.Before(f.Until)) &&
		(f.Before == 0 || e.Seq < f.Before)
}

// List gives one page of the entries that match, newest first. Damaged lines are left out; Verify tells of them.
func (l *Log) List(f Filter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, maxPage)
	out := []Entry{}
	err := l.newestFirst(func(line []byte) bool {
		if e, err := parseLine(line); err == nil && f.match(e) {
			out = append(out, e)
		}
		return len(out) < f.Limit
	})
	return out, err
}

// newestFirst calls fn for each line until it returns false.
func (l *Log) newestFirst(fn func(line []byte) bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	files, err := l.all()
	if err != nil {
		return err
	}
	for _, file := range slices.Backward(files) {
		lines, err := readLines(file)
		if err != nil {
			return err
		}
		for _, line := range slices.Backward(lines) {
			if !fn(line) {
				return nil
			}
		}
	}
	return nil
}

// Verify checks the whole chain that is kept and gives the number of its entries, or an error that says which line of
// which file is the first that does not fit. The first line kept is taken as it is: the ones before it were deleted.
func (l *Log) Verify() (entries int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	files, err := l.all()
	if err != nil {
		return 0, err
	}
	var seq uint64
	var prev string
	for _, file := range files {
		lines, err := readLines(file)
		if err != nil {
			return entries, err
		}
		for i, line := range lines {
			e, err := parseLine(line)
			if err == nil && (entries > 0 || e.Seq == 1) {
				err = e.follows(seq, prev, entries == 0)
			}
			if err != nil {
				return entries, fmt.Errorf("the audit log was changed: %s line %d: %w", file, i+1, err)
			}
			seq, prev, entries = e.Seq, sum(line), entries+1
		}
	}
	if seq != l.seq || (entries > 0 && prev != l.prev) {
		return entries, fmt.Errorf("the audit log was changed: it ends at entry %d, entry %d was the last written", seq, l.seq)
	}
	return entries, nil
}

// follows checks that e is the successor of the line with seq and hash prev.
func (e Entry) follows(seq uint64, prev string, first bool) error {
	if first {
		prev = sum(nil)
	}
	if e.Seq != seq+1 {
		return fmt.Errorf("entry %d follows entry %d", e.Seq, seq)
	}
	if e.Prev != prev {
		return fmt.Errorf("entry %d does not carry the hash of the line before it", e.Seq)
	}
	return nil
}

func (l *Log) all() ([]string, error) {
	files, err := l.files()
	if err != nil {
		return nil, err
	}
	return append(files, filepath.Join(l.dir, currentName)), nil
}

// readLines reads one file; limits keep it small enough for memory.
func readLines(path string) ([][]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	if len(raw) == 0 {
		return nil, nil
	}
	return bytes.Split(raw, []byte("\n")), nil
}

package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func mustOpen(t *testing.T, dir string, limits Limits) *Log {
	t.Helper()
	l, err := Open(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func entry(user, route, target string) Entry {
	return Entry{User: user, Role: "admin", Via: ViaHTTPS, Address: "192.0.2.1", Method: "PUT", Route: route, Target: target, Outcome: OK}
}

func add(t *testing.T, l *Log, n int) {
	t.Helper()
	for i := range n {
		if err := l.Append(entry("ann", "/users/{name}/password", fmt.Sprint("u", i))); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, l *Log, want int) {
	t.Helper()
	if n, err := l.Verify(); n != want || err != nil {
		t.Errorf("Verify = %d, %v, want %d", n, err, want)
	}
}

func TestChainGoesOnAfterReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "audit")
	l := mustOpen(t, dir, DefaultLimits)
	verify(t, l, 0)
	add(t, l, 3)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir, DefaultLimits)
	add(t, l, 2)
	verify(t, l, 5)
	got, err := l.List(Filter{})
	if err != nil || len(got) != 5 || got[0].Seq != 5 || got[4].Seq != 1 {
		t.Fatalf("List = %v, %v", got, err)
	}
	if a := got[0].Action(); a != "PUT /users/{name}/password u1" {
		t.Errorf("Action = %q", a)
	}
	info, _ := os.Stat(filepath.Join(dir, currentName))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestRotationIsBoundedAndKeepsTheChain(t *testing.T) {
	dir := t.TempDir()
	limits := Limits{MaxFile: 1000, Keep: 2}
	l := mustOpen(t, dir, limits)
	add(t, l, 40)
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 3 {
		t.Fatalf("files: %v", files)
	}
	kept, err := l.Verify()
	if err != nil || kept < 6 || kept >= 40 {
		t.Errorf("Verify = %d, %v", kept, err)
	}
	l.Close()
	os.Remove(filepath.Join(dir, currentName)) // the power went inside rotate
	l = mustOpen(t, dir, limits)
	add(t, l, 1)
	if _, err := l.Verify(); err != nil {
		t.Error(err)
	}
}

func TestTornLastLineIsCutOffAndTold(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, DefaultLimits)
	add(t, l, 2)
	l.Close()
	path := filepath.Join(dir, currentName)
	raw, _ := os.ReadFile(path)
	if err := os.WriteFile(path, raw[:len(raw)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir, DefaultLimits)
	verify(t, l, 2) // the first entry and the one that tells
	got, _ := l.List(Filter{})
	if !strings.Contains(got[0].Detail, "torn") {
		t.Errorf("newest entry %+v", got[0])
	}
}

func TestVerifyFindsChanges(t *testing.T) {
	changes := map[string]func(lines [][]byte) [][]byte{
		"value changed": func(l [][]byte) [][]byte {
			l[2] = bytes.Replace(l[2], []byte("ann"), []byte("bob"), 1)
			return l
		},
		"line removed":    func(l [][]byte) [][]byte { return append(l[:1], l[2:]...) },
		"first removed":   func(l [][]byte) [][]byte { return l[1:] },
		"lines exchanged": func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l },
		"not JSON":        func(l [][]byte) [][]byte { l[1] = []byte("{}"); return l },
		"end cut off":     func(l [][]byte) [][]byte { return l[:4] },
		"line added": func(l [][]byte) [][]byte {
			var e Entry
			_ = json.Unmarshal(l[4], &e)
			e.Seq++
			raw, _ := json.Marshal(e)
			return append(l, raw)
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := mustOpen(t, dir, DefaultLimits)
			add(t, l, 5)
			path := filepath.Join(dir, currentName)
			lines, _ := readLines(path)
			raw := append(bytes.Join(change(lines), []byte("\n")), '\n')
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			n, err := l.Verify()
			if name == "first removed" { // as if rotation had deleted it
				if err != nil || n != 4 {
					t.Errorf("Verify = %d, %v", n, err)
				}
				return
			}
			if err == nil {
				t.Error("Verify found nothing")
			}
		})
	}
}

func TestDamageIsListedAroundAndAppendedAfter(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, DefaultLimits)
	add(t, l, 3)
	l.Close()
	path := filepath.Join(dir, currentName)
	lines, _ := readLines(path)
	lines[2] = []byte("garbage")
	if err := os.WriteFile(path, append(bytes.Join(lines, []byte("\n")), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, dir, DefaultLimits)
	add(t, l, 1)
	got, err := l.List(Filter{})
	if err != nil || len(got) != 3 || got[0].Seq != 4 {
		t.Errorf("List = %v, %v", got, err)
	}
	if _, err := l.Verify(); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("Verify = %v", err)
	}
}

func TestListFiltersAndPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustOpen(t, t.TempDir(), Limits{MaxFile: 600, Keep: 100})
		start := time.Now()
		for i := range 10 {
			user := []string{"ann", "bob"}[i%2]
			if err := l.Append(entry(user, "/content/{digest}", fmt.Sprint("d", i))); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		seqs := func(f Filter) string {
			t.Helper()
			got, err := l.List(f)
			if err != nil {
				t.Fatal(err)
			}
			s := ""
			for _, e := range got {
				s += fmt.Sprint(e.Seq, " ")
			}
			return s
		}
		for want, f := range map[string]Filter{
			"10 9 8 ":     {Limit: 3},
			"7 6 5 ":      {Limit: 3, Before: 8},
			"10 8 6 4 2 ": {User: "bob"},
			"3 ":          {Text: "/CONTENT/{digest} D2"},
			"4 3 ":        {Since: start.Add(2 * time.Hour), Until: start.Add(4 * time.Hour)},
			"":            {User: "eve"},
			"10 9 ":       {Limit: 2, Outcome: OK},
		} {
			if got := seqs(f); got != want {
				t.Errorf("%+v gave %q, want %q", f, got, want)
			}
		}
	})
}

func TestHostileTextsStayOneBoundedLine(t *testing.T) {
	l := mustOpen(t, t.TempDir(), DefaultLimits)
	bad := strings.Repeat("<\x1b[2J\n\xff", 5000)
	if err := l.Append(entry(bad, bad, bad)); err != nil {
		t.Fatal(err)
	}
	verify(t, l, 1)
	got, _ := l.List(Filter{})
	if len(got[0].User) > maxField+3 || strings.ContainsAny(got[0].User, "\n\x1b") {
		t.Errorf("user %q", got[0].User)
	}
}

func TestConcurrentAppend(t *testing.T) {
	l := mustOpen(t, t.TempDir(), Limits{MaxFile: 2000, Keep: 100})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { add(t, l, 10) })
	}
	wg.Wait()
	verify(t, l, 40)
}

func FuzzParseLine(f *testing.F) {
	good, _ := json.Marshal(Entry{Seq: 1, Time: time.Unix(1, 0), Prev: sum(nil)})
	f.Add(good)
	f.Add([]byte(`{"seq":1}`))
	f.Add([]byte(`{"seq":1,"prev":"` + strings.Repeat("0", 64) + `","time":"2026-01-01T00:00:00Z"}{}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := parseLine(line)
		if err != nil {
			return
		}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("an entry that was read cannot be written: %v", err)
		}
		if again, err := parseLine(raw); err != nil || !again.Time.Equal(e.Time) || again.Seq != e.Seq || again.Prev != e.Prev {
			t.Fatalf("read %+v, again %+v, %v", e, again, err)
		}
	})
}

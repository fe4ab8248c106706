package state

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// TestKillAtAnyInstant kills a process that writes, again and again, and looks whether what it was told to be durable
// is there. (A kill keeps the page cache, so it tests our transactions, not the disk.)
func TestKillAtAnyInstant(t *testing.T) {
	if path := os.Getenv("SLIPWAY_TEST_WRITER"); path != "" {
		writeForever(t, path)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	last := 0
	for round := range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillAtAnyInstant$")
		cmd.Env = append(os.Environ(), "SLIPWAY_TEST_WRITER="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 5+7*round && lines.Scan(); n++ {
			if last, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had told before it died
			if last, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Wait() // it was killed
		db := mustOpen(t, path)
		var a, b int
		_, errA := db.Bucket("x").Get("n", &a)
		_, errB := db.Bucket("y").Get("n", &b)
		if errA != nil || errB != nil || a < last || a > last+1 || a != b {
			t.Fatalf("round %d: told %d, found %d and %d (%v, %v)", round, last, a, b, errA, errB)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func writeForever(t *testing.T, path string) {
	db := mustOpen(t, path)
	var n int
	if _, err := db.Bucket("x").Get("n", &n); err != nil {
		t.Fatal(err)
	}
	for {
		n++
		if err := db.Apply(Change{"x", "n", n}, Change{"y", "n", n}); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n)
	}
}

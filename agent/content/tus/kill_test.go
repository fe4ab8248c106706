package tus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	killEnv    = "SLIPWAY_TEST_TUS"
	killRounds = 50
)

// TestKilledServer kills the upload server 50 times at random moments, and so at
// random offsets. The client resumes each time at the offset the next server
// tells, and what arrives is what was sent.
func TestKilledServer(t *testing.T) {
	if dir := os.Getenv(killEnv); dir != "" {
		serveUntilKilled(t, dir)
	}
	if testing.Short() {
		t.Skip("starts many processes")
	}
	dir := t.TempDir()
	data := random(40 << 20)
	kills, uploads, id := 0, 0, ""
	resumed := map[int]bool{} // offsets in the middle of the file
	for kills < killRounds {
		url, kill := startProcess(t, dir)
		if id == "" {
			id = mustCreate(t, url, len(data), "a")[len(url):]
		}
		timer := time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, kill)
		done, from := send(url+id, data)
		if from > 0 && from < len(data) {
			resumed[from] = true
		}
		timer.Stop()
		kill()
		kills++
		if done {
			check(t, dir, data)
			uploads++
			id = ""
		}
	}
	t.Logf("%d kills, %d whole uploads, resumed at %d offsets", kills, uploads, len(resumed))
	if uploads == 0 || len(resumed) < 5 {
		t.Errorf("%d uploads became complete, resumed at %d offsets: resuming does not get on", uploads, len(resumed))
	}
}

// send resumes and sends until done or the server is gone. from is the offset at which it began, -1 when it could not.
func send(loc string, data []byte) (done bool, from int) {
	from = -1
	for {
		resp, _, err := call("HEAD", loc, nil)
		if err != nil || resp.StatusCode != http.StatusOK {
			return false, from
		}
		offset, err := strconv.Atoi(resp.Header.Get("Upload-Offset"))
		if err != nil {
			return false, from
		}
		if from < 0 {
			from = offset
		}
		if offset == len(data) {
			return true, from
		}
		if _, _, err := patch(loc, offset, bytes.NewReader(data[offset:min(len(data), offset+10<<20)])); err != nil {
			return false, from
		}
	}
}

func check(t *testing.T, dir string, data []byte) {
	t.Helper()
	s, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Completed()
	if err != nil || len(done) != 1 {
		t.Fatalf("%v %v", done, err)
	}
	sum := sha256.Sum256(data)
	got, err := os.ReadFile(s.store.part(done[0].ID))
	if err != nil || !bytes.Equal(got, data) || done[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatalf("the upload differs from what was sent: %d bytes, digest %s, %v", len(got), done[0].SHA256, err)
	}
	if err := s.Remove(done[0].ID); err != nil {
		t.Fatal(err)
	}
	empty(t, dir)
}

// startProcess runs this test binary as a server and returns its URL.
func startProcess(t *testing.T, dir string) (url string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledServer$")
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), sync.OnceFunc(func() {
		cmd.Process.Kill() // SIGKILL
		cmd.Wait()
	})
}

func serveUntilKilled(t *testing.T, dir string) {
	s, err := New(Options{Dir: dir, BasePath: base})
	if err != nil {
		t.Fatal(err)
	}
	s.store.checkpoint = 1 << 20
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("http://%s%s\n", l.Addr(), base)
	t.Fatal(http.Serve(l, s))
}

package tus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const base = "/upload/"

func start(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.BasePath = base
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h.URL + base
}

// call sends one tus request and closes the answer's body.
func call(method, url string, body io.Reader, header ...string) (*http.Response, string, error) {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

func create(url string, size int, filename string) (*http.Response, string, error) {
	return call("POST", url, nil, "Upload-Length", strconv.Itoa(size),
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(filename)))
}

func patch(loc string, offset int, body io.Reader) (*http.Response, string, error) {
	return call("PATCH", loc, body, "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

func mustCreate(t *testing.T, url string, size int, filename string) string {
	t.Helper()
	resp, text, err := create(url, size, filename)
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("create: %v %v %s", err, resp, text)
	}
	return resp.Header.Get("Location")
}

func mustPatch(t *testing.T, loc string, offset int, data []byte, want int) *http.Response {
	t.Helper()
	resp, text, err := patch(loc, offset, bytes.NewReader(data))
	if err != nil || resp.StatusCode != want {
		t.Fatalf("patch: %v %v %s", err, resp, text)
	}
	return resp
}

func TestUpload(t *testing.T) {
	data := random(3 << 20)
	var done []Upload
	s, url := start(t, Options{Complete: func(_ context.Context, u Upload) (string, error) {
		done = append(done, u)
		return "op-1", nil
	}})
	loc := mustCreate(t, url, len(data), "../../etc/pa\x00ss\nwd.tar.zst")
	if !strings.HasPrefix(loc, url) {
		t.Fatalf("location %s", loc)
	}
	mustPatch(t, loc, 0, data[:1<<20], http.StatusNoContent)
	mustPatch(t, loc, 0, data, http.StatusConflict)
	if ups, err := s.Uploads(); err != nil || len(ups) != 1 || ups[0].OffsetBytes != 1<<20 || ups[0].Done() || ups[0].Filename != "../../etc/passwd.tar.zst" {
		t.Errorf("%+v %v", ups, err)
	}
	resp := mustPatch(t, loc, 1<<20, data[1<<20:], http.StatusNoContent)
	if resp.Header.Get(OperationHeader) != "op-1" || len(done) != 1 {
		t.Fatalf("header %v, completed %v", resp.Header, done)
	}
	sum := sha256.Sum256(data)
	if done[0].SHA256 != hex.EncodeToString(sum[:]) || !done[0].Done() {
		t.Errorf("%+v", done[0])
	}
	r, err := s.Open(done[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(r)
	r.Close()
	if !bytes.Equal(got, data) {
		t.Error("bytes differ")
	}
	if resp, _, err := call("DELETE", loc, nil); err != nil || resp.StatusCode != http.StatusConflict {
		t.Errorf("a complete upload was cancelled: %v %v", resp, err)
	}
	if resp, _, err := call("GET", loc, nil); err != nil || resp.StatusCode == http.StatusOK {
		t.Errorf("an upload can be downloaded: %v %v", resp, err)
	}
	if err := errors.Join(s.Remove(done[0].ID), s.Remove(done[0].ID)); err != nil {
		t.Error(err)
	}
	empty(t, s.o.Dir)
}

func empty(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

// What was written after the last checkpoint is not trusted after a kill.
func TestResumeCutsToCheckpoint(t *testing.T) {
	data := random(1 << 20)
	s, url := start(t, Options{})
	loc := mustCreate(t, url, len(data), "a")
	mustPatch(t, loc, 0, data[:1000], http.StatusNoContent)
	id := loc[len(url):]
	f, err := os.OpenFile(s.store.part(id), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(make([]byte, 2<<20)) // no checkpoint covers it
	f.Close()
	s2, url := start(t, Options{Dir: s.o.Dir})
	resp, _, err := call("HEAD", url+id, nil)
	if err != nil || resp.Header.Get("Upload-Offset") != "1000" {
		t.Fatalf("%v %v", resp, err)
	}
	mustPatch(t, url+id, 1000, data[1000:], http.StatusNoContent)
	sum := sha256.Sum256(data)
	if done, err := s2.Completed(); err != nil || len(done) != 1 || done[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v %v", done, err)
	}
	r, err := s2.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the import would read %d bytes of %d, %v", len(got), len(data), err)
	}
}

func TestCutConnectionKeepsWhatCame(t *testing.T) {
	data := random(1 << 20)
	s, url := start(t, Options{})
	loc := mustCreate(t, url, len(data), "a")
	cut := io.MultiReader(bytes.NewReader(data[:700000]), failsWhen(func() bool {
		ups, err := s.Uploads()
		return err != nil || ups[0].OffsetBytes == 700000
	}))
	if _, _, err := patch(loc, 0, cut); err == nil {
		t.Fatal("the connection was not cut")
	}
	resp, _, err := call("HEAD", loc, nil)
	if err != nil || resp.Header.Get("Upload-Offset") != "700000" {
		t.Fatalf("%v %v", resp, err)
	}
	mustPatch(t, loc, 700000, data[700000:], http.StatusNoContent)
}

// failsWhen is a cable that is pulled when the condition holds.
type failsWhen func() bool

func (f failsWhen) Read([]byte) (int, error) {
	for !f() {
		runtime.Gosched()
	}
	return 0, errors.New("cable pulled")
}

func TestLimits(t *testing.T) {
	var asked int64
	space := errors.New("not enough free space: 3 MiB are free")
	s, url := start(t, Options{MaxBytes: 1 << 20, MaxIncomplete: 2, CheckSpace: func(n int64) error {
		asked = n
		if n > 2<<20 {
			return space
		}
		return nil
	}})
	refuse := func(size, status int, text string) {
		t.Helper()
		resp, got, err := create(url, size, "a")
		if err != nil || resp.StatusCode != status || !strings.Contains(got, text) {
			t.Errorf("size %d: %v %s %v, want %d", size, resp.StatusCode, got, err, status)
		}
	}
	refuse(0, http.StatusBadRequest, "empty")
	refuse(1<<20+1, http.StatusRequestEntityTooLarge, "")
	refuse(-1, http.StatusBadRequest, "")
	loc := mustCreate(t, url, 1<<20, "a")
	refuse(1<<20, http.StatusInsufficientStorage, "3 MiB are free")
	if asked != 3<<20 { // twice the new one and the rest of the first
		t.Errorf("asked for %d bytes", asked)
	}
	mustCreate(t, url, 10, "b")
	refuse(10, http.StatusTooManyRequests, "finish or cancel")
	if resp, _, err := call("DELETE", loc, nil); err != nil || resp.StatusCode != http.StatusNoContent {
		t.Errorf("cancel: %v %v", resp, err)
	}
	mustCreate(t, url, 10, strings.Repeat("ä", 500))
	ups, _ := s.Uploads()
	for _, u := range ups {
		if len(u.Filename) > maxFilename {
			t.Errorf("file name of %d bytes", len(u.Filename))
		}
	}
	for _, id := range []string{"../../etc/passwd", "..%2f..%2fx", strings.Repeat("a", 32), strings.Repeat("A", 32), "x"} {
		if resp, _, err := call("HEAD", url+id, nil); err == nil && resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMovedPermanently {
			t.Errorf("id %s: %s", id, resp.Status)
		}
	}
}

func TestExpiry(t *testing.T) {
	now := time.Unix(1700000000, 0)
	s, url := start(t, Options{Expiry: time.Hour, Now: func() time.Time { return now }})
	old := mustCreate(t, url, 10, "old")
	done := mustCreate(t, url, 1, "done")
	mustPatch(t, done, 0, []byte("x"), http.StatusNoContent)
	now = now.Add(50 * time.Minute)
	fresh := mustCreate(t, url, 10, "fresh")
	now = now.Add(20 * time.Minute)
	os.WriteFile(s.store.part(strings.Repeat("ab", 16)), []byte("stray"), 0o600)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	for loc, want := range map[string]int{old: http.StatusNotFound, fresh: http.StatusOK, done: http.StatusOK} {
		if resp, _, err := call("HEAD", loc, nil); err != nil || resp.StatusCode != want {
			t.Errorf("%s: %v %v", loc, resp, err)
		}
	}
	if left, _ := os.ReadDir(s.o.Dir); len(left) != 4 {
		t.Errorf("left: %v", left)
	}
}

// When the import cannot be started the client must not see success, and the
// upload must not be lost.
func TestCompleteFails(t *testing.T) {
	s, url := start(t, Options{Complete: func(context.Context, Upload) (string, error) {
		return "", fmt.Errorf("the agent is stopping")
	}})
	loc := mustCreate(t, url, 1, "a")
	mustPatch(t, loc, 0, []byte("x"), http.StatusInternalServerError)
	if done, err := s.Completed(); err != nil || len(done) != 1 {
		t.Errorf("%v %v", done, err)
	}
}

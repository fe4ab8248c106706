package auth

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// The hashes were made by crypt(3) of Debian's libxcrypt.
func TestCheckHash(t *testing.T) {
	for _, c := range []struct{ password, hash string }{
		{"pässwörd", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$UAi3w.V1khOnmiQzfq00d7LaG6KfSe9MVbNef5kSs64"},
		{"correct horse", "$6$saltsalt$hRM5XZ86KXEw9UOmjigeVqFgULtFB2sgpC9lXQDfMib3Zgw7mEiUvBJI2EplzfAqxL5Vvwp2scFtv/uamSo5z0"},
		{"correct horse", "$6$rounds=10000$saltsalt$EMCAJaVdD8QpgIn1w2Sq1C8/BIypyMaemdjCDgDu8NxiKn5cVOzQe8ZMNovWPPitzBG6NZOSXfpu45VIxD1OF0"},
		{"correct horse", "$5$saltsalt$myjXcpMpE2Ofk7fj9hqyNYSn6lmWG4Mqnjx.KIRRr4/"},
	} {
		if ok, err := checkHash(c.hash, c.password); !ok || err != nil {
			t.Errorf("%s: %v, %v", c.hash[:8], ok, err)
		}
		if ok, err := checkHash(c.hash, c.password+"x"); ok || err != nil {
			t.Errorf("%s, wrong password: %v, %v", c.hash[:8], ok, err)
		}
		if ok, _ := checkHash(c.hash[:len(c.hash)-1], c.password); ok {
			t.Errorf("%s, cut off: accepted", c.hash[:8])
		}
	}
}

func TestUnusableHashesAreErrorsWithoutTheHash(t *testing.T) {
	for _, hash := range []string{"", "x", "$1$saltsalt$NuzA7WTAelpl95xgBGWN60", "$y$", "$y$j9T$", "$y$jZZ$abc$def",
		"$6$rounds=999999999$saltsalt$hRM5XZ86", "$6$rounds=x$saltsalt$hRM5XZ86", "$6$", "$5$$", "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"} {
		ok, err := checkHash(hash, "correct horse")
		if ok || (err == nil && strings.HasPrefix(hash, "$6$rounds")) {
			t.Errorf("%q: %v, %v", hash, ok, err)
		}
		if err != nil && len(hash) > 8 && strings.Contains(err.Error(), hash[8:]) {
			t.Errorf("the error shows the hash: %v", err)
		}
	}
}

func TestNewHash(t *testing.T) {
	a, err := newHash(yescryptSetting, good)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := newHash(yescryptSetting, good)
	if a == b || !strings.HasPrefix(a, "$y$j9T$") || strings.ContainsAny(a, ":\n") {
		t.Errorf("hashes %s, %s", a, b)
	}
	if ok, err := checkHash(a, good); !ok || err != nil {
		t.Errorf("own hash: %v, %v", ok, err)
	}
	if ok, err := checkHash(dummyHash, good); ok || err != nil {
		t.Errorf("the dummy hash: %v, %v", ok, err)
	}
	if len(dummyHash) != len(a) {
		t.Errorf("the dummy hash has %d letters, a real one %d", len(dummyHash), len(a))
	}
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("no perl here to ask the C library about our hash")
	}
	cmd := exec.Command(perl, "-e", `$_ = <STDIN>; chomp; print crypt("`+good+`", $_)`)
	cmd.Stdin = strings.NewReader(a + "\n")
	if out, err := cmd.Output(); err != nil || string(out) != a {
		t.Errorf("crypt(3) gives %q, %v; want %s", out, err, a)
	}
}

func TestHasherBoundsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		release := make(chan struct{})
		var running atomic.Int32
		for range cap(h.queue) {
			go func() {
				if err := h.do(t.Context(), func() { running.Add(1); <-release }); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		if running.Load() != 2 {
			t.Errorf("%d run at once", running.Load())
		}
		if err := h.do(t.Context(), func() {}); !errors.Is(err, ErrBusy) {
			t.Errorf("with a full queue: %v", err)
		}
		close(release)
		synctest.Wait()
		if int(running.Load()) != cap(h.queue) {
			t.Errorf("%d of %d ran", running.Load(), cap(h.queue))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		h.running <- struct{}{}
		h.running <- struct{}{}
		if err := h.do(ctx, func() {}); !errors.Is(err, context.Canceled) {
			t.Errorf("with a cancelled context: %v", err)
		}
	})
}

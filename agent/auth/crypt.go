package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/go-crypt/crypt/algorithm/shacrypt"
	"github.com/openwall/yescrypt-go"
)

// yescryptSetting is Debian's default cost (libxcrypt's 5): 4096 blocks of 4 KiB, 16 MiB and some 30 ms. See crypt(5).
const yescryptSetting = "$y$j9T$"

// maxRounds bounds sha*crypt: a million rounds take about half a second, more is a mistake in the shadow file.
const maxRounds = 1_000_000

// crypt64 is the alphabet of crypt(5), in the order of its values.
const crypt64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newHash gives the yescrypt hash of password with a random 128-bit salt.
func newHash(setting, password string) (string, error) {
	salt := make([]byte, 22)
	_, _ = rand.Read(salt) // never fails
	for i := range salt {
		salt[i] = crypt64[salt[i]&63]
	}
	salt[21] = crypt64[int(salt[21])%4] // 22 letters are 16 bytes and 4 bits that must be 0
	h, err := yescrypt.Hash([]byte(password), append([]byte(setting), salt...))
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return string(h), nil
}

// checkHash reports whether password has the hash of a shadow file: yescrypt, SHA-512-crypt or SHA-256-crypt. Other
// methods are an error that says so.
func checkHash(hash, password string) (bool, error) {
	switch {
	case strings.HasPrefix(hash, "$y$"):
		got, err := yescrypt.Hash([]byte(password), []byte(hash))
		if err != nil {
			return false, fmt.Errorf("the password hash in the shadow file cannot be read: %w", err)
		}
		return subtle.ConstantTimeCompare(got, []byte(hash)) == 1, nil
	case strings.HasPrefix(hash, "$6$"), strings.HasPrefix(hash, "$5$"):
		if err := checkRounds(hash); err != nil {
			return false, err
		}
		digest, err := shacrypt.Decode(hash)
		if err != nil {
			return false, errors.New("the password hash in the shadow file cannot be read") // err may quote it
		}
		return digest.Match(password), nil
	}
	return false, errors.New("the password is hashed with an old method; set it again with: passwd USER")
}

func checkRounds(hash string) error {
	rest, ok := strings.CutPrefix(hash[3:], "rounds=")
	if !ok {
		return nil
	}
	var rounds int
	if _, err := fmt.Sscanf(rest, "%d$", &rounds); err != nil || rounds > maxRounds {
		return fmt.Errorf("the password hash in the shadow file asks for more than %d rounds; set the password again", maxRounds)
	}
	return nil
}

// dummyHash is checked when there is nothing to check, so that the time of an answer does not tell which users exist.
// No password is known for it.
const dummyHash = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0"

// hasher bounds how many hashes are computed at once (16 MiB and a core each), and how many wait.
type hasher struct {
	setting, dummy string
	running, queue chan struct{}
}

func newHasher() *hasher {
	return &hasher{setting: yescryptSetting, dummy: dummyHash, running: make(chan struct{}, 2), queue: make(chan struct{}, 16)}
}

// ErrBusy is returned when too many passwords are being checked.
var ErrBusy = errors.New("too many people log in at this moment; try again in a few seconds")

// do runs fn when it is its turn.
func (h *hasher) do(ctx context.Context, fn func()) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return ErrBusy
	}
	select {
	case h.running <- struct{}{}:
		defer func() { <-h.running }()
	case <-ctx.Done():
		return ctx.Err()
	}
	fn()
	return nil
}

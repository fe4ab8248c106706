package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/renameio/v2"
)

const (
	// codeAlphabet has no letters that look like others on a console.
	codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	codeLen      = 8
	codeTries    = 5
	codeFile     = "setup-code"
)

// ErrSetupDone is returned when the first user exists.
var ErrSetupDone = errors.New("this host is set up already; log in, or ask an administrator for a user")

// ErrWrongCode is returned for a setup code that is not the current one.
var ErrWrongCode = errors.New("the setup code is wrong; read it on the host's console (it changes after 5 wrong tries)")

// setupCode proves that who creates the first user sees the console. It lives in memory and, for the console, in a
// file of the run directory that only root reads; a restart of the agent makes a new one.
type setupCode struct {
	dir string

	mu    sync.Mutex
	code  string
	wrong int
}

// get gives the current code, making one when there is none.
func (s *setupCode) get() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.code == "" {
		if err := s.renew(); err != nil {
			return "", err
		}
	}
	return s.code, nil
}

// renew makes a new code. Called with mu held.
func (s *setupCode) renew() error {
	var b [codeLen]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = codeAlphabet[int(b[i])%len(codeAlphabet)] // 32 letters divide 256: no bias
	}
	s.code, s.wrong = string(b[:]), 0
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("writing the setup code for the console: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(s.dir, codeFile), append(b[:], '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the setup code for the console: %w", err)
	}
	return nil
}

// check compares a code that a person typed; case, spaces and dashes do not count.
func (s *setupCode) check(typed string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	typed = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
	if s.code != "" && subtle.ConstantTimeCompare([]byte(typed), []byte(s.code)) == 1 {
		return nil
	}
	if s.wrong++; s.wrong >= codeTries || s.code == "" {
		return errors.Join(ErrWrongCode, s.renew())
	}
	return ErrWrongCode
}

// done makes the code invalid and removes it from the console.
func (s *setupCode) done() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code = ""
	if err := os.Remove(filepath.Join(s.dir, codeFile)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("removing the setup code: %w", err)
	}
	return nil
}

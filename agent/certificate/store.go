package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/renameio/v2"
)

const (
	ownFile     = "own.pem"
	requestFile = "request.pem"
)

// Store keeps the own certificate in a directory that only root reads. Safe for concurrent use.
type Store struct {
	dir string
	mu  sync.Mutex // held by changes
	own atomic.Pointer[tls.Certificate]
}

// Open reads what is kept in dir. Its error is about a damaged own certificate and keeps nobody from working: the store
// then has none.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	text, err := s.read(ownFile)
	if err != nil || text == nil {
		return s, err
	}
	c, err := tls.X509KeyPair(text, text)
	if err != nil {
		return s, fmt.Errorf("%s is damaged, so browsers see the self-signed certificate; upload your certificate again", filepath.Join(dir, ownFile))
	}
	s.own.Store(&c)
	return s, nil
}

// Own is the installed certificate, or nil.
func (s *Store) Own() *tls.Certificate { return s.own.Load() }

// Requested says that a key waits for its certificate.
func (s *Store) Requested() bool {
	_, err := os.Stat(filepath.Join(s.dir, requestFile))
	return err == nil
}

// Request makes a certificate signing request (RFC 2986) as PEM text. Its key stays here; a second request before the
// certificate came is for the same key, so that either answer fits.
func (s *Store) Request(r Request) ([]byte, error) {
	template, err := r.template()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := s.read(requestFile)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(text)
	if err != nil { // none yet
		if key, text, err = newKey(); err != nil {
			return nil, err
		}
		if err := s.write(requestFile, text); err != nil {
			return nil, err
		}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, fmt.Errorf("making the certificate request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// Install makes browsers see the chain from their next connection on. Without a key the one of the last request, or of the
// installed certificate, must fit. A refusal changes nothing.
func (s *Store) Install(chain, key []byte, now time.Time) error {
	certs, err := parseChain(chain)
	if err != nil {
		return err
	}
	if err := checkLeaf(certs[0], now); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.fit(chain, key)
	if err != nil {
		return err
	}
	text, err := encode(c)
	if err != nil {
		return err
	}
	if err := s.write(ownFile, text); err != nil {
		return err
	}
	s.own.Store(&c)
	return s.remove(requestFile)
}

// fit finds the key of the chain. Called with mu held.
func (s *Store) fit(chain, key []byte) (tls.Certificate, error) {
	if len(bytes.TrimSpace(key)) > 0 {
		return pair(chain, key)
	}
	for _, name := range []string{requestFile, ownFile} {
		text, err := s.read(name)
		if err != nil {
			return tls.Certificate{}, err
		}
		if c, err := tls.X509KeyPair(chain, text); err == nil {
			return c, nil
		}
	}
	if !s.Requested() {
		return tls.Certificate{}, errors.New("the certificate came without its key, and no request was made on this host; give the key too")
	}
	return tls.Certificate{}, errNoMatch
}

// Remove goes back to the self-signed certificate. A request that waits stays.
func (s *Store) Remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.remove(ownFile); err != nil {
		return err
	}
	s.own.Store(nil)
	return nil
}

// read gives nil for a file that is not there.
func (s *Store) read(name string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the certificate of this host: %w", err)
	}
	return text, nil
}

func (s *Store) write(name string, text []byte) error {
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		err = renameio.WriteFile(filepath.Join(s.dir, name), text, 0o600)
	}
	if err == nil {
		err = s.sync()
	}
	if err != nil {
		return fmt.Errorf("keeping the certificate of this host: %w", err)
	}
	return nil
}

func (s *Store) remove(name string) error {
	err := os.Remove(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, s.sync())
}

func (s *Store) sync() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// encode is key and chain in the one form that is kept.
func encode(c tls.Certificate) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("keeping the key of the certificate: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, one := range c.Certificate {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one})...)
	}
	return text, nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("no key that can be read")
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("no key of the kind that is made here")
	}
	return ec, nil
}

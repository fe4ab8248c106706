package linknet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/slipway-os/slipway/linking"
)

// identityFile holds key and certificate together, so that there are always both or none.
const identityFile = "identity.pem"

// Identity is who this host is, for as long as it is installed: its id and its key.
type Identity struct {
	ID          string // UUID version 4, the serial number in the certificate's subject
	Pin         string // of the key
	Certificate tls.Certificate
	key         *ecdsa.PrivateKey
}

// LoadOrCreate reads the identity from dir, or makes it once: a P-256 key and a self-signed certificate that names the
// host. It never replaces an identity it cannot read, because that would cut the host from its group.
func LoadOrCreate(dir, hostname string) (Identity, error) {
	path := filepath.Join(dir, identityFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = create(path, hostname); err != nil {
			return Identity{}, fmt.Errorf("make the identity of this host in %s: %w", path, err)
		}
	} else if err != nil {
		return Identity{}, fmt.Errorf("read the identity of this host: %w", err)
	}
	id, err := parseIdentity(text)
	if err != nil {
		return Identity{}, fmt.Errorf("%s is damaged (%w): restore it, or reset this host and link it again", path, err)
	}
	return id, nil
}

func create(path, hostname string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	// The dates say "always": trust is in the key, and offline clocks are often wrong (RFC 5280 section 4.1.2.5 gives
	// 99991231235959Z this meaning).
	subject := pkix.Name{Organization: []string{"Slipway"}, CommonName: hostname, SerialNumber: newUUID()}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: subject, DNSNames: []string{hostname},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, &x509.Certificate{Subject: subject}, key.Public(), key)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := renameio.WriteFile(path, text, 0o600); err != nil {
		return nil, err
	}
	return text, syncDir(filepath.Dir(path))
}

func parseIdentity(text []byte) (Identity, error) {
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return Identity{}, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return Identity{}, errors.New("its key is not of the P-256 kind")
	}
	id := pair.Leaf.Subject.SerialNumber
	if id == "" {
		return Identity{}, errors.New("its certificate carries no host id")
	}
	return Identity{ID: id, Pin: linking.PinOf(pair.Leaf), Certificate: pair, key: key}, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// newUUID returns a random UUID (RFC 9562 section 5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

package profile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// certificateLife is how long a generated certificate is valid: as long as kubeadm's own CA.
const certificateLife = 10 * 365 * 24 * time.Hour

// maxCommonName is RFC 5280's upper bound of a common name (appendix A, ub-common-name).
const maxCommonName = 64

// NewCertificate makes what a variable with a CertificateKey asks for: a key pair and the certificate of a certification
// authority of that name, both PEM. Nothing of it is kept.
func NewCertificate(commonName string, now time.Time) (certificate, key []byte, err error) {
	if commonName == "" || len(commonName) > maxCommonName || !printable(commonName, "") {
		return nil, nil, fmt.Errorf("the name of a certificate must be 1 to %d printable characters", maxCommonName)
	}
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName},
		// An hour back, for hosts whose clocks are behind this one.
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), nil
}

// checkCertificates wants every CertificateKey to name a masked variable that, like its own, can hold PEM text.
func (d Definition) checkCertificates() error {
	holds := func(v Variable) bool { return v.Format == FormatBase64 || v.Format == FormatMultiline }
	for i, v := range d.Variables {
		if v.CertificateKey == "" {
			continue
		}
		key, ok := d.variable(v.CertificateKey)
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("certificateKey %.63q is no variable of this definition", v.CertificateKey)
		case !key.Masked:
			err = fmt.Errorf("the private key %s must be masked", key.Name)
		case v.Name == key.Name || !holds(v) || !holds(key):
			err = errors.New("a certificate and its key are two variables of format base64 or multiline")
		}
		if err != nil {
			return fmt.Errorf("variables[%d] %.63q: %w", i, v.Name, err)
		}
	}
	return nil
}

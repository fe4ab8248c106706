package linking

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
)

const pinPrefix = "sha256:"

// ServerName is what a client that compares pins asks for (SNI, RFC 6066 section 3). A host answers it with the key of its
// identity, whatever certificate browsers see. The domain internal is nobody's (ICANN resolution 2024.07.29.06).
const ServerName = "identity.slipway.internal"

// PinOf returns the pin of a certificate: `sha256:` and the hex SHA-256 of its SubjectPublicKeyInfo.
func PinOf(cert *x509.Certificate) string { return PinOfSPKI(cert.RawSubjectPublicKeyInfo) }

// PinOfSPKI returns the pin of a public key in its DER form (SubjectPublicKeyInfo, RFC 5280 section 4.1).
func PinOfSPKI(der []byte) string {
	sum := sha256.Sum256(der)
	return pinPrefix + hex.EncodeToString(sum[:])
}

// ValidPin says whether s is a pin in its one written form (lower case hex).
func ValidPin(s string) bool {
	digits, ok := strings.CutPrefix(s, pinPrefix)
	if !ok || len(digits) != hex.EncodedLen(sha256.Size) {
		return false
	}
	return strings.Trim(digits, "0123456789abcdef") == ""
}

package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const digestPrefix = "sha256:"

// DigestOf returns the digest of b as "sha256:<64 hex>".
func DigestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return DigestFromSum(sum[:])
}

// DigestFromSum returns the digest whose raw SHA-256 is sum.
func DigestFromSum(sum []byte) string {
	return digestPrefix + hex.EncodeToString(sum)
}

// DigestHex returns the 64 lower-case hex characters of a digest. It refuses
// every other spelling, so that one blob has one name and the result is safe
// as a file name.
func DigestHex(digest string) (string, error) {
	h, ok := strings.CutPrefix(digest, digestPrefix)
	if !ok || !isHex(h) {
		return "", fmt.Errorf("digest %.80q is not of the form sha256:<64 lower-case hex characters>", digest)
	}
	return h, nil
}

func isHex(h string) bool {
	if len(h) != sha256.Size*2 {
		return false
	}
	for _, c := range []byte(h) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

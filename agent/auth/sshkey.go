package auth

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"
)

const (
	// maxKeyLine bounds one key, in bytes: RSA of 16384 bits needs less than 3 KiB.
	maxKeyLine = 4 << 10
	// minRSABits: NIST SP 800-131A, section 3.
	minRSABits = 2048
)

// Key is one SSH key that opens an account.
type Key struct {
	Type        string // such as ssh-ed25519
	Fingerprint string // SHA256:BASE64, as ssh-keygen -l prints it
	Comment     string
	Restricted  bool // options in front of the key narrow what it may do
}

// parseKey reads a key as a person pastes it: one line of a .pub file, without options, because an option could run a
// command at each login. It gives the line to write.
func parseKey(text string) (Key, string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Key{}, "", errors.New("there is no key; paste the line of a file such as id_ed25519.pub")
	case strings.Contains(text, "PRIVATE KEY"):
		return Key{}, "", errors.New("this is a private key, which nobody else may see; paste the line of the file whose name ends in .pub")
	case len(text) > maxKeyLine:
		return Key{}, "", fmt.Errorf("a key has at most %d bytes", maxKeyLine)
	case strings.ContainsFunc(text, unicode.IsControl):
		return Key{}, "", errors.New("a key is one line; paste the line of a file such as id_ed25519.pub, one key at a time")
	}
	pub, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(text))
	switch {
	case err != nil:
		return Key{}, "", errors.New("this is no SSH public key; paste the line of a file such as id_ed25519.pub: ssh-ed25519 AAAA... name")
	case len(options) > 0:
		return Key{}, "", errors.New("options in front of a key are not accepted; paste the key alone")
	}
	if err := checkStrength(pub); err != nil {
		return Key{}, "", err
	}
	comment = strings.ToValidUTF8(comment, "")
	line := strings.TrimSpace(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub))) + " " + comment)
	return Key{Type: pub.Type(), Fingerprint: ssh.FingerprintSHA256(pub), Comment: comment}, line, nil
}

// checkStrength takes the kinds that the host's sshd accepts.
func checkStrength(pub ssh.PublicKey) error {
	switch pub.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256:
		return nil
	case ssh.KeyAlgoRSA:
		crypto, ok := pub.(ssh.CryptoPublicKey)
		if !ok {
			break
		}
		if key, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && key.N.BitLen() >= minRSABits {
			return nil
		}
		return fmt.Errorf("an RSA key needs at least %d bits; make a better one with: ssh-keygen -t ed25519", minRSABits)
	}
	return fmt.Errorf("keys of the kind %s are not accepted; make one with: ssh-keygen -t ed25519", pub.Type())
}

// keyOf reads one line of authorized_keys(5) as it stands there; ok is false for comments and what sshd would ignore.
func keyOf(line string) (k Key, ok bool) {
	if strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") {
		return Key{}, false
	}
	pub, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return Key{}, false
	}
	return Key{Type: pub.Type(), Fingerprint: ssh.FingerprintSHA256(pub), Comment: strings.ToValidUTF8(comment, ""), Restricted: len(options) > 0}, true
}

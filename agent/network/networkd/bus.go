package networkd

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// service is one object on the system bus with its main interface.
type service struct{ name, path, iface, unit string }

var (
	networkd = service{"org.freedesktop.network1", "/org/freedesktop/network1", "org.freedesktop.network1.Manager", "systemd-networkd"}
	systemd1 = service{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "dbus"}
)

// caller calls a method of a service that answers nothing of interest.
type caller func(ctx context.Context, s service, method string, args ...any) error

// systemBus makes a connection for each call: calls are rare, and the bus may have been restarted in between.
func systemBus(ctx context.Context, s service, method string, args ...any) error {
	c, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("reach the system bus (look at `systemctl status dbus`): %w", err)
	}
	err = c.Object(s.name, dbus.ObjectPath(s.path)).CallWithContext(ctx, s.iface+"."+method, 0, args...).Err
	if err != nil {
		err = fmt.Errorf("%s of %s (look at `systemctl status %s`): %w", method, s.name, s.unit, err)
	}
	return errors.Join(err, c.Close())
}

// isNamed says whether the error is the D-Bus error of that name.
func isNamed(err error, name string) bool {
	e, ok := errors.AsType[dbus.Error](err)
	return ok && e.Name == name
}

package systemd

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// service is one of systemd's helpers on the system bus: its name, its object, and the interface of that.
type service struct{ name, path, face string }

// The helpers: org.freedesktop.hostname1(5), timedate1(5) and login1(5).
var (
	hostname1 = service{"org.freedesktop.hostname1", "/org/freedesktop/hostname1", "org.freedesktop.hostname1"}
	timedate1 = service{"org.freedesktop.timedate1", "/org/freedesktop/timedate1", "org.freedesktop.timedate1"}
	login1    = service{"org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"}
)

// use opens the bus for one conversation with a helper.
func (s service) use(ctx context.Context, do func(dbus.BusObject) error) error {
	c, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("reach %s over D-Bus: %w", s.name, err)
	}
	err = do(c.Object(s.name, dbus.ObjectPath(s.path)))
	return errors.Join(err, c.Close())
}

func (s service) call(ctx context.Context, method string, args ...any) error {
	return s.use(ctx, func(o dbus.BusObject) error {
		if err := o.CallWithContext(ctx, s.face+"."+method, 0, args...).Err; err != nil {
			return fmt.Errorf("%s of %s: %w", method, s.name, err)
		}
		return nil
	})
}

func (s service) property(ctx context.Context, name string, into any) error {
	return s.use(ctx, func(o dbus.BusObject) error {
		var v dbus.Variant
		err := o.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, s.face, name).Store(&v)
		if err == nil {
			err = v.Store(into)
		}
		if err != nil {
			return fmt.Errorf("%s of %s: %w", name, s.name, err)
		}
		return nil
	})
}

// Hostname is the static host name (/etc/hostname); the kernel's when none is set.
func (Client) Hostname(ctx context.Context) (string, error) {
	var name string
	if err := hostname1.property(ctx, "StaticHostname", &name); err != nil || name != "" {
		return name, err
	}
	err := hostname1.property(ctx, "Hostname", &name)
	return name, err
}

// SetHostname sets the name for now and for later boots.
func (Client) SetHostname(ctx context.Context, name string) error {
	return hostname1.call(ctx, "SetStaticHostname", name, false)
}

// Clock is what the host knows about its time.
type Clock struct {
	Timezone string
	// NTP is true when time synchronisation is switched on, Synchronized when the kernel says that it has worked.
	NTP, Synchronized bool
}

// Clock reads the state of the host's clock.
func (Client) Clock(ctx context.Context) (Clock, error) {
	var c Clock
	return c, errors.Join(
		timedate1.property(ctx, "Timezone", &c.Timezone),
		timedate1.property(ctx, "NTP", &c.NTP),
		timedate1.property(ctx, "NTPSynchronized", &c.Synchronized))
}

// SetNTP switches time synchronisation on or off.
func (Client) SetNTP(ctx context.Context, on bool) error {
	return timedate1.call(ctx, "SetNTP", on, false)
}

// Reboot restarts the host; it returns when systemd has begun to.
func (Client) Reboot(ctx context.Context) error { return login1.call(ctx, "Reboot", false) }

// PowerOff switches the host off.
func (Client) PowerOff(ctx context.Context) error { return login1.call(ctx, "PowerOff", false) }

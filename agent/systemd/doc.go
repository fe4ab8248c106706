// Package systemd is a thin client of the host's service manager and its helpers over D-Bus: units (systemd1), host name
// (hostname1), clock (timedate1) and power (login1). It holds no state: every call opens the system bus, asks, and closes
// it, so that a restarted D-Bus broker needs no care. Users declare the interface of the few methods they need.
package systemd

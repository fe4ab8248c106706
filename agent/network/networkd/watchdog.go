package networkd

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/renameio/v2"
)

// grace is how long after the deadline the timer fires: the agent, if it lives, has settled by then.
const grace = 5 * time.Second

const (
	timerUnit   = "slipway-network-rollback.timer"
	serviceUnit = "slipway-network-rollback.service"
)

// rollbackScript does what Settle does, as far as a candidate is concerned, without the agent: the links of the candidate
// go, networkd reads the confirmed files again, and after that what only the candidate gave is taken away, which networkd
// would keep (see network.Leftovers).
const rollbackScript = `cd ` + tryDir + ` || exit 0
left=$(for f in ` + tryPrefix + `*.network; do
	[ -e "$f" ] || continue
	adapter=${f#` + tryPrefix + `}
	sed -n -E '/^(Address|Gateway)=/p' "$f" | while read -r line; do
		grep -qsxF "$line" ` + confirmedDir + `/` + confirmedPrefix + `"$adapter" || echo "${adapter%.network} $line"
	done
done)
for f in ` + tryPrefix + `*.netdev; do
	[ -e "$f" ] && networkctl delete "$(sed -n 's/^Name=//p' "$f")"
done
rm -f ` + tryPrefix + `*
networkctl reload || exit 1
echo "$left" | while read -r adapter line; do
	case $line in
	Gateway=*) ip route del default via "${line#*=}" dev "$adapter" proto static ;;
	Address=*) ip address del "${line#*=}" dev "$adapter" ;;
	esac
done
exit 0`

// scriptFile holds the script while the timer is set. It is no argument of the unit: systemd writes those to a file of its
// own, and reads them wrongly from there at a daemon-reload (systemd 252: a semicolon and a dollar sign get a backslash).
const scriptFile = "/run/systemd/slipway-network-rollback"

// Watchdog is the timer that rolls back when the agent cannot.
type Watchdog struct {
	call caller
	root string // put before the script's path, for tests
}

// NewWatchdog is the watchdog of this host.
func NewWatchdog() Watchdog { return Watchdog{call: systemBus} }

// property and auxiliary are the a(sv) and a(sa(sv)) of StartTransientUnit, org.freedesktop.systemd1(5).
type property struct {
	Name  string
	Value dbus.Variant
}

type auxiliary struct {
	Name       string
	Properties []property
}

// Arm sets the timer to 5 s after the deadline, in place of one that is set.
func (w Watchdog) Arm(ctx context.Context, deadline time.Time) error {
	if err := w.Disarm(ctx); err != nil {
		return err
	}
	script := filepath.Join("/", w.root, scriptFile)
	if err := os.MkdirAll(filepath.Dir(script), 0o755); err != nil {
		return err
	}
	if err := renameio.WriteFile(script, []byte(rollbackScript+"\n"), 0o600); err != nil {
		return err
	}
	after := max(time.Until(deadline), 0) + grace
	for {
		err := w.call(ctx, systemd1, "StartTransientUnit", timerUnit, "replace", timer(after), []auxiliary{rollback()})
		if !isNamed(err, "org.freedesktop.systemd1.UnitExists") {
			return err
		}
		// systemd forgets a stopped unit a moment after it stopped.
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Disarm takes the timer away. That there is none is no error.
func (w Watchdog) Disarm(ctx context.Context) error {
	err := w.call(ctx, systemd1, "StopUnit", timerUnit, "replace")
	if isNamed(err, "org.freedesktop.systemd1.NoSuchUnit") {
		return nil
	}
	return err
}

type monotonic struct {
	Base         string
	Microseconds uint64
}

func timer(after time.Duration) []property {
	return []property{
		{"Description", dbus.MakeVariant("Put the confirmed network settings back if the Slipway agent cannot")},
		{"TimersMonotonic", dbus.MakeVariant([]monotonic{{"OnActiveSec", uint64(after / time.Microsecond)}})},
		{"AccuracyUSec", dbus.MakeVariant(uint64(time.Second / time.Microsecond))},
		{"RemainAfterElapse", dbus.MakeVariant(false)},
	}
}

type command struct {
	Path          string
	Args          []string
	IgnoreFailure bool
}

func rollback() auxiliary {
	return auxiliary{serviceUnit, []property{
		{"Description", dbus.MakeVariant("Put the confirmed network settings back")},
		{"Type", dbus.MakeVariant("oneshot")},
		{"ExecStart", dbus.MakeVariant([]command{{"/bin/sh", []string{"/bin/sh", scriptFile}, false}})},
		{"CollectMode", dbus.MakeVariant("inactive-or-failed")},
	}}
}

package installer

import (
	"errors"
	"fmt"

	"github.com/slipway-os/slipway/iso/appliance"
)

// Plan is all that an installation will do, decided before anything is written.
type Plan struct {
	System Disk
	Pool   Pool
	// Wipe are disks with an earlier installation that must not be taken for the new one.
	Wipe  []Disk
	After string
}

// Automatic decides by the settings alone. say is told why.
func Automatic(disks []Disk, s appliance.Install, say func(string)) (Plan, error) {
	system, reasons, err := Choose(disks, s)
	for _, reason := range reasons {
		say(reason)
	}
	if err != nil {
		return Plan{}, err
	}
	pool, err := ChoosePool(disks, system, s)
	if err != nil {
		return Plan{}, err
	}
	say(pool.Reason)
	left := Leftovers(disks, system, pool)
	if len(left) > 0 && !s.Overwrite {
		return Plan{}, errors.New(left[0].String() + " carries another installation or storage pool, which would be taken for the new one: " +
			"take it out, choose the interactive installation to wipe it, or allow it with install.overwrite")
	}
	return Plan{System: system, Pool: pool, Wipe: left, After: s.After}, nil
}

// Lines describe the plan to the user.
func (p Plan) Lines() []string {
	lines := []string{"install on " + p.System.String() + ", everything on it is lost", p.Pool.Reason}
	for _, disk := range p.Wipe {
		lines = append(lines, "wipe "+disk.String())
	}
	return append(lines, fmt.Sprintf("afterwards: %s", p.After))
}

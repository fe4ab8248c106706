package installer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/slipway-os/slipway/iso/appliance"
)

// errDeclined ends a dialog in which the user did not want to install.
var errDeclined = errors.New("nothing was changed: the installation was not confirmed")

// dialog asks on a terminal, line by line, so that it works on every screen and serial line.
type dialog struct {
	in  *bufio.Reader
	out io.Writer
}

// Ask lets the user choose the disks and what happens afterwards; s holds what is suggested. Whatever would be erased is
// confirmed by typing a word, and everything once more at the end.
func Ask(in io.Reader, out io.Writer, disks []Disk, s appliance.Install) (Plan, error) {
	d := &dialog{in: bufio.NewReader(in), out: out}
	d.show(disks)
	var plan Plan
	var err error
	if plan.System, err = d.system(disks, s); err != nil {
		return Plan{}, err
	}
	if plan.Pool, err = d.pool(disks, plan.System, s); err != nil {
		return Plan{}, err
	}
	for _, disk := range Leftovers(disks, plan.System, plan.Pool) {
		d.say("%s carries an earlier installation or storage pool, which would be taken for the new one.", disk)
		answer, err := d.ask("Wipe it? yes or no", "yes")
		if err != nil {
			return Plan{}, err
		}
		if answer != "yes" {
			return Plan{}, errors.New("take " + disk.Path + " out of the machine, or let it be wiped; nothing was changed")
		}
		plan.Wipe = append(plan.Wipe, disk)
	}
	if plan.After, err = d.choice("After the installation: reboot, poweroff or nothing", s.After,
		appliance.AfterReboot, appliance.AfterPowerOff, appliance.AfterNothing); err != nil {
		return Plan{}, err
	}
	return plan, d.confirm(plan)
}

func (d *dialog) show(disks []Disk) {
	d.say("The disks of this machine:")
	for i, disk := range disks {
		what := strings.Join(disk.Contents, ", ")
		switch {
		case disk.Medium:
			what = "the medium that was booted"
		case disk.Ours && disk.Cut:
			what = "an installation that was cut off"
		case disk.Ours:
			what = "an earlier installation (" + what + ")"
		case disk.Pool:
			what = "a storage pool"
		case what == "":
			what = "blank"
		}
		d.say("  %d  %s: %s", i+1, disk, what)
	}
}

// system asks for the system disk; the suggestion is what an automatic installation would take.
func (d *dialog) system(disks []Disk, s appliance.Install) (Disk, error) {
	suggested, _, err := Choose(disks, s)
	if err != nil {
		d.say("No disk can be suggested: %v", err)
	}
	for {
		disk, err := d.disk("Install on which disk", disks, suggested.Path, "")
		if err != nil {
			return Disk{}, err
		}
		named := s
		named.Target, named.Overwrite = disk.Path, true
		if why := unfit(disk, named, true); why != "" {
			d.say("%s cannot be used: %s.", disk.Path, why)
			continue
		}
		return disk, d.erase(disk)
	}
}

func (d *dialog) pool(disks []Disk, system Disk, s appliance.Install) (Pool, error) {
	suggested, err := ChoosePool(disks, system, s)
	if err != nil {
		d.say("%v", err)
	}
	def := suggested.Disk.Path
	if def == "" {
		def = appliance.PoolNone
	}
	for {
		disk, err := d.disk("Storage pool on which disk, or none", disks, def, appliance.PoolNone)
		if err != nil {
			return Pool{}, err
		}
		named := s
		if named.Pool, named.Overwrite = disk.Path, true; disk.Path == "" {
			named.Pool = appliance.PoolNone
		}
		pool, err := ChoosePool(disks, system, named)
		if err != nil {
			d.say("%v", err)
			continue
		}
		if pool.Format {
			return pool, d.erase(disk)
		}
		if pool.Disk.Pool {
			return d.oldPool(pool)
		}
		return pool, nil
	}
}

// oldPool asks what becomes of the content of an earlier installation's pool.
func (d *dialog) oldPool(pool Pool) (Pool, error) {
	d.say("%s is the storage pool of an earlier installation.", pool.Disk)
	answer, err := d.choice("Wipe it, or keep its content", "wipe", "wipe", "keep")
	if err != nil || answer == "keep" {
		return pool, err
	}
	pool.Format, pool.Reason = true, pool.Disk.String()+": becomes the storage pool, what is on it is lost"
	return pool, d.erase(pool.Disk)
}

// disk asks for a disk by number or path, or for the word none.
func (d *dialog) disk(question string, disks []Disk, def, none string) (Disk, error) {
	for {
		answer, err := d.ask(question, def)
		if err != nil {
			return Disk{}, err
		}
		if none != "" && answer == none {
			return Disk{}, nil
		}
		for i, disk := range disks {
			if answer == disk.Path || answer == strconv.Itoa(i+1) {
				return disk, nil
			}
		}
		d.say("There is no disk %q.", answer)
	}
}

func (d *dialog) choice(question, def string, choices ...string) (string, error) {
	for {
		answer, err := d.ask(question, def)
		if err != nil {
			return "", err
		}
		for _, c := range choices {
			if answer == c {
				return c, nil
			}
		}
		d.say("%q is not one of them.", answer)
	}
}

// erase makes sure that the user knows what is lost.
func (d *dialog) erase(disk Disk) error {
	if len(disk.Contents) == 0 {
		return nil
	}
	answer, err := d.ask(fmt.Sprintf("%s has data on it (%s). Type ERASE to lose it", disk.Path, strings.Join(disk.Contents, ", ")), "")
	if err == nil && answer != "ERASE" {
		err = errDeclined
	}
	return err
}

func (d *dialog) confirm(plan Plan) error {
	d.say("Summary:")
	for _, line := range plan.Lines() {
		d.say("  %s", line)
	}
	answer, err := d.ask("Type INSTALL to begin", "")
	if err == nil && answer != "INSTALL" {
		err = errDeclined
	}
	return err
}

func (d *dialog) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\r\n", args...) }

// ask returns a line, or def for an empty one.
func (d *dialog) ask(question, def string) (string, error) {
	if def != "" {
		question += " [" + def + "]"
	}
	fmt.Fprint(d.out, question+": ")
	line, err := d.in.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the terminal was closed: %w", errDeclined)
	}
	if line = strings.TrimSpace(line); line == "" {
		return def, nil
	}
	return line, nil
}

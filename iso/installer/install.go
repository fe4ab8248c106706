package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/iso/appliance"
)

const (
	liveMark     = "/run/cos/live_mode"
	medium       = "/run/initramfs/live"
	settingsFile = medium + "/slipway/install.yaml"
	userDataFile = medium + "/config.yaml"
	logFile      = "/run/slipway-install.log"
	consoleList  = "/sys/class/tty/console/active"
)

// Run installs Slipway, without asking or, interactive, with a dialog on this terminal, and then restarts or switches off
// the machine. It refuses to run anywhere but in the live system of a medium.
func Run(ctx context.Context, interactive bool) error {
	if _, err := os.Stat(liveMark); err != nil {
		return errors.New("this is not the live system of a Slipway medium: boot the machine from the medium to install")
	}
	consoles := openConsoles(consoleList)
	defer consoles.Close()
	err := run(ctx, consoles, interactive)
	switch {
	case errors.Is(err, errDeclined):
		consoles.say(err.Error())
	case err != nil:
		consoles.say("INSTALLATION FAILED: " + err.Error())
		consoles.say("The log is " + logFile + " (read it with: less " + logFile + "). Restart the machine to try again.")
	}
	return err
}

func run(ctx context.Context, consoles *consoles, interactive bool) error {
	settings, err := readSettings()
	if err != nil {
		return err
	}
	consoles.clear()
	consoles.show(settings.Branding.Banner())
	consoles.say("Slipway is going to be installed on this machine.")
	plan, overwrite, err := decide(ctx, consoles, settings, interactive)
	if err != nil {
		return err
	}
	config, err := configuration(ctx, consoles)
	if err != nil {
		return err
	}
	// The system disk too: a power cut between its new partitions and their file systems would bring old ones back, with
	// the mark of the old installation.
	for _, disk := range append(plan.Wipe, plan.System) {
		if err := wipe(ctx, disk); err != nil {
			return err
		}
	}
	if plan.Pool.Format { // before the system, so that an installed host always has the pool that was decided
		if err := plan.Pool.format(ctx, overwrite); err != nil {
			return err
		}
	}
	if err := install(ctx, plan.System, config, consoles); err != nil {
		return fmt.Errorf("install on %s: %w", plan.System.Path, err)
	}
	if err := bringContent(ctx, plan.System, consoles); err != nil {
		return err
	}
	unix.Sync()
	if err := finish(ctx, plan.System); err != nil {
		return fmt.Errorf("mark the installation as complete: %w", err)
	}
	consoles.say("SLIPWAY IS INSTALLED on " + plan.System.Path + ". Remove the medium if the machine boots it first.")
	return afterwards(ctx, plan.After, consoles)
}

// decide makes the plan, before anything is written. overwrite says that the pool's disk may have something on it.
func decide(ctx context.Context, consoles *consoles, settings appliance.Install, interactive bool) (plan Plan, overwrite bool, err error) {
	disks, err := listDisks(ctx)
	if err != nil {
		return Plan{}, false, err
	}
	if interactive {
		plan, err = Ask(os.Stdin, os.Stdout, disks, settings)
		return plan, true, err
	}
	plan, err = Automatic(disks, settings, consoles.say)
	return plan, settings.Overwrite, err
}

func listDisks(ctx context.Context) ([]Disk, error) {
	list, err := exec.CommandContext(ctx, "lsblk", "--json", "--bytes", "--output", Columns).Output()
	if err != nil {
		return nil, fmt.Errorf("list the disks: %w", err)
	}
	disks, err := ParseDisks(list)
	for i, disk := range disks {
		disks[i].Cut = disk.Cut || disk.Ours && cutOff(ctx, disk)
	}
	return disks, err
}

// wipe makes a disk one that nothing on it is found of any more.
func wipe(ctx context.Context, disk Disk) error {
	for _, command := range wipeCommands(disk) {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("wipe %s: %s: %w: %s", disk.Path, command[0], err, out)
		}
	}
	return nil
}

// wipeCommands take down the logical volumes of an earlier system, which the live system has found and which would hold the
// disk, and remove the signatures of its partitions and of itself.
func wipeCommands(disk Disk) (commands [][]string) {
	for _, path := range disk.Mapped {
		commands = append(commands, []string{"dmsetup", "remove", "--retry", path})
	}
	for _, path := range append(slices.Clone(disk.Partitions), disk.Path) {
		commands = append(commands, []string{"wipefs", "--all", "--force", path})
	}
	return commands
}

func readSettings() (appliance.Install, error) {
	data, err := os.ReadFile(settingsFile)
	if err != nil {
		return appliance.Install{}, fmt.Errorf("read the medium's settings: %w", err)
	}
	settings, err := appliance.ParseInstall(data)
	if err != nil {
		return appliance.Install{}, fmt.Errorf("the medium's settings (%s): %w", settingsFile, err)
	}
	settings.Target, settings.Pool = resolve(settings.Target), resolve(settings.Pool)
	return settings, nil
}

// resolve follows a name such as /dev/disk/by-id/... to the disk; other words, and names that lead nowhere, stay.
func resolve(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil && filepath.IsAbs(path) {
		return target
	}
	return path
}

// install runs kairos-agent, which makes the partitions and the images.
func install(ctx context.Context, disk Disk, config string, consoles *consoles) error {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, "kairos-agent", "manual-install", "--device", disk.Path, config)
	cmd.Env = append(os.Environ(), progressVariable)
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return err
	}
	reported := follow(output, log, consoles.say)
	if err := cmd.Wait(); reported != nil || err != nil {
		return errors.Join(reported, err)
	}
	return nil
}

func afterwards(ctx context.Context, after string, consoles *consoles) error {
	switch after {
	case appliance.AfterReboot:
		consoles.say("Restarting.")
		return exec.CommandContext(ctx, "systemctl", "--no-block", "reboot").Run()
	case appliance.AfterPowerOff:
		consoles.say("Switching off.")
		return exec.CommandContext(ctx, "systemctl", "--no-block", "poweroff").Run()
	default:
		return nil
	}
}

// consoles are all consoles of the kernel: whoever looks at one of them sees what happens.
type consoles struct {
	open      []io.WriteCloser
	terminals int // so many of them, the first ones; another one is standard output
}

// openConsoles opens those that list names and that can be opened: a serial console may have no port. Standard output,
// which is the journal or a terminal, gets the lines too, unless it is one of them.
func openConsoles(list string) *consoles {
	c := &consoles{}
	names, _ := os.ReadFile(list) // without consoles standard output remains
	stdout, _ := os.Stdout.Stat()
	shown := false
	for _, name := range strings.Fields(string(names)) {
		tty, err := os.OpenFile("/dev/"+name, os.O_WRONLY|unix.O_NOCTTY, 0)
		if err != nil {
			continue
		}
		c.open = append(c.open, tty)
		c.terminals++
		info, err := tty.Stat()
		shown = shown || err == nil && os.SameFile(info, stdout)
	}
	if !shown {
		c.open = append(c.open, nopCloser{os.Stdout})
	}
	return c
}

// clear takes what the boot wrote off the screens (ECMA-48, 8.3.39).
func (c *consoles) clear() {
	for _, tty := range c.open[:c.terminals] {
		_, _ = io.WriteString(tty, "\x1b[H\x1b[2J")
	}
}

// say writes a line everywhere.
func (c *consoles) say(text string) { c.show("\r\nslipway: " + text + "\r\n") }

// show writes a text everywhere; a console that does not take it is no reason to stop.
func (c *consoles) show(text string) {
	for _, w := range c.open {
		_, _ = io.WriteString(w, text)
	}
}

func (c *consoles) Close() {
	for _, w := range c.open {
		w.Close()
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

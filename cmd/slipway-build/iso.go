package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/sbom"
	"github.com/slipway-os/slipway/iso"
	"github.com/slipway-os/slipway/iso/appliance"
	"github.com/slipway-os/slipway/iso/rootfs"
)

type isoOptions struct {
	config, out string
	image       rootfs.ImageOptions
}

func newISOCommand() *cobra.Command {
	var o isoOptions
	cmd := &cobra.Command{
		Use:   "iso [-c appliance.yaml] -o NAME.iso",
		Short: "Make the bootable image of the appliance",
		Long: `Make the image that installs Slipway: it boots as CD, USB disk and virtual media,
under UEFI and BIOS. Needs root. appliance.yaml says what differs from the defaults.

Equal inputs give an equal image; its dates are $SOURCE_DATE_EPOCH, or a fixed day.`,
		Example: `  slipway-build iso --agent bin/slipway -o slipway.iso
  slipway-build iso --agent bin/slipway -c appliance.yaml -o slipway.iso
  slipway-build iso verify slipway.iso`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.image.Log = cmd.ErrOrStderr()
			return buildISO(cmd, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.config, "config", "c", "", "appliance.yaml (default: everything as it comes)")
	flags.StringVarP(&o.out, "output", "o", "", "image to write")
	flags.StringVar(&o.image.Agent, "agent", "", "slipway binary to install (static)")
	flags.StringVar(&o.image.Cache, "cache", "", "cache directory (default $SLIPWAY_CACHE or ~/.cache/slipway)")
	flags.BoolVar(&o.image.Small, "small", false, "leave out drivers that virtual machines do not need")
	for _, flag := range []string{"output", "agent"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // the flag is defined above
		}
	}
	cmd.AddCommand(newISOVerifyCommand())
	return cmd
}

func buildISO(cmd *cobra.Command, o isoOptions) error {
	epoch, err := sourceDate(os.Getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	a, err := readAppliance(o.config)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "slipway-iso-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if o.image.Pages, err = pages(); err != nil {
		return err
	}
	bakery := &bakery{folder: filepath.Dir(o.config), temp: temp, epoch: epoch, log: o.image.Log}
	files, size, err := bakery.bake(cmd.Context(), a.Content)
	if err != nil {
		return err
	}
	content, err := mediumContent(a.WithRoom(size), filepath.Dir(o.config))
	if err != nil {
		return err
	}
	if a.Base != "" {
		if o.image.Base, err = flatBase(cmd.Context(), bakery.path(a.Base), temp); err != nil {
			return fmt.Errorf("base: %w", err)
		}
	}
	content.Baked, content.Epoch, o.image.Epoch = files, epoch, epoch
	parts, err := rootfs.BuildImage(cmd.Context(), o.image)
	if err != nil {
		return err
	}
	spec, err := iso.Tree(iso.Parts(parts), content)
	if err != nil {
		return err
	}
	start := time.Now()
	defer iso.SaveMemory()()
	if err := iso.Write(cmd.Context(), spec, o.out); err != nil {
		return err
	}
	info, err := os.Stat(o.out)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s written: %d MB in %.1f s\n", o.out, info.Size()>>20, time.Since(start).Seconds())
	return nil
}

// readAppliance reads appliance.yaml; without one everything is as it comes.
func readAppliance(path string) (appliance.Appliance, error) {
	if path == "" {
		return appliance.Default(), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return appliance.Appliance{}, err
	}
	a, err := appliance.Parse(text)
	if err != nil {
		return appliance.Appliance{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// mediumContent is what of an appliance goes on the medium as it is; folder is that of appliance.yaml.
func mediumContent(a appliance.Appliance, folder string) (iso.Content, error) {
	var userData []byte
	if a.UserData != "" {
		var err error
		if userData, err = os.ReadFile(filepath.Join(folder, a.UserData)); err != nil {
			return iso.Content{}, err
		}
	}
	if a.Theme != "" {
		var err error
		if a.Host.Theme, err = readTheme(filepath.Join(folder, a.Theme)); err != nil {
			return iso.Content{}, fmt.Errorf("theme: %w", err)
		}
	}
	config, err := a.CloudConfig(userData)
	if err != nil {
		return iso.Content{}, fmt.Errorf("%s: %w", a.UserData, err)
	}
	a.Install.Branding = a.Branding
	settings, err := a.Install.Marshal()
	if err != nil {
		return iso.Content{}, err
	}
	return iso.Content{
		Menu: iso.Menu{Release: a.Release, Name: a.Branding.Name, Color: a.Branding.Color,
			Consoles: a.Consoles, Arguments: a.KernelArguments},
		Settings: settings, UserData: config,
	}, nil
}

// sourceDate reads SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/); without one every image
// has the same day.
func sourceDate(value string) (time.Time, error) {
	if value == "" {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), nil
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	// The years that an ISO9660 directory record and a squashfs can both hold.
	if err != nil || seconds < 0 || seconds > 1<<32-1 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q; want seconds since 1970", value)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func newISOVerifyCommand() *cobra.Command {
	var format string
	var components bool
	cmd := &cobra.Command{
		Use:   "verify NAME.iso",
		Short: "Read an image back: boot entries, partition table, the digest of every file",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := iso.Verify(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			}
			w := cmd.OutOrStdout()
			fmt.Fprintf(w, "%s: whole\nSlipway %s, volume %s, %d MB\nboots: BIOS %t, UEFI %t, as CD and as disk\n",
				args[0], report.Release, report.VolumeID, report.Size>>20, report.BIOS, report.UEFI)
			for _, f := range report.Files {
				fmt.Fprintf(w, "  %-28s %11d  sha256:%s\n", f.Path, f.Size, f.SHA256)
			}
			return printComponents(w, report.Components, components)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "", "json prints the answer for programs")
	cmd.Flags().BoolVar(&components, "components", false, "list every Debian package, Go module and npm package with version and licence")
	return cmd
}

// printComponents counts what is in the image, or lists it.
func printComponents(w io.Writer, list []sbom.Component, each bool) error {
	count := map[sbom.Kind]int{}
	unknown := 0
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range list {
		count[c.Kind]++
		if c.Licence == "" {
			unknown++
			c.Licence = "not found"
		}
		if each {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", c.Kind, c.Name, c.Version, c.Licence)
		}
	}
	fmt.Fprintf(t, "%d Debian packages, %d Go modules, %d npm packages, %d of them without a licence that was recognised\n",
		count[sbom.Debian], count[sbom.Go], count[sbom.NPM], unknown)
	if !each {
		fmt.Fprintln(t, "--components lists them with version and licence, -o json for programs")
	}
	return t.Flush()
}

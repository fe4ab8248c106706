package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/cmd/slipway-build/builder"
)

func newBundleCommand() *cobra.Command {
	var o builder.Options
	var cache string
	cmd := &cobra.Command{
		Use:   "bundle -f bundle.yaml -o NAME.tar.zst",
		Short: "Make a content bundle from images, packs and cluster definitions",
		Long: `Make a content bundle: one file with everything that a cluster needs offline.

bundle.yaml names images (built from pinned modules, or taken from an OCI layout,
a docker archive or a registry), packs and cluster definitions. Equal inputs give
an equal bundle; a bundle that is up to date is left alone.`,
		Example: `  slipway-build bundle -f bundle.yaml -o default.tar.zst
  slipway-build bundle list default.tar.zst
  slipway-build bundle verify default.tar.zst`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cache == "" {
				var err error
				if cache, err = defaultCache(); err != nil {
					return err
				}
			}
			o.Cache = filepath.Join(cache, "bundle", "cache")
			o.Log = cmd.ErrOrStderr()
			result, err := builder.Build(cmd.Context(), o)
			if err != nil {
				return err
			}
			state := "written"
			if result.UpToDate {
				state = "up to date"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s: %d MB, %s\n", o.Out, state, result.SizeBytes>>20, result.Digest)
			return nil
		},
	}
	cmd.Flags().StringVarP(&o.File, "file", "f", "", "the recipe, a bundle.yaml")
	cmd.Flags().StringVarP(&o.Out, "output", "o", "", "the bundle to write, NAME.tar.zst")
	cmd.Flags().StringVar(&cache, "cache", "", "folder for finished steps (default $SLIPWAY_CACHE or ~/.cache/slipway)")
	for _, flag := range []string{"file", "output"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err)
		}
	}
	cmd.AddCommand(newBundleListCommand(), newBundleVerifyCommand())
	return cmd
}

// defaultCache is $SLIPWAY_CACHE, or slipway in the user's cache folder.
func defaultCache() (string, error) {
	if dir := os.Getenv("SLIPWAY_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", errors.Join(errors.New("set SLIPWAY_CACHE to a folder for finished steps"), err)
	}
	return filepath.Join(dir, "slipway"), nil
}

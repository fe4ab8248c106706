package main

import (
	"github.com/spf13/cobra"
)

func newAgentCommand() *cobra.Command {
	var root string
	cmd := &cobra.Command{Use: "agent", Short: "Run the agent of this host", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return runAgent(cmd.Context(), root)
	}}
	cmd.Flags().StringVar(&root, "root", "/", "keep everything under this directory, for several agents on one machine")
	return cmd
}

// Command kube-vip is upstream kube-vip with its version filled in.
package main

import "github.com/kube-vip/kube-vip/cmd"

func main() {
	cmd.Release.Version = "v0.9.2"
	cmd.Execute()
}

// Package preset reads what an appliance presets on the hosts that are installed from it, and says what is wrong with it.
//
//	appliance.yaml "host:"           checked by slipway-build, with line and column
//	  └─> cloud-config "slipway:"    on the medium; the user-data of a cidata medium may change it for one machine
//	        └─> /oem/90_custom.yaml  on the installed host; it survives a reset
//	              └─> the agent, once, at its first start: from then on the host is the owner's
//
// The package is pure: package agent applies a preset with the parts that own each setting.
package preset

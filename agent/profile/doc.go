// Package profile holds the pure rules of cluster definitions: a profile (packs in layers) with the variables that the wizard
// asks for. It parses, validates and merges; it reads no files and knows nothing of hosts.
//
//	definition.yaml --Parse--> Definition --Merge(values)--> all values --Validate--> verdict per variable
//	                                                             \--Redact--> what may be shown
//
// A definition may bring a screen of its own for its variables: one HTML file with its styles, scripts and pictures inside, as text in
// the definition, so that it is stored, synced and signed with it. The reference product lets bundles ship such screens too. Ours
// are strangers in the page: shown in a sandboxed frame with an origin of its own (no cookie, no storage, no network, no way to
// another address), they only exchange messages with the wizard, which holds what comes back to the same rules as its own form:
//
//	screen --> wizard  {slipway: "ready"} · {slipway: "values", values: {name: text}} · {slipway: "height", pixels: n}
//	wizard --> screen  {slipway: "form", cluster, theme: "light" | "dark", variables: [...], values: {name: text}, faults: {name: sentence}}
//
// A form goes to the screen when it is ready and whenever something changed. Values of masked variables, of hidden ones and of those
// that are read only are never in it; the last two cannot be set either. Layout hints in the definition would have been less, but not what
// an author of a screen wants; everything that they could say (sections, order, help, options) the plain form has already, and one can always
// go back to it: a screen need not be usable with a screen reader or on a phone.
//
// A definition comes out of an uploaded bundle, so it is hostile input: every size is bounded and unknown keys are refused.
package profile

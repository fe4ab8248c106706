// Package profile holds the pure rules of cluster definitions: a profile (packs in layers) with the variables that the wizard
// asks for. It parses, validates and merges; it reads no files and knows nothing of hosts.
//
//	definition.yaml --Parse--> Definition --Merge(values)--> all values --Validate--> verdict per variable
//	                                                             \--Redact--> what may be shown
//
// A definition comes out of an uploaded bundle, so it is hostile input: every size is bounded and unknown keys are refused.
package profile

package host

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// MaxTags is how many tags a host may have.
const MaxTags = 32

// maxTagValue bounds the value of a tag, in characters.
const maxTagValue = 63

var tagKey = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)

// CheckTags says what is wrong with the tags of a host.
func CheckTags(tags map[string]string) error {
	if len(tags) > MaxTags {
		return fmt.Errorf("a host has at most %d tags, not %d", MaxTags, len(tags))
	}
	var all []error
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		switch {
		case !tagKey.MatchString(key):
			all = append(all, fmt.Errorf("%.70q is no key of a tag: want up to 63 letters, digits, dots, dashes and underscores, with a letter or digit at both ends", key))
		case utf8.RuneCountInString(value) > maxTagValue:
			all = append(all, fmt.Errorf("the value of tag %s has more than %d characters", key, maxTagValue))
		case !printable(value):
			all = append(all, fmt.Errorf("the value of tag %s has characters that cannot be shown", key))
		}
	}
	return errors.Join(all...)
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

package installer

import (
	"slices"
	"testing"
)

func TestTenths(t *testing.T) {
	var said []string
	told := tenths(func(text string) { said = append(said, text) })
	for done := int64(0); done <= 1000; done += 7 {
		told(done, 1000)
	}
	told(1000, 1000)
	told(0, 0)
	if len(said) != 10 || said[0] != "content: 10 %" || !slices.IsSorted(said[:9]) || said[9] != "content: 100 %" {
		t.Errorf("said %q", said)
	}
}

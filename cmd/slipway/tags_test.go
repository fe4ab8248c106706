package main

import (
	"strings"
	"testing"
)

// Feature 55.
func TestTagsOfArguments(t *testing.T) {
	tags := map[string]string{"site": "Hamburg", "rack": "7"}
	if err := addTags(tags, []string{"rack=8", "note=a=b", "empty="}); err != nil || tagList(tags) != "empty=, note=a=b, rack=8, site=Hamburg" {
		t.Errorf("%s, %v", tagList(tags), err)
	}
	if err := addTags(tags, []string{"rack"}); err == nil || !strings.Contains(err.Error(), "write KEY=VALUE") {
		t.Errorf("without a value: %v", err)
	}
	if err := dropTags(tags, []string{"note", "empty"}); err != nil || tagList(tags) != "rack=8, site=Hamburg" {
		t.Errorf("%s, %v", tagList(tags), err)
	}
	if err := dropTags(tags, []string{"hall"}); err == nil || !strings.Contains(err.Error(), "it has rack=8, site=Hamburg") {
		t.Errorf("one that is not there: %v", err)
	}
}

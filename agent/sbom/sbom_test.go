package sbom

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	want := []Component{
		{Debian, "libstdc++6", "12.2.0-14+deb12u1", "GPL-3+"},
		{Debian, "util-linux", "2.38.1", "GPL-2, BSD-4-clause"},
		{Go, "github.com/google/renameio/v2", "v2.0.0", "Apache-2.0"},
		{Go, "go", "1.26.0", ""},
		{NPM, "@scope/table", "6.1.0", "MIT"},
	}
	mixed := append(slices.Clone(want), want[0])
	slices.Reverse(mixed)
	data, err := Encode(mixed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(data); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, part := range []string{`"pkg:deb/debian/libstdc++6@12.2.0-14+deb12u1"`, `"pkg:golang/github.com/google/renameio/v2@v2.0.0"`, `"pkg:npm/%40scope/table@6.1.0"`} {
		if !bytes.Contains(data, []byte(part)) {
			t.Errorf("%s is not in %s", part, data)
		}
	}
	again, err := Encode(want)
	if err != nil || !bytes.Equal(data, again) {
		t.Error("the order of the list shows in the file")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"bomFormat":"CycloneDX","components":[{"name":"a","version":"1","purl":"pkg:deb/debian/a@1"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Decode(data)
		if err != nil {
			return
		}
		// What was read can be written and read again.
		again, err := Encode(list)
		if err == nil {
			_, err = Decode(again)
		}
		if err != nil && len(again) <= MaxBytes {
			t.Error(err)
		}
	})
}

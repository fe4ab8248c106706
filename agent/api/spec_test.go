package api

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The generated code carries the contract that it was made from: it must be the one in openapi.yaml. `make generate` mends it.
func TestGeneratedCodeIsOfThisContract(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	written, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range written.Paths.Map() {
		for _, op := range item.Operations() { // the generator makes it the name of a Go method
			op.OperationID = strings.ToUpper(op.OperationID[:1]) + op.OperationID[1:]
		}
	}
	generated, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	plain := func(doc *openapi3.T) (v any) {
		raw, err := json.Marshal(doc)
		if err == nil {
			err = json.Unmarshal(raw, &v)
		}
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if !reflect.DeepEqual(plain(written), plain(generated)) {
		t.Error("api.gen.go was made from another openapi.yaml: run make generate")
	}
}

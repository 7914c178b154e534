package config

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestSchema(t *testing.T) {
	got := Schema(testBlocks()...)
	if !json.Valid(got) {
		t.Fatal("not JSON")
	}
	golden(t, "testdata/schema.json", got)
	if !bytes.Equal(got, Schema(testBlocks()...)) {
		t.Error("not the same a second time")
	}
}

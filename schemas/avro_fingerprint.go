package schemas

import "github.com/linkedin/goavro/v2"

// avroFingerprint is the CRC-64-AVRO of a schema's canonical form, 0 for one that has none.
func avroFingerprint(schema string) uint64 {
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		return 0
	}
	return codec.Rabin
}

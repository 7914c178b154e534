package schemas

import "github.com/linkedin/goavro/v2"

// avroFingerprint is the CRC-64-AVRO of a schema's canonical form, 0 for one that has none. goavro, which is asked only
// here, panics on some schemas, such as a record whose default is itself.
func avroFingerprint(schema string) (fingerprint uint64) {
	defer func() {
		if recover() != nil {
			fingerprint = 0
		}
	}()
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		return 0
	}
	return codec.Rabin
}

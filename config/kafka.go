package config

import (
	"fmt"
	"net/url"
	"strings"
)

// Kafka is the brokers and what ebb creates there.
type Kafka struct {
	Brokers        []string        `yaml:"brokers" doc:"addresses to start from, host:port"`
	Guarantee      string          `yaml:"guarantee" enum:"exactly_once,at_least_once" doc:"what a crash may do to the output"`
	CommitInterval Duration        `yaml:"commit_interval" min:"1ms" doc:"within what time a record is to be seen: a transaction collects for so long, less what the last one took to commit, and for half of it at least"`
	SessionTimeout Duration        `yaml:"session_timeout" min:"1s" doc:"how long a member may be silent before the others get its partitions; brokers allow 6s to 30m unless told otherwise"`
	Start          Start           `yaml:"start" doc:"where a group without offsets begins: earliest, latest or an RFC 3339 time"`
	Topics         Topics          `yaml:"topics" doc:"settings of the topics ebb creates"`
	TLS            *TLS            `yaml:"tls" doc:"encrypt connections to the brokers; {} trusts the system's authorities"`
	SASL           *SASL           `yaml:"sasl" doc:"how to log in to the brokers"`
	SchemaRegistry *SchemaRegistry `yaml:"schema_registry" doc:"where Avro schemas are"`
}

// Topics are the settings of the topics ebb creates.
type Topics struct {
	Partitions  int      `yaml:"partitions" min:"1" doc:"how many partitions"`
	Replication int      `yaml:"replication" min:"1" doc:"how many copies of each record"`
	MinInsync   int      `yaml:"min_insync" min:"1" doc:"how many copies must have been written; at most replication"`
	Retention   Duration `yaml:"retention" min:"1ms" doc:"how long records are kept, where a topic is not compacted"`
}

// TLS encrypts connections; that it is written turns it on.
type TLS struct {
	Enabled            bool   `yaml:"enabled" doc:"false turns it off again"`
	CA                 string `yaml:"ca" doc:"PEM file of the authorities to trust instead of the system's"`
	Cert               string `yaml:"cert" doc:"PEM file of the client's certificate"`
	Key                string `yaml:"key" doc:"PEM file of the client's key"`
	ServerName         string `yaml:"server_name" doc:"name the brokers' certificates must have; default: the address"`
	InsecureSkipVerify bool   `yaml:"insecure_skip_verify" doc:"trust any certificate; for tests only"`
}

// SASL is how to log in.
type SASL struct {
	Mechanism string `yaml:"mechanism" required:"true" enum:"plain,scram-sha-256,scram-sha-512" doc:"how the password is shown to the brokers"`
	User      string `yaml:"user" required:"true" doc:"who logs in"`
	Password  string `yaml:"password" required:"true" doc:"best from the environment: ${KAFKA_PASSWORD}"`
}

// SchemaRegistry is where Avro schemas are.
type SchemaRegistry struct {
	URL      string `yaml:"url" required:"true" doc:"its address, such as http://localhost:8081"`
	User     string `yaml:"user" doc:"who logs in, if anybody has to"`
	Password string `yaml:"password" doc:"best from the environment: ${REGISTRY_PASSWORD}"`
}

// Check wants at least one broker, each an entry of its own.
func (k *Kafka) Check(report func(path, message string)) {
	if len(k.Brokers) == 0 {
		report("brokers", "expected at least one broker, found none; write it like brokers: [localhost:9092]")
	}
	for i, b := range k.Brokers {
		if b == "" || strings.ContainsAny(b, ", /") {
			report(fmt.Sprintf("brokers[%d]", i), fmt.Sprintf("expected one broker's host:port, found %q; write several like [one:9092, two:9092]", b))
		}
	}
}

// Check keeps what is created writable: with more copies asked for than there are, every write would fail.
func (t *Topics) Check(report func(path, message string)) {
	if t.MinInsync > t.Replication {
		report("min_insync", fmt.Sprintf("expected at most replication (%d), found %d; raise replication or lower min_insync", t.Replication, t.MinInsync))
	}
}

// SetDefaults turns it on.
func (t *TLS) SetDefaults() { t.Enabled = true }

// Check wants a certificate with its key.
func (t *TLS) Check(report func(path, message string)) {
	if (t.Cert == "") != (t.Key == "") {
		report("", "expected cert and key together, found one of them; add the other, or remove both")
	}
}

// Check wants an address that can be called.
func (s *SchemaRegistry) Check(report func(path, message string)) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		report("url", fmt.Sprintf("expected an http or https address, found %q; write it like http://localhost:8081", s.URL))
	}
}

package main

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/ebbstream/ebb/config"
)

// askAgain is how soon the brokers are asked again where topics and their leaders are. Kafka's own clients wait for 0.1 s; the 5 s that
// franz-go waits if told nothing are 5 s without a commit whenever a topic is new or a leader has moved.
const askAgain = 200 * time.Millisecond

// clientOptions are how the brokers are reached.
func clientOptions(s *settings) ([]kgo.Opt, error) {
	options := []kgo.Opt{kgo.SeedBrokers(s.Kafka.Brokers...), kgo.SoftwareNameAndVersion("ebb", release()), kgo.MetadataMinAge(askAgain)}
	if t := s.Kafka.TLS; t != nil && t.Enabled {
		c, err := tlsOf(t)
		if err != nil {
			return nil, err
		}
		options = append(options, kgo.DialTLSConfig(c))
	}
	if login := s.Kafka.SASL; login != nil {
		options = append(options, kgo.SASL(mechanism(login)))
	}
	return options, nil
}

func tlsOf(t *config.TLS) (*tls.Config, error) {
	c := &tls.Config{ServerName: t.ServerName, InsecureSkipVerify: t.InsecureSkipVerify, MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		text, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, asked("kafka.tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, asked("kafka.tls.ca: %w", errors.New("no certificate in "+t.CA))
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, asked("kafka.tls.cert: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

func mechanism(login *config.SASL) sasl.Mechanism {
	switch login.Mechanism {
	case "scram-sha-256":
		return scram.Auth{User: login.User, Pass: login.Password}.AsSha256Mechanism()
	case "scram-sha-512":
		return scram.Auth{User: login.User, Pass: login.Password}.AsSha512Mechanism()
	}
	return plain.Auth{User: login.User, Pass: login.Password}.AsMechanism()
}

// newInstance is a name that no other member has.
func newInstance() string { return "i-" + rand.Text() }

// ownEvents is ebb's own input: CloudEvents, keyed by profile.
func ownEvents(s *settings) (*source, error) {
	made, faults := compileSources(config.Sources{{Topic: s.Name + ".events", Format: "cloudevents", Keyed: true}}, ".", s.catalog.Plan.Fields)
	if len(faults) > 0 {
		return nil, fmt.Errorf("reading %s.events: %s", s.Name, faults[0])
	}
	return made[0], nil
}

// release is what the brokers are told: their rules for it leave out what a build may have in its version.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.SplitN(info.Main.Version, "+", 2)[0]
	}
	return "devel"
}

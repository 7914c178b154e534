package demo

import (
	"errors"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Broker is a Kafka broker in this process, on loopback. What it was given it keeps in a folder.
type Broker struct {
	Address string
	cluster *kfake.Cluster
}

// StartBroker starts it at a port, 0 being any. The port is what keeps two of them from one folder.
func StartBroker(dir string, port int, topic string, partitions int) (*Broker, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("making the broker's folder: %w", err)
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.DataDir(dir))
	if err != nil {
		return nil, fmt.Errorf("starting the broker: %w", err)
	}
	b := &Broker{Address: cluster.ListenAddrs()[0], cluster: cluster}
	if cluster.TopicInfo(topic) == nil {
		if err := cluster.CreateTopic(topic, int32(partitions), nil); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			cluster.Close()
			return nil, fmt.Errorf("making topic %s: %w", topic, err)
		}
	}
	return b, nil
}

// Close writes what is not yet in the folder, and ends the broker.
func (b *Broker) Close() { b.cluster.Close() }

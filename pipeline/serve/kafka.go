package serve

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kprom"
)

// Hook counts what the clients of Kafka do, in the node's metrics.
//
// The plug-in is made for one client, and a member makes one for each session: so its metrics are registered once, here, and
// outlive the clients. Its gauges are of the one client that it was made with, and are left out.
func (n *Node) Hook() kgo.Hook {
	m := kprom.NewMetrics("ebb", kprom.Subsystem("kafka"), kprom.Registerer(counters{n.metrics.registry}), kprom.Histograms(kprom.RequestDurationE2E),
		kprom.NativeBucketFactor(1))
	m.OnNewClient(nil)
	return hook{m}
}

type hook struct{ *kprom.Metrics }

func (hook) OnNewClient(*kgo.Client)    {}
func (hook) OnClientClosed(*kgo.Client) {}

// counters is a registry that gauges do not get into.
type counters struct{ prometheus.Registerer }

func (c counters) MustRegister(all ...prometheus.Collector) {
	for _, one := range all {
		if _, gauge := one.(prometheus.GaugeFunc); !gauge {
			c.Registerer.MustRegister(one)
		}
	}
}

func (c counters) Register(one prometheus.Collector) error {
	c.MustRegister(one)
	return nil
}

// Package broker attacks the delivery guarantee on a real Apache Kafka: members that count, and ebb run itself, are killed,
// frozen and sent away, their folders deleted, the broker stopped and started, and what can be read afterwards is compared
// with a single pass over the input, which for ebb run is a replay.
//
// The tests run when asked for (make broker). They take the brokers of KAFKA_BROKERS if it is set, else a container where
// Docker is, else a broker of their own from Maven's jars where Java is. Where none of them is to be had, they fail.
package broker

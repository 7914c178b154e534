// Package simulate attacks the delivery guarantee thousands of times: members of a group on brokers in this process, under a
// clock of their own, are killed, cut off, frozen and stopped at instants that a seed chooses, and what can be read afterwards
// is compared with a single pass over the input. What is folded is either a counter, whose outputs name their records, or the
// whole engine.
package simulate

// Package serve is what a member of the group shows over HTTP: profiles, why somebody is in a segment, metrics, health.
//
//  1. What is read is what Kafka has committed, and an answer says up to which offsets: nothing of it is taken back.
//  2. Readers have chains of their own, and take no lock that a fold waits for.
//  3. A counter counts what was committed. What is folded and then dropped was never there.
//  4. Whoever can reach the listener from elsewhere, or through a browser, needs the token; metrics and health never do.
//
// Only the profiles of the tasks that the member holds are there: queries are not forwarded to the other members.
package serve

// Package demo is what `ebb demo` has in place of the world: a broker in this process, and shoppers who click, buy, stay
// away, say yes to mail and take it back. What reads their events is the service itself, and knows nothing of this package.
//
//  1. The shoppers of a seed always do the same at the same event times. So a demo goes on where it stopped by letting them
//     do it all again, without what the topic holds already.
//  2. No event is ahead of the wall clock: their time begins in the past and goes by fast until it has caught up.
package demo

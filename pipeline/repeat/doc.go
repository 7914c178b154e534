// Package repeat does again what a service did: from its first commit on, each with the records it had and with the watermark it
// had come to, without publishing anything.
//
//  1. What a commit covered is known by its record in <name>.commits: input offsets and the watermark. Its timestamp is the wall
//     clock.
//  2. Sources are merged by time, as they were; but which of them were waited for in vain is not known. So an event that was
//     behind the watermark when it came may be judged otherwise, and no other (SPEC section 5, point 5).
//  3. What is gone from the topics cannot be repeated, and nothing after it can: that is an error.
package repeat

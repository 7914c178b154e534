// Package past reads what topics hold, from their first record to the last that is committed now: for bounded runs, which
// join no group, commit nothing and write nothing.
//
//  1. Each partition is a source of its own, in its order; a merge by time puts them together as the service would.
//  2. It ends by offsets asked for at the beginning: what is written meanwhile is not seen.
//  3. Of each partition no more than a few fetches are in memory, however far the others are behind.
package past

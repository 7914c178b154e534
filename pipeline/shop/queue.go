package shop

import "container/heap"

// A Queue gives what was pushed in the order of Before. The zero value is empty.
type Queue[T interface{ Before(T) bool }] struct{ items items[T] }

// Len is how many there are.
func (q *Queue[T]) Len() int { return len(q.items) }

// First is the least, which stays. There must be one.
func (q *Queue[T]) First() T { return q.items[0] }

// Push adds one.
func (q *Queue[T]) Push(x T) { heap.Push(&q.items, x) }

// Pop takes the least. There must be one.
func (q *Queue[T]) Pop() T { return heap.Pop(&q.items).(T) }

// FixFirst finds the place of what was the first, when that has changed.
func (q *Queue[T]) FixFirst() { heap.Fix(&q.items, 0) }

// items are what container/heap asks for.
type items[T interface{ Before(T) bool }] []T

func (h items[T]) Len() int           { return len(h) }
func (h items[T]) Less(i, j int) bool { return h[i].Before(h[j]) }
func (h items[T]) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push adds one at the end.
func (h *items[T]) Push(x any) { *h = append(*h, x.(T)) }

// Pop takes the last.
func (h *items[T]) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	clear((*h)[last:]) // so that it is not kept from being collected
	*h = (*h)[:last]
	return x
}

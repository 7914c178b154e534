package pipeline

// sinkHeap restores the order of a heap below i, when what stands there may have become later. A merge replaces the top of a
// heap again and again, for which container/heap has a call through an interface for each comparison.
func sinkHeap[T any](heap []T, i int, before func(a, b T) bool) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if before(heap[child], heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}

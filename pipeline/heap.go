package pipeline

// sinkHeap restores the order of a heap below i, when what stands there may have become later. A merge replaces the top of a
// heap again and again, for which container/heap has a call through an interface for each comparison.
func sinkHeap[T interface{ before(T) bool }](heap []T, i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(heap); child++ {
			if heap[child].before(heap[least]) {
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

package fitting

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// shardRows is the number of rows of one shard. It is fixed, so that a sum is put together in the same
// order, and comes out the same to the last digit, on any number of cores.
const shardRows = 1 << 13

// Sum adds up vectors of length dim over the rows 0 to n-1 with all cores: part adds what the rows lo to
// hi-1 contribute to acc. Parts run at the same time, so part must only read what it shares. The result does
// not depend on the number of cores.
func Sum(n, dim int, part func(lo, hi int, acc []float64)) []float64 {
	total := make([]float64, dim)
	shards := (n + shardRows - 1) / shardRows
	if shards <= 1 {
		part(0, n, total)
		return total
	}
	parts := make([][]float64, shards)
	Parallel(shards, func(i int) {
		acc := make([]float64, dim)
		part(i*shardRows, min((i+1)*shardRows, n), acc)
		parts[i] = acc
	})
	for _, p := range parts {
		for j, v := range p {
			total[j] += v
		}
	}
	return total
}

// Parallel calls work for every i from 0 to n-1 on all cores and returns when all calls have. Work that
// writes only to places of its own i gives the same result on any number of cores.
func Parallel(n int, work func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

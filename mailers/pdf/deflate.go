package pdf

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// pageLevel is the compression of page content: level 3 is a fiftieth smaller and a twentieth slower.
const pageLevel = 2

// deflaters are writers to use again, by level: a new one allocates over a megabyte.
var deflaters [10]sync.Pool

type deflater struct {
	zip *zlib.Writer
	out bytes.Buffer
}

// deflate compresses data as a FlateDecode stream. What it gives depends on level and data alone.
func deflate(level int, data []byte) []byte {
	d, ok := deflaters[level].Get().(*deflater)
	if !ok {
		d = &deflater{}
		zip, err := zlib.NewWriterLevel(&d.out, level)
		if err != nil { // only a level out of range, and they are constants
			panic(err)
		}
		d.zip = zip
	}
	d.out.Reset()
	d.zip.Reset(&d.out)
	if _, err := d.zip.Write(data); err != nil {
		panic(fmt.Errorf("pdf: deflate into memory: %w", err)) // a buffer never fails
	}
	if err := d.zip.Close(); err != nil {
		panic(fmt.Errorf("pdf: deflate into memory: %w", err))
	}
	body := bytes.Clone(d.out.Bytes())
	if d.out.Cap() < 4<<20 { // an image's buffer is not worth keeping
		deflaters[level].Put(d)
	}
	return body
}

// samples keeps compressed pictures by their key, since a photograph takes as long to compress as thousands of
// pages and every file of a job has it again.
var samples struct {
	sync.Mutex
	byKey map[string][]byte
	size  int
}

// maxSamples is how many bytes of compressed pictures are kept; small ones are compressed anew.
const (
	maxSamples   = 32 << 20
	smallSamples = 64 << 10
)

// deflateSamples compresses a picture's samples, which its key stands for.
func deflateSamples(key string, data []byte) []byte {
	if len(data) < smallSamples {
		return deflate(6, data)
	}
	samples.Lock()
	body, ok := samples.byKey[key]
	samples.Unlock()
	if ok {
		return body
	}
	body = deflate(6, data)
	samples.Lock()
	defer samples.Unlock()
	if samples.byKey == nil || samples.size+len(body) > maxSamples {
		samples.byKey, samples.size = map[string][]byte{}, 0
	}
	if _, ok := samples.byKey[key]; !ok && len(body) <= maxSamples {
		samples.byKey[key] = body
		samples.size += len(body)
	}
	return body
}

//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

// used is what this process has used so far.
type used struct {
	cpu  time.Duration
	peak int64 // bytes of resident memory
}

func usage() used {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return used{}
	}
	peak := int64(u.Maxrss)       //nolint:unconvert // on some machines it has 32 bits
	if runtime.GOOS != "darwin" { // there it is in bytes, elsewhere in kibibytes
		peak <<= 10
	}
	return used{cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano()), peak: peak}
}

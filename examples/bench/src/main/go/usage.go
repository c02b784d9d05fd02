// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"syscall"
	"time"
)

const impl = "go"

// resources is what this process has used since it started.
type resources struct {
	cpu time.Duration // user and system
	memory
}

// memory is part of every result. Collections run beside the program: only
// what stops it counts as their time.
type memory struct {
	MaxRSSBytes    int64   `json:"max_rss_bytes"`
	MaxHeapBytes   uint64  `json:"max_heap_bytes"`
	MaxDirectBytes int64   `json:"max_direct_bytes"` // always 0
	AllocatedBytes uint64  `json:"allocated_bytes"`
	GCCount        uint32  `json:"gc_count"`
	GCMillis       float64 `json:"gc_millis"`
	GCMaxMillis    float64 `json:"gc_max_millis"` // of the last 256
}

// cpuTime returns the user and system time that this process has spent.
func cpuTime() (time.Duration, error) {
	ru, err := rusage()
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano()), err
}

func rusage() (syscall.Rusage, error) {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		return ru, fmt.Errorf("getrusage: %w", err)
	}
	return ru, nil
}

func readUsage() (resources, error) {
	ru, err := rusage()
	if err != nil {
		return resources{}, err
	}
	unit := int64(1024)
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return resources{
		cpu: time.Duration(ru.Utime.Nano() + ru.Stime.Nano()),
		memory: memory{
			MaxRSSBytes:    int64(ru.Maxrss) * unit,
			MaxHeapBytes:   m.HeapSys,
			AllocatedBytes: m.TotalAlloc,
			GCCount:        m.NumGC,
			GCMillis:       rounded(float64(m.PauseTotalNs)/1e6, 3),
			GCMaxMillis:    rounded(float64(slices.Max(m.PauseNs[:]))/1e6, 3),
		},
	}, nil
}

func rounded(f float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(f*scale) / scale
}

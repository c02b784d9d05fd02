// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// maxInFlight is within what a stream queues, so that a stall makes answers
// late, not lost.
const maxInFlight = 2048

// schedule says when each message of a steady rate is to be sent, and takes how
// long after that its answer came. A message that leaves late because others
// held it up counts from when it should have left, so a stall is seen by all
// that it delays (coordinated omission). The first are to warm up, and do not
// count.
type schedule struct {
	period     float64 // nanoseconds
	warmup     int64   // how many go before the first whose time counts
	count      int64   // all in all
	firstIndex uint64
	start      time.Time
	times      []time.Duration // appended to by the goroutine that brings answers
	got        atomic.Int64
}

func (s *schedule) intended(n int64) time.Duration { return time.Duration(float64(n) * s.period) }

func (s *schedule) due(now time.Time) int64 {
	return min(s.count, int64(float64(now.Sub(s.start))/s.period)+1)
}

func (s *schedule) answered(index uint64, now time.Time) {
	if n := int64(index - s.firstIndex); n >= 0 && n < s.count {
		if n >= s.warmup {
			s.times = append(s.times, now.Sub(s.start)-s.intended(n))
		}
		s.got.Add(1)
	}
}

// atRate sends at a steady rate and returns how long each answer took. It goes
// from warming up to measuring without a break.
func (p *pinger) atRate(o *options) ([]time.Duration, error) {
	// The runtime's own timers may be a millisecond late, the kernel's are not.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	period := float64(time.Second) / float64(o.rate)
	warmup, measured := int64(float64(o.warmup)/period), int64(float64(o.seconds)/period)
	s := &schedule{
		period:     period,
		warmup:     warmup,
		count:      warmup + measured,
		firstIndex: p.index + 1,
		start:      time.Now(),
		times:      make([]time.Duration, 0, measured),
	}
	p.schedule.Store(s)
	progress := time.Now()
	for sent := int64(0); s.got.Load() < s.count; {
		for due := min(s.due(time.Now()), s.got.Load()+maxInFlight); sent < due; sent++ {
			if sent == s.warmup {
				if err := p.begin(); err != nil {
					return nil, err
				}
			}
			p.index++
			p.node.send(p.messages.appFrom(p.index))
			progress = time.Now()
		}
		if time.Since(progress) > stallTimeout {
			return nil, fmt.Errorf("no answer for %s", stallTimeout)
		}
		pause := time.Millisecond
		if sent < s.count {
			pause = s.intended(sent) - time.Since(s.start)
		}
		sleep(max(pause, time.Nanosecond))
	}
	p.schedule.Store(nil)
	return s.times, nil
}

func sleep(d time.Duration) {
	pause := unix.NsecToTimespec(d.Nanoseconds())
	unix.Nanosleep(&pause, nil)
}

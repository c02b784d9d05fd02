// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"go.etcd.io/raft/v3/raftpb"
)

type pingResult struct {
	Role  string  `json:"role"`
	Impl  string  `json:"impl"`
	Size  int     `json:"size"`
	Count int     `json:"count"`
	P50   float64 `json:"p50_us"`
	P90   float64 `json:"p90_us"`
	P99   float64 `json:"p99_us"`
	P999  float64 `json:"p999_us"`

	P99Tenth float64 `json:"p99_tenth_us"` // the median of the p99 of each tenth

	Rate       int     `json:"rate"` // 0 for one after the other
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
	memory
}

// pinger sends a MsgApp, waits for its answer, and sends the next.
type pinger struct {
	node     *node
	messages *messages
	index    uint64
	answers  chan uint64
	schedule atomic.Pointer[schedule] // nil for one after the other

	start     time.Time     // of the measured interval
	cpuBefore time.Duration // spent when it began
}

func runPing(o *options) error {
	n, err := newNode(o)
	if err != nil {
		return err
	}
	p := &pinger{node: n, messages: newMessages(o, 0, 0), answers: make(chan uint64, 64)}
	if err := n.start(p.receive); err != nil {
		return err
	}
	defer n.stop()
	n.addPeers()
	printReady()
	if err := n.awaitStreams(); err != nil {
		return err
	}
	if err := p.probe(); err != nil {
		return err
	}
	note("peer %s answers, warming up for %s", o.peerID, o.warmup)

	disturbed := n.disturbances()
	times, err := p.run(o)
	if err != nil {
		return err
	}
	took := time.Since(p.start)
	used, err := readUsage()
	if err != nil {
		return err
	}
	if d := n.disturbances() - disturbed; d > 0 {
		return fmt.Errorf("%d messages were dropped or streams closed on the way: the figures are void", d)
	}
	p99Tenth := medianTenth(times, 0.99)
	slices.Sort(times)
	return printResult(pingResult{
		Role:  "ping",
		Impl:  impl,
		Size:  o.size,
		Count: len(times),
		P50:   percentile(times, 0.5),
		P90:   percentile(times, 0.9),
		P99:   percentile(times, 0.99),
		P999:  percentile(times, 0.999),

		P99Tenth:   p99Tenth,
		Rate:       o.rate,
		Seconds:    rounded(took.Seconds(), 3),
		CPUSeconds: rounded((used.cpu - p.cpuBefore).Seconds(), 3),
		memory:     used.memory,
	})
}

func (p *pinger) receive(m *raftpb.Message) {
	if m.GetType() == raftpb.MsgAppResp {
		if s := p.schedule.Load(); s != nil {
			s.answered(m.GetIndex(), time.Now())
		} else {
			p.answers <- m.GetIndex()
		}
	}
}

// probe pings until a ping is answered.
func (p *pinger) probe() error {
	for deadline := time.Now().Add(connectTimeout); ; {
		answered, err := p.ping(time.After(probeTimeout))
		if err != nil || answered {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("peer %s at %s has answered nothing within %s",
				p.node.peers[0].id, p.node.peers[0].url, connectTimeout)
		}
	}
}

// run warms up, pings, and returns how long each round trip took.
func (p *pinger) run(o *options) ([]time.Duration, error) {
	if o.rate == 0 {
		return p.oneByOne(o)
	}
	return p.atRate(o)
}

// begin marks the beginning of the measured interval.
func (p *pinger) begin() (err error) {
	p.cpuBefore, err = cpuTime()
	p.start = time.Now()
	return err
}

func (p *pinger) oneByOne(o *options) ([]time.Duration, error) {
	times := make([]time.Duration, 0, 1<<20)
	measuring := false
	late := time.NewTimer(stallTimeout)
	defer late.Stop()
	for end := time.Now().Add(o.warmup); ; {
		sent := time.Now()
		if !sent.Before(end) {
			if measuring {
				return times, nil
			}
			measuring = true
			if err := p.begin(); err != nil {
				return nil, err
			}
			sent = p.start
			end = sent.Add(o.seconds)
		}
		answered, err := p.ping(late.C)
		if err != nil {
			return nil, err
		}
		if !answered {
			return nil, fmt.Errorf("no answer to the MsgApp of index %d within %s", p.index, stallTimeout)
		}
		if measuring {
			times = append(times, time.Since(sent))
		}
		late.Reset(stallTimeout)
	}
}

// ping sends one MsgApp and waits for its answer, which need not come if it is late.
func (p *pinger) ping(late <-chan time.Time) (answered bool, err error) {
	p.index++
	p.node.send(p.messages.appFrom(p.index))
	for {
		select {
		case index := <-p.answers:
			if index == p.index {
				return true, nil
			}
		case err := <-p.node.failed:
			return false, err
		case <-late:
			return false, nil
		}
	}
}

// medianTenth returns the median of the percentiles of tenths of the times,
// which one stall of the machine does not change, in microseconds.
func medianTenth(times []time.Duration, p float64) float64 {
	const tenths = 10
	size := len(times) / tenths
	if size == 0 {
		return 0
	}
	percentiles := make([]float64, tenths)
	for i := range percentiles {
		tenth := slices.Clone(times[i*size : (i+1)*size])
		slices.Sort(tenth)
		percentiles[i] = percentile(tenth, p)
	}
	slices.Sort(percentiles)
	return percentiles[tenths/2-1]
}

// percentile returns a percentile of sorted times by nearest rank, in microseconds.
func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := max(int(math.Ceil(p*float64(len(sorted)))), 1)
	return rounded(float64(sorted[rank-1].Nanoseconds())/1000, 1)
}

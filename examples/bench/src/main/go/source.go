// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"go.etcd.io/raft/v3/raftpb"
)

const (
	// probeTimeout is how long a probe may go unanswered before the next one.
	probeTimeout = time.Second
	// stallTimeout is how long a sink may acknowledge nothing at all.
	stallTimeout = 10 * time.Second
)

type sourceResult struct {
	Role        string  `json:"role"`
	Impl        string  `json:"impl"`
	Work        string  `json:"work"`
	Size        int     `json:"size"`    // 0 for work small
	Entries     int     `json:"entries"` // 0 for work small
	Seconds     float64 `json:"seconds"`
	Messages    uint64  `json:"messages"`
	PerSecond   float64 `json:"per_second"`
	Acked       uint64  `json:"acked"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	MaxRSSBytes int64   `json:"max_rss_bytes"`
}

// source sends bulk messages as fast as its window allows.
type source struct {
	node   *node
	next   func() *raftpb.Message
	window uint64

	sent  atomic.Uint64 // since the probe
	base  uint64        // the sink's count after the probe
	count atomic.Uint64 // the sink's count
	wake  chan struct{} // holds a token when count has changed
}

func runSource(o *options) error {
	n, err := newNode(o)
	if err != nil {
		return err
	}
	s := &source{node: n, window: o.window, wake: make(chan struct{}, 1)}
	s.next = bulk(o)
	if err := n.start(s.receive); err != nil {
		return err
	}
	defer n.stop()

	disturbances := n.disturbances
	if o.work == workPipeline {
		disturbances = n.undelivered.Load // the peer's stream requests are all refused
		n.addRemote()
	} else {
		n.addPeer()
	}
	printReady()
	if o.work != workPipeline {
		if err := n.awaitStreams(); err != nil {
			return err
		}
	}
	if err := s.probe(); err != nil {
		return err
	}
	note("peer %s acknowledges, warming up for %s", o.peerID, o.warmup)

	disturbed := disturbances()
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.run(stop)
	}()
	result, err := s.measure(o)
	close(stop)
	<-stopped
	if err != nil {
		return err
	}
	if err := s.drain(); err != nil {
		return err
	}
	if d := disturbances() - disturbed; d > 0 {
		return fmt.Errorf("%d messages were dropped or streams closed on the way: the figures are void", d)
	}
	return printResult(result)
}

// bulk returns the generator of the messages for the work asked for.
func bulk(o *options) func() *raftpb.Message {
	messages := newMessages(o)
	if o.work == workSmall {
		return messages.heartbeatResp
	}
	index := uint64(0)
	return func() *raftpb.Message {
		m := messages.appFrom(index)
		index += uint64(o.entries)
		return m
	}
}

func (s *source) receive(m *raftpb.Message) {
	if m.GetType() == raftpb.MsgAppResp && raise(&s.count, m.GetIndex()) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// probe sends single messages until one is acknowledged, and takes the sink's
// count from there: the sink may have served another source before.
func (s *source) probe() error {
	for deadline := time.Now().Add(connectTimeout); ; {
		s.node.send(s.next())
		select {
		case <-s.wake:
			time.Sleep(settleTime) // for the acknowledgement of an earlier probe
			s.base = s.count.Load()
			return nil
		case err := <-s.node.failed:
			return err
		case <-time.After(probeTimeout):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("peer %s at %s has acknowledged nothing within %s",
				s.node.peerID, s.node.peerURL, connectTimeout)
		}
	}
}

func (s *source) acked() uint64 { return s.count.Load() - s.base }

func (s *source) run(stop <-chan struct{}) {
	sent, limit := uint64(0), s.window
	for {
		for sent >= limit {
			if limit = s.acked() + s.window; sent < limit {
				break
			}
			select {
			case <-s.wake:
			case <-stop:
				return
			}
		}
		select {
		case <-stop:
			return
		default:
		}
		s.node.send(s.next())
		sent++
		s.sent.Store(sent)
	}
}

func (s *source) measure(o *options) (*sourceResult, error) {
	if err := s.watch(o.warmup); err != nil {
		return nil, err
	}
	usedBefore, err := readUsage()
	if err != nil {
		return nil, err
	}
	start, sentBefore, ackedBefore := time.Now(), s.sent.Load(), s.acked()
	if err := s.watch(o.seconds); err != nil {
		return nil, err
	}
	took, sent, acked := time.Since(start), s.sent.Load()-sentBefore, s.acked()-ackedBefore
	used, err := readUsage()
	if err != nil {
		return nil, err
	}
	result := &sourceResult{
		Role:        "source",
		Impl:        impl,
		Work:        o.work,
		Size:        o.size,
		Entries:     o.entries,
		Seconds:     rounded(took.Seconds(), 3),
		Messages:    sent,
		PerSecond:   rounded(float64(acked)/took.Seconds(), 1),
		Acked:       acked,
		CPUSeconds:  rounded((used.cpu - usedBefore.cpu).Seconds(), 3),
		MaxRSSBytes: used.maxRSS,
	}
	if o.work == workSmall {
		result.Size, result.Entries = 0, 0
	}
	return result, nil
}

// watch waits for d, and fails if the node does or the sink falls silent.
func (s *source) watch(d time.Duration) error {
	end := time.After(d)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	acked, since := s.acked(), time.Now()
	for {
		select {
		case <-end:
			return nil
		case err := <-s.node.failed:
			return err
		case <-tick.C:
			if now := s.acked(); now != acked {
				acked, since = now, time.Now()
			} else if time.Since(since) > stallTimeout {
				return fmt.Errorf("no acknowledgement for %s: %d messages sent, %d acknowledged",
					stallTimeout, s.sent.Load(), acked)
			}
		}
	}
}

// drain waits for the acknowledgement of everything that was sent.
func (s *source) drain() error {
	deadline := time.After(stallTimeout)
	for s.acked() < s.sent.Load() {
		select {
		case <-s.wake:
		case err := <-s.node.failed:
			return err
		case <-deadline:
			return fmt.Errorf("%d messages sent, but only %d acknowledged %s after the last: the figures are void",
				s.sent.Load(), s.acked(), stallTimeout)
		}
	}
	return nil
}

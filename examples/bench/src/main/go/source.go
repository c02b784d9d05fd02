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
	Role       string  `json:"role"`
	Impl       string  `json:"impl"`
	Work       string  `json:"work"`
	Size       int     `json:"size"`    // 0 for work small; of a snapshot, its bytes
	Entries    int     `json:"entries"` // 0 for work small
	Seconds    float64 `json:"seconds"`
	Messages   uint64  `json:"messages"`
	PerSecond  float64 `json:"per_second"` // of snapshots, bytes
	Acked      uint64  `json:"acked"`
	CPUSeconds float64 `json:"cpu_seconds"`
	Allocated  uint64  `json:"allocated"`
	memory
}

// source sends bulk messages to each of its peers as fast as their windows allow.
type source struct {
	node      *node
	outlets   []*outlet
	firstPeer uint64
	wake      chan struct{} // holds a token when a count has changed
}

// outlet is what one of the peers is sent.
type outlet struct {
	next   func() *raftpb.Message
	window uint64

	sent  atomic.Uint64 // since the probe
	base  uint64        // the sink's count after the probe
	count atomic.Uint64 // the sink's count
}

func runSource(o *options) error {
	if o.work == workSnapshot {
		return runSnapshots(o)
	}
	n, err := newNode(o)
	if err != nil {
		return err
	}
	s := &source{node: n, firstPeer: uint64(o.peerID), wake: make(chan struct{}, 1)}
	for i := range o.peerURLs {
		s.outlets = append(s.outlets, &outlet{next: bulk(o, i), window: o.window})
	}
	if err := n.start(s.receive); err != nil {
		return err
	}
	defer n.stop()

	disturbances := n.disturbances
	if o.work == workPipeline {
		disturbances = n.undelivered.Load // the peer's stream requests are all refused
		n.addRemote()
	} else {
		n.addPeers()
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
	note("%d peers acknowledge, warming up for %s", len(s.outlets), o.warmup)

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
func bulk(o *options, to int) func() *raftpb.Message {
	messages := newMessages(o, 0, to)
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
	if m.GetType() == raftpb.MsgAppResp && raise(&s.outlets[m.GetFrom()-s.firstPeer].count, m.GetIndex()) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// probe sends single messages to each peer until one is acknowledged, and takes
// the sink's count from there: the sink may have served another source before.
func (s *source) probe() error {
	for _, out := range s.outlets {
		if err := s.probeOne(out); err != nil {
			return err
		}
	}
	time.Sleep(settleTime) // for the acknowledgement of an earlier probe
	for _, out := range s.outlets {
		out.base = out.count.Load()
	}
	return nil
}

func (s *source) probeOne(out *outlet) error {
	for deadline := time.Now().Add(connectTimeout); ; {
		s.node.send(out.next())
		again := time.After(probeTimeout)
		for waiting := true; waiting; {
			select {
			case <-s.wake:
				if out.count.Load() > 0 {
					return nil
				}
			case err := <-s.node.failed:
				return err
			case <-again:
				waiting = false
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("a peer has acknowledged nothing within %s", connectTimeout)
		}
	}
}

func (out *outlet) acked() uint64 { return out.count.Load() - out.base }

func (s *source) acked() (sum uint64) {
	for _, out := range s.outlets {
		sum += out.acked()
	}
	return sum
}

func (s *source) sent() (sum uint64) {
	for _, out := range s.outlets {
		sum += out.sent.Load()
	}
	return sum
}

// inARow keeps one peer from waiting until another's whole window is full.
const inARow = 256

func (s *source) run(stop <-chan struct{}) {
	for {
		sent := uint64(0)
		for _, out := range s.outlets {
			already := out.sent.Load()
			room := min(out.acked()+out.window-already, inARow)
			for i := range room {
				s.node.send(out.next())
				out.sent.Store(already + i + 1)
			}
			sent += room
		}
		if sent == 0 {
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
	start, sentBefore, ackedBefore := time.Now(), s.sent(), s.acked()
	if err := s.watch(o.seconds); err != nil {
		return nil, err
	}
	took, sent, acked := time.Since(start), s.sent()-sentBefore, s.acked()-ackedBefore
	used, err := readUsage()
	if err != nil {
		return nil, err
	}
	result := &sourceResult{
		Role:       "source",
		Impl:       impl,
		Work:       o.work,
		Size:       o.size,
		Entries:    o.entries,
		Seconds:    rounded(took.Seconds(), 3),
		Messages:   sent,
		PerSecond:  rounded(float64(acked)/took.Seconds(), 1),
		Acked:      acked,
		CPUSeconds: rounded((used.cpu - usedBefore.cpu).Seconds(), 3),
		Allocated:  used.AllocatedBytes - usedBefore.AllocatedBytes,
		memory:     used.memory,
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
					stallTimeout, s.sent(), acked)
			}
		}
	}
}

// drain waits for the acknowledgement of everything that was sent.
func (s *source) drain() error {
	deadline := time.After(stallTimeout)
	for s.acked() < s.sent() {
		select {
		case <-s.wake:
		case err := <-s.node.failed:
			return err
		case <-deadline:
			return fmt.Errorf("%d messages sent, but only %d acknowledged %s after the last: the figures are void",
				s.sent(), s.acked(), stallTimeout)
		}
	}
	return nil
}

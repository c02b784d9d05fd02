// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.etcd.io/raft/v3/raftpb"
)

// ackDelay is how long a message may wait for the ackEvery-th one.
const ackDelay = time.Millisecond

type sinkResult struct {
	Role       string  `json:"role"`
	Impl       string  `json:"impl"`
	Messages   uint64  `json:"messages"`
	CPUSeconds float64 `json:"cpu_seconds"`
	memory
}

// sink counts bulk messages and acknowledges the count.
type sink struct {
	node     *node
	messages *messages
	every    uint64
	dir      string

	count atomic.Uint64
	acked atomic.Uint64
	timer *time.Timer
	armed atomic.Bool
}

// runSink runs one sink for each URL to listen at.
func runSink(o *options) error {
	var nodes []*node
	var receive []func(*raftpb.Message)
	var sinks []*sink
	for i := range o.listen {
		n, err := newNodeAt(o, i)
		if err != nil {
			return err
		}
		s := &sink{node: n, messages: newSmallMessages(o, i, 0), every: o.ackEvery, dir: o.dir}
		s.timer = time.AfterFunc(time.Hour, s.flush)
		s.timer.Stop()
		nodes, receive, sinks = append(nodes, n), append(receive, s.receive), append(sinks, s)
	}
	return answerUntilEnd(nodes, "sink", receive, func() (sum uint64) {
		for _, s := range sinks {
			sum += s.count.Load()
		}
		return sum
	})
}

// receive is called by one goroutine for the streams, but by one per request
// for the pipeline.
func (s *sink) receive(m *raftpb.Message) {
	if m.GetType() == raftpb.MsgSnap {
		go removeSaved(s.dir, m.Snapshot.Metadata.GetIndex())
	}
	if !isBulk(m) {
		return
	}
	n := s.count.Add(1)
	if n%s.every == 0 {
		s.ack(n)
	} else if !s.armed.Load() && s.armed.CompareAndSwap(false, true) {
		s.timer.Reset(ackDelay)
	}
}

// removeSaved deletes a snapshot's file: what an application would keep is only
// in the way of the next one. The directory is synced, so that the file system
// gives its blocks back now, and not while the next one is written.
func removeSaved(dir string, index uint64) {
	if err := os.Remove(filepath.Join(dir, fmt.Sprintf("%016x.snap.db", index))); err != nil {
		note("cannot delete a snapshot: %v", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		note("cannot open %s: %v", dir, err)
		return
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		note("cannot sync %s: %v", dir, err)
	}
}

// flush acknowledges what has not been acknowledged yet. Whatever is counted
// after the count was loaded here finds armed unset and arms the timer again.
func (s *sink) flush() {
	s.armed.Store(false)
	s.ack(s.count.Load())
}

func (s *sink) ack(n uint64) {
	if raise(&s.acked, n) {
		s.node.send(s.messages.appResp(n))
	}
}

func runEcho(o *options) error {
	n, err := newNode(o)
	if err != nil {
		return err
	}
	messages := newSmallMessages(o, 0, 0)
	var count atomic.Uint64
	echo := func(m *raftpb.Message) {
		if m.GetType() == raftpb.MsgApp {
			count.Add(1)
			n.send(messages.appResp(m.GetIndex()))
		}
	}
	return answerUntilEnd([]*node{n}, "echo", []func(*raftpb.Message){echo}, count.Load)
}

// answerUntilEnd runs nodes that only answer, until the process is asked to
// end, and reports what they received and what the whole process has cost.
func answerUntilEnd(nodes []*node, role string, receive []func(*raftpb.Message), count func() uint64) error {
	for i, n := range nodes {
		if err := n.start(receive[i]); err != nil {
			return err
		}
		n.addPeers()
	}
	printReady()
	if err := awaitEnd(nodes); err != nil {
		return err
	}
	for _, n := range nodes {
		n.stop()
	}
	used, err := readUsage()
	if err != nil {
		return err
	}
	return printResult(sinkResult{
		Role:       role,
		Impl:       impl,
		Messages:   count(),
		CPUSeconds: rounded(used.cpu.Seconds(), 3),
		memory:     used.memory,
	})
}

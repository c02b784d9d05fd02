// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync/atomic"
	"time"

	"go.etcd.io/raft/v3/raftpb"
)

// ackDelay is how long a message may wait for the ackEvery-th one.
const ackDelay = time.Millisecond

type sinkResult struct {
	Role        string  `json:"role"`
	Impl        string  `json:"impl"`
	Messages    uint64  `json:"messages"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	MaxRSSBytes int64   `json:"max_rss_bytes"`
}

// sink counts bulk messages and acknowledges the count.
type sink struct {
	node     *node
	messages *messages
	every    uint64

	count atomic.Uint64
	acked atomic.Uint64
	timer *time.Timer
	armed atomic.Bool
}

func runSink(o *options) error {
	n, err := newNode(o)
	if err != nil {
		return err
	}
	s := &sink{node: n, messages: newMessages(o), every: o.ackEvery}
	s.timer = time.AfterFunc(time.Hour, s.flush)
	s.timer.Stop()
	return answerUntilEnd(n, "sink", s.receive, &s.count)
}

// receive is called by one goroutine for the streams, but by one per request
// for the pipeline.
func (s *sink) receive(m *raftpb.Message) {
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
	messages := newMessages(o)
	var count atomic.Uint64
	echo := func(m *raftpb.Message) {
		if m.GetType() == raftpb.MsgApp {
			count.Add(1)
			n.send(messages.appResp(m.GetIndex()))
		}
	}
	return answerUntilEnd(n, "echo", echo, &count)
}

// answerUntilEnd runs a node that only answers, until the process is asked to
// end, and reports what it received and what the whole process has cost.
func answerUntilEnd(n *node, role string, receive func(*raftpb.Message), count *atomic.Uint64) error {
	if err := n.start(receive); err != nil {
		return err
	}
	n.addPeer()
	printReady()
	if err := awaitEnd(n); err != nil {
		return err
	}
	n.stop()
	used, err := readUsage()
	if err != nil {
		return err
	}
	return printResult(sinkResult{
		Role:        role,
		Impl:        impl,
		Messages:    count.Load(),
		CPUSeconds:  rounded(used.cpu.Seconds(), 3),
		MaxRSSBytes: used.maxRSS,
	})
}

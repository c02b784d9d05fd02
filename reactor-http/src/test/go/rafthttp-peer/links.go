// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.uber.org/zap/zapcore"
)

// links learns from rafthttp's log what its interface does not tell: which
// streams are up, what was refused, what was dropped. It is a zapcore.Core.
type links struct {
	// overflows counts messages that found no room when they were sent.
	overflows atomic.Int64
	// refusedMessages counts those of them that were also reported unreachable.
	refusedMessages atomic.Int64
	lostWriters     atomic.Int64
	receiveDrops    atomic.Int64

	mu        sync.Mutex
	streams   map[string]map[string]bool
	unhealthy map[string]int64
	refusals  []string
}

func newLinks() *links {
	return &links{streams: make(map[string]map[string]bool), unhealthy: make(map[string]int64)}
}

func (l *links) Enabled(zapcore.Level) bool { return true }

func (l *links) With([]zapcore.Field) zapcore.Core { return l }

func (l *links) Sync() error { return nil }

func (l *links) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return checked.AddCore(e, l)
}

func (l *links) Write(e zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, field := range fields {
		field.AddTo(enc)
	}
	peer := text(enc, "remote-peer-id")
	switch e.Message {
	case "established TCP streaming connection with remote peer":
		l.stream(peer, enc, true)
	case "lost TCP streaming connection with remote peer",
		"closed TCP streaming connection with remote peer":
		l.stream(peer, enc, false)
	case "dropped internal Raft message since sending buffer is full":
		l.refusedMessages.Add(1)
		l.overflows.Add(1)
	case "dropped internal Raft message since sending buffer is full (overloaded network)",
		"dropped Raft message since sending buffer is full (overloaded network)":
		l.overflows.Add(1)
	case "dropped internal Raft message since receiving buffer is full (overloaded network)",
		"dropped Raft message since receiving buffer is full (overloaded network)":
		l.receiveDrops.Add(1)
	case "prober detected unhealthy status":
		l.mu.Lock()
		l.unhealthy[peer]++
		l.mu.Unlock()
	case "request sent was ignored by remote peer due to cluster ID mismatch",
		"request sent was ignored due to cluster ID mismatch":
		l.refused("CLUSTER_ID")
	case "request sent was ignored by remote peer due to server version incompatibility",
		"request sent was ignored by peer":
		l.refused("VERSION")
	}
	return nil
}

func text(enc *zapcore.MapObjectEncoder, key string) string {
	if value, ok := enc.Fields[key]; ok {
		return fmt.Sprint(value)
	}
	return ""
}

func (l *links) stream(peer string, enc *zapcore.MapObjectEncoder, up bool) {
	key := ""
	for _, end := range []string{"stream-writer-type", "stream-reader-type"} {
		if kind := text(enc, end); kind != "" {
			key = end + " " + kind
		}
	}
	if !up && strings.HasPrefix(key, "stream-writer-type") {
		l.lostWriters.Add(1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[peer] == nil {
		l.streams[peer] = make(map[string]bool)
	}
	l.streams[peer][key] = up
}

func (l *links) refused(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.refusals, why) {
		l.refusals = append(l.refusals, why)
	}
}

func (l *links) forget(peer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.streams, peer)
}

func (l *links) status(peer string) *status {
	l.mu.Lock()
	defer l.mu.Unlock()
	up := 0
	for _, open := range l.streams[peer] {
		if open {
			up++
		}
	}
	return &status{
		// Two kinds of streams, each with a writer and a reader.
		Connected:    up == 4,
		LostWriters:  l.lostWriters.Load(),
		ReceiveDrops: l.receiveDrops.Load(),
		Unhealthy:    l.unhealthy[peer],
		Refusals:     append([]string{}, l.refusals...),
	}
}

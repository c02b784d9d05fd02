// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync/atomic"

	"go.etcd.io/raft/v3/raftpb"
)

var (
	msgApp           = raftpb.MsgApp.Enum()
	msgAppResp       = raftpb.MsgAppResp.Enum()
	msgSnap          = raftpb.MsgSnap.Enum()
	msgHeartbeatResp = raftpb.MsgHeartbeatResp.Enum()
)

// messages builds what one member sends to another. rafthttp encodes a message
// some time after it was sent, so each one is built afresh; what never changes
// is shared by all of them.
type messages struct {
	from, to, term *uint64
	data           []byte
	entries        int
}

// newMessages builds for members that are so many places behind the first.
func newMessages(o *options, from, to int) *messages {
	m := newSmallMessages(o, from, to)
	data := make([]byte, o.size)
	for i := range data {
		data[i] = byte(i)
	}
	m.data = data
	return m
}

// newSmallMessages builds messages without data.
func newSmallMessages(o *options, from, to int) *messages {
	fromID, toID, term := uint64(o.id)+uint64(from), uint64(o.peerID)+uint64(to), uint64(1)
	return &messages{from: &fromID, to: &toID, term: &term, entries: o.entries}
}

// appFrom returns the MsgApp of a leader whose follower has the log up to index.
func (b *messages) appFrom(index uint64) *raftpb.Message {
	app := &struct {
		message raftpb.Message
		index   uint64
	}{index: index}
	slots := make([]struct {
		entry raftpb.Entry
		index uint64
	}, b.entries)
	entries := make([]*raftpb.Entry, b.entries)
	for i := range slots {
		slot := &slots[i]
		slot.index = index + uint64(i) + 1
		slot.entry.Term = b.term
		slot.entry.Index = &slot.index
		slot.entry.Data = b.data
		entries[i] = &slot.entry
	}
	m := &app.message
	m.Type = msgApp
	m.From, m.To, m.Term, m.LogTerm = b.from, b.to, b.term, b.term
	m.Index, m.Commit = &app.index, &app.index
	m.Entries = entries
	return m
}

// appResp returns the MsgAppResp that acknowledges index.
func (b *messages) appResp(index uint64) *raftpb.Message {
	return &raftpb.Message{
		Type:  msgAppResp,
		From:  b.from,
		To:    b.to,
		Term:  b.term,
		Index: &index,
	}
}

// heartbeatResp returns a MsgHeartbeatResp, the small message of work small.
// Heartbeats themselves will not do: a transport may merge them.
func (b *messages) heartbeatResp() *raftpb.Message {
	return &raftpb.Message{
		Type: msgHeartbeatResp,
		From: b.from,
		To:   b.to,
		Term: b.term,
	}
}

// snapshotAt returns the MsgSnap of a snapshot that has its data in a body of its own.
func (b *messages) snapshotAt(index uint64) *raftpb.Message {
	return &raftpb.Message{
		Type: msgSnap,
		From: b.from,
		To:   b.to,
		Term: b.term,
		Snapshot: &raftpb.Snapshot{
			Metadata: &raftpb.SnapshotMetadata{
				ConfState: &raftpb.ConfState{Voters: []uint64{*b.from, *b.to}},
				Index:     &index,
				Term:      b.term,
			},
		},
	}
}

// isBulk says whether a sink counts m.
func isBulk(m *raftpb.Message) bool {
	return m.GetType() == raftpb.MsgApp || m.GetType() == raftpb.MsgHeartbeatResp
}

// raise sets v to n unless it is higher already, and says whether it did.
func raise(v *atomic.Uint64, n uint64) bool {
	for {
		old := v.Load()
		if n <= old {
			return false
		}
		if v.CompareAndSwap(old, n) {
			return true
		}
	}
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"

	"google.golang.org/protobuf/proto"

	"go.etcd.io/raft/v3/raftpb"
)

// event is what a test is told.
type event struct {
	Event   string `json:"event"`
	OK      bool   `json:"ok"`
	Payload int    `json:"payload,omitempty"`

	// A snapshot that was sent or received.
	Index  uint64 `json:"index,string,omitempty"`
	Size   int64  `json:"size,omitempty"`
	SHA256 string `json:"sha256,omitempty"`

	*status

	message *raftpb.Message
}

// status is what the member knows of a peer, and of itself.
type status struct {
	Connected    bool     `json:"connected"`
	Active       bool     `json:"active"`
	ActivePeers  int      `json:"activePeers"`
	Unreachable  int64    `json:"unreachable"`
	LostWriters  int64    `json:"lostWriters"`
	ReceiveDrops int64    `json:"receiveDrops"`
	RoundTrips   uint64   `json:"roundTrips"`
	Unhealthy    int64    `json:"unhealthy"`
	Refusals     []string `json:"refusals"`
}

// output writes events in the order they came, and keeps nobody waiting: the
// goroutines of rafthttp must not be slowed down by whoever reads.
type output struct {
	mu     sync.Mutex
	more   *sync.Cond
	queued []event
}

func newOutput(w io.Writer) *output {
	o := &output{}
	o.more = sync.NewCond(&o.mu)
	go o.run(bufio.NewWriterSize(w, 1<<16))
	return o
}

func (o *output) event(e event) {
	o.mu.Lock()
	o.queued = append(o.queued, e)
	o.mu.Unlock()
	o.more.Signal()
}

func (o *output) run(w *bufio.Writer) {
	for {
		o.mu.Lock()
		for len(o.queued) == 0 {
			o.more.Wait()
		}
		batch := o.queued
		o.queued = nil
		o.mu.Unlock()
		for _, e := range batch {
			if err := write(w, e); err != nil {
				exit(1, err)
			}
		}
		if err := w.Flush(); err != nil {
			exit(1, err)
		}
	}
}

func write(w *bufio.Writer, e event) error {
	var payload []byte
	if e.message != nil {
		var err error
		if payload, err = proto.Marshal(e.message); err != nil {
			return err
		}
		e.Payload = len(payload)
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	// Errors of a bufio.Writer stay, and Flush returns them.
	w.Write(line)
	w.WriteByte('\n')
	w.Write(payload)
	return nil
}

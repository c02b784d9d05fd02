// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/etcdserver/api/snap"
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
)

const mebibyte = 1 << 20

// pause is the time between two snapshots, which does not count: the receiver's
// file system gives back what the deleted one before had. A disk that is told of
// that (mounted with discard) does nothing else meanwhile.
const pause = 500 * time.Millisecond

// snapshots sends one file as a snapshot, again and again, each after the one
// before has been saved.
type snapshots struct {
	node     *node
	messages *messages
	file     string
	size     int64
	index    uint64
}

func runSnapshots(o *options) error {
	file, err := makeFile(o.dir, o.size)
	if err != nil {
		return err
	}
	defer os.Remove(file)
	n, err := newNode(o)
	if err != nil {
		return err
	}
	s := &snapshots{node: n, messages: newSmallMessages(o, 0, 0), file: file, size: int64(o.size)}
	if err := n.start(func(*raftpb.Message) {}); err != nil {
		return err
	}
	defer n.stop()
	n.addPeers()
	printReady()
	if err := n.awaitStreams(); err != nil {
		return err
	}
	if _, _, err := s.run(o.warmup); err != nil {
		return err
	}
	usedBefore, err := readUsage()
	if err != nil {
		return err
	}
	count, took, err := s.run(o.seconds)
	if err != nil {
		return err
	}
	used, err := readUsage()
	if err != nil {
		return err
	}
	bytes := uint64(o.size) * count
	return printResult(&sourceResult{
		Role:       "source",
		Impl:       impl,
		Work:       o.work,
		Size:       o.size,
		Seconds:    rounded(took.Seconds(), 3),
		Messages:   count,
		PerSecond:  rounded(float64(bytes)/took.Seconds(), 0),
		Acked:      bytes / mebibyte,
		CPUSeconds: rounded((used.cpu - usedBefore.cpu).Seconds(), 3),
		Allocated:  used.AllocatedBytes - usedBefore.AllocatedBytes,
		memory:     used.memory,
	})
}

// run sends at least one snapshot, and further ones until they have taken the
// time.
func (s *snapshots) run(atLeast time.Duration) (count uint64, took time.Duration, err error) {
	for count == 0 || took < atLeast {
		start := time.Now()
		if err := s.send(); err != nil {
			return 0, 0, err
		}
		took += time.Since(start)
		count++
		time.Sleep(pause)
	}
	return count, took, nil
}

func (s *snapshots) send() error {
	body, err := os.Open(s.file)
	if err != nil {
		return err
	}
	s.index++
	s.node.transport.SendSnapshot(snap.NewMessage(s.messages.snapshotAt(s.index), body, s.size))
	select {
	case status := <-s.node.snapshots:
		if status != raft.SnapshotFinish {
			return errors.New("the snapshot did not arrive")
		}
		return nil
	case err := <-s.node.failed:
		return err
	}
}

func makeFile(dir string, size int) (string, error) {
	file, err := os.CreateTemp(dir, "snapshot*.source")
	if err != nil {
		return "", fmt.Errorf("cannot make a file in %s: %w", dir, err)
	}
	defer file.Close()
	piece := make([]byte, mebibyte)
	rand.New(rand.NewSource(1)).Read(piece)
	for left := size; left > 0; left -= len(piece) {
		if _, err := file.Write(piece[:min(left, len(piece))]); err != nil {
			return "", fmt.Errorf("cannot write %s: %w", file.Name(), err)
		}
	}
	// So that it is not written while something is being measured.
	if err := file.Sync(); err != nil {
		return "", fmt.Errorf("cannot sync %s: %w", file.Name(), err)
	}
	return file.Name(), nil
}

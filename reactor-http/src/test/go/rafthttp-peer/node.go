// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver/api/rafthttp"
	"go.etcd.io/etcd/server/v3/etcdserver/api/snap"
	stats "go.etcd.io/etcd/server/v3/etcdserver/api/v2stats"
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
)

// node is the member: a started rafthttp transport, its HTTP server, and the
// Raft that the transport hands its messages to.
type node struct {
	transport   *rafthttp.Transport
	server      *http.Server
	snapshotter *snap.Snapshotter
	out         *output
	links       *links
	gate        gate
	unreachable atomic.Int64

	mu      sync.Mutex
	removed map[uint64]bool
}

func startNode(o *options, out *output) (*node, error) {
	n := &node{out: out, links: newLinks(), removed: make(map[uint64]bool)}
	stderr := zapcore.NewCore(zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()),
		zapcore.Lock(os.Stderr), zap.InfoLevel)
	logger := zap.New(zapcore.NewTee(stderr, n.links))
	n.snapshotter = snap.New(logger, o.snapshot)
	tls := transport.TLSInfo{
		CertFile:       o.cert,
		KeyFile:        o.key,
		TrustedCAFile:  o.ca,
		ClientCertAuth: o.clientAuth,
		Logger:         logger,
	}
	critical := make(chan error, 1)
	n.transport = &rafthttp.Transport{
		Logger:      logger,
		DialTimeout: 2 * time.Second,
		TLSInfo:     tls,
		ID:          o.id,
		URLs:        o.listen,
		ClusterID:   o.cluster,
		Raft:        n,
		Snapshotter: n.snapshotter,
		ServerStats: stats.NewServerStats("rafthttp-peer", o.id.String()),
		LeaderStats: stats.NewLeaderStats(logger, o.id.String()),
		ErrorC:      critical,
	}
	if err := n.transport.Start(); err != nil {
		return nil, err
	}
	listener, err := rafthttp.NewListener(o.listen[0], &tls)
	if err != nil {
		return nil, fmt.Errorf("cannot listen at %s: %w", o.listen, err)
	}
	// rafthttp ends a connection by a panic when raft fails, which net/http logs.
	n.server = &http.Server{Handler: n.transport.Handler(), ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		if err := n.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			exit(1, err)
		}
	}()
	go func() {
		for range critical {
			n.links.refused("REMOVED")
		}
	}()
	return n, nil
}

func (n *node) stop() {
	n.gate.set(false)
	n.transport.Stop()
	n.server.Close()
}

// send says whether rafthttp took the message. It tells so only in its log.
func (n *node) send(m *raftpb.Message) bool {
	before := n.links.overflows.Load()
	n.transport.Send([]*raftpb.Message{m})
	return n.links.overflows.Load() == before
}

// sendSnapshot sends a body of random bytes and tells their digest when the
// peer has taken it.
func (n *node) sendSnapshot(m *raftpb.Message, size int64) {
	body := &digested{source: rand.NewChaCha8([32]byte{}), digest: sha256.New()}
	merged := snap.NewMessage(m, io.NopCloser(io.LimitReader(body, size)), size)
	index := m.GetSnapshot().GetMetadata().GetIndex()
	n.transport.SendSnapshot(merged)
	go func() {
		ok := <-merged.CloseNotify()
		n.out.event(event{Event: "snapshot-sent", OK: ok, Index: index, Size: size,
			SHA256: hex.EncodeToString(body.digest.Sum(nil))})
	}()
}

// digested computes the digest of what is read from it.
type digested struct {
	source io.Reader
	digest hash.Hash
}

func (d *digested) Read(p []byte) (int, error) {
	n, err := d.source.Read(p)
	d.digest.Write(p[:n])
	return n, err
}

func (n *node) markRemoved(id uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.removed[id] = true
}

// forbidden makes rafthttp answer as etcd does to a member that was removed.
type forbidden struct{}

func (forbidden) Error() string { return "removed" }

func (forbidden) WriteTo(w http.ResponseWriter) {
	http.Error(w, "cannot process message from removed member", http.StatusForbidden)
}

// Process implements rafthttp.Raft.
func (n *node) Process(ctx context.Context, m *raftpb.Message) error {
	n.gate.pass(ctx)
	if n.IsIDRemoved(m.GetFrom()) {
		return forbidden{}
	}
	if m.GetType() == raftpb.MsgSnap {
		index := m.GetSnapshot().GetMetadata().GetIndex()
		if file, err := n.snapshotter.DBFilePath(index); err == nil {
			go n.digest(file, index)
		}
	}
	n.out.event(event{Event: "message", message: m})
	return nil
}

// digest tells of the saved body of a snapshot and deletes it.
func (n *node) digest(name string, index uint64) {
	file, err := os.Open(name)
	if err != nil {
		exit(1, err)
	}
	defer file.Close()
	digest := sha256.New()
	size, err := io.Copy(digest, file)
	if err != nil {
		exit(1, err)
	}
	if err := os.Remove(name); err != nil {
		exit(1, err)
	}
	n.out.event(event{Event: "snapshot-saved", OK: true, Index: index, Size: size,
		SHA256: hex.EncodeToString(digest.Sum(nil))})
}

// IsIDRemoved implements rafthttp.Raft.
func (n *node) IsIDRemoved(id uint64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.removed[id]
}

// ReportUnreachable implements rafthttp.Raft.
func (n *node) ReportUnreachable(uint64) { n.unreachable.Add(1) }

// ReportSnapshot implements rafthttp.Raft.
func (n *node) ReportSnapshot(uint64, raft.SnapshotStatus) {}

func (n *node) status(id types.ID) (event, error) {
	roundTrips, err := roundTrips(id.String())
	if err != nil {
		return event{}, err
	}
	s := n.links.status(id.String())
	s.Active = !n.transport.ActiveSince(id).IsZero()
	s.ActivePeers = n.transport.ActivePeers()
	// A message that was refused is reported too, but its sender knows already.
	s.Unreachable = n.unreachable.Load() - n.links.refusedMessages.Load()
	s.RoundTrips = roundTrips
	return event{OK: true, status: s}, nil
}

// roundTrips is how many round trips of probes to a peer rafthttp has measured.
func roundTrips(peer string) (uint64, error) {
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		return 0, err
	}
	for _, family := range families {
		if family.GetName() != "etcd_network_peer_round_trip_time_seconds" {
			continue
		}
		for _, metric := range family.Metric {
			if label(metric, "To") == peer && metric.GetHistogram().GetSampleSum() > 0 {
				return metric.GetHistogram().GetSampleCount(), nil
			}
		}
	}
	return 0, nil
}

func label(metric *dto.Metric, name string) string {
	for _, pair := range metric.Label {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// gate keeps raft from taking messages while it is shut.
type gate struct {
	mu     sync.Mutex
	opened chan struct{} // nil while it is open
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if shut && g.opened == nil {
		g.opened = make(chan struct{})
	} else if !shut && g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}

func (g *gate) pass(ctx context.Context) {
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	if opened != nil {
		select {
		case <-opened:
		case <-ctx.Done():
		}
	}
}

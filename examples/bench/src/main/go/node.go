// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver/api/rafthttp"
	stats "go.etcd.io/etcd/server/v3/etcdserver/api/v2stats"
	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
)

const (
	// connectTimeout leaves the other side the time to start.
	connectTimeout = 60 * time.Second
	// settleTime is how long the streams must have been open before they count
	// as attached: rafthttp answers a stream request a moment before it does so.
	settleTime = 100 * time.Millisecond
)

// node is one member: a started rafthttp transport, its HTTP server, and the
// Raft the transport hands its messages to.
type node struct {
	transport *rafthttp.Transport
	server    *http.Server
	peerID    types.ID
	peerURL   types.URLs
	receive   func(*raftpb.Message) // called by rafthttp's goroutines

	undelivered atomic.Uint64 // reports of an unreachable peer or a full queue
	msgApp      openStreams
	message     openStreams

	failed chan error
}

// openStreams counts the streams of one type that the peer reads from.
type openStreams struct {
	open   atomic.Int32
	closed atomic.Int32
}

func (s *openStreams) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	s.open.Add(1)
	defer func() {
		s.open.Add(-1)
		s.closed.Add(1)
	}()
	next.ServeHTTP(w, r)
}

// newNode prepares a member. It receives nothing before it is started.
func newNode(o *options) (*node, error) {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.ErrorLevel)
	config.OutputPaths = []string{"stderr"}
	logger, err := config.Build()
	if err != nil {
		return nil, fmt.Errorf("cannot create the logger: %w", err)
	}
	n := &node{
		peerID:  o.peerID,
		peerURL: o.peerURL,
		failed:  make(chan error, 1),
	}
	n.transport = &rafthttp.Transport{
		Logger:    logger,
		ID:        o.id,
		URLs:      o.listen,
		ClusterID: o.clusterID,
		Raft:      n,
		// No Snapshotter: it is only used when a peer sends a database snapshot.
		ServerStats: stats.NewServerStats("gopeer", o.id.String()),
		LeaderStats: stats.NewLeaderStats(logger, o.id.String()),
		ErrorC:      n.failed,
	}
	return n, nil
}

// start listens and hands what arrives to receive. The transport sends nothing
// before addPeer or addRemote.
func (n *node) start(receive func(*raftpb.Message)) error {
	n.receive = receive
	if err := n.transport.Start(); err != nil {
		return fmt.Errorf("cannot start the transport: %w", err)
	}
	// The listener etcd itself uses. Its read and write deadlines are renewed by
	// every read and write, and link heartbeats keep idle streams within them.
	listener, err := rafthttp.NewListener(n.transport.URLs[0], nil)
	if err != nil {
		n.transport.Stop()
		return fmt.Errorf("cannot listen at %s: %w", n.transport.URLs, err)
	}
	n.server = &http.Server{Handler: n.watchStreams(n.transport.Handler())}
	go func() {
		if err := n.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.fail(fmt.Errorf("the server at %s ended: %w", n.transport.URLs, err))
		}
	}()
	return nil
}

// addPeer connects to the peer by streams, with the pipeline to fall back on.
func (n *node) addPeer() {
	n.transport.AddPeer(n.peerID, n.peerURL.StringSlice())
}

// addRemote leaves rafthttp nothing but the pipeline to reach the peer.
func (n *node) addRemote() {
	n.transport.AddRemote(n.peerID, n.peerURL.StringSlice())
}

func (n *node) send(m *raftpb.Message) {
	n.transport.Send([]*raftpb.Message{m})
}

func (n *node) stop() {
	n.transport.Stop()
	n.server.Close()
}

func (n *node) fail(err error) {
	select {
	case n.failed <- err:
	default:
	}
}

// watchStreams lets awaitStreams see which streams the peer has opened. A
// request that is refused returns at once, an accepted one when its stream ends.
func (n *node) watchStreams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, rafthttp.RaftStreamPrefix+"/msgapp/"):
			n.msgApp.serve(next, w, r)
		case strings.HasPrefix(r.URL.Path, rafthttp.RaftStreamPrefix+"/message/"):
			n.message.serve(next, w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// awaitStreams waits until the peer reads from both streams of this node.
func (n *node) awaitStreams() error {
	const step = 10 * time.Millisecond
	deadline := time.Now().Add(connectTimeout)
	for settled := time.Duration(0); settled < settleTime; settled += step {
		select {
		case err := <-n.failed:
			return err
		case <-time.After(step):
		}
		if n.msgApp.open.Load() == 0 || n.message.open.Load() == 0 {
			settled = 0
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("peer %s at %s has not opened both streams within %s: msgapp %d, message %d",
				n.peerID, n.peerURL, connectTimeout, n.msgApp.open.Load(), n.message.open.Load())
		}
	}
	return nil
}

// disturbances counts what must not happen while something is being measured:
// messages that were dropped and streams that were closed.
func (n *node) disturbances() uint64 {
	return n.undelivered.Load() + uint64(n.msgApp.closed.Load()) + uint64(n.message.closed.Load())
}

// Process implements rafthttp.Raft.
func (n *node) Process(_ context.Context, m *raftpb.Message) error {
	n.receive(m)
	return nil
}

// IsIDRemoved implements rafthttp.Raft.
func (n *node) IsIDRemoved(uint64) bool { return false }

// ReportUnreachable implements rafthttp.Raft.
func (n *node) ReportUnreachable(uint64) { n.undelivered.Add(1) }

// ReportSnapshot implements rafthttp.Raft.
func (n *node) ReportSnapshot(uint64, raft.SnapshotStatus) {}

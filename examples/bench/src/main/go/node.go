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
	"go.etcd.io/etcd/server/v3/etcdserver/api/snap"
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
	peers     []peer
	receive   func(*raftpb.Message) // called by rafthttp's goroutines

	undelivered atomic.Uint64 // reports of an unreachable peer or a full queue
	snapshots   chan raft.SnapshotStatus
	msgApp      openStreams // those of all peers
	message     openStreams

	failed chan error
}

type peer struct {
	id  types.ID
	url types.URLs
}

// openStreams counts the streams of one type that peers read from.
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
func newNode(o *options) (*node, error) { return newNodeAt(o, 0) }

// newNodeAt prepares the member that is so many places behind the first.
func newNodeAt(o *options, place int) (*node, error) {
	id := o.id + types.ID(place)
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.ErrorLevel)
	config.OutputPaths = []string{"stderr"}
	logger, err := config.Build()
	if err != nil {
		return nil, fmt.Errorf("cannot create the logger: %w", err)
	}
	n := &node{
		snapshots: make(chan raft.SnapshotStatus, 1),
		failed:    make(chan error, 1),
	}
	for i, url := range o.peerURLs {
		n.peers = append(n.peers, peer{o.peerID + types.ID(i), url})
	}
	n.transport = &rafthttp.Transport{
		Logger:      logger,
		TLSInfo:     o.tls,
		ID:          id,
		URLs:        o.listen[place],
		ClusterID:   o.clusterID,
		Raft:        n,
		ServerStats: stats.NewServerStats("gopeer", id.String()),
		LeaderStats: stats.NewLeaderStats(logger, id.String()),
		ErrorC:      n.failed,
	}
	// Without one a database snapshot cannot be received.
	if o.dir != "" {
		n.transport.Snapshotter = snap.New(logger, o.dir)
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
	listener, err := rafthttp.NewListener(n.transport.URLs[0], &n.transport.TLSInfo)
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

// addPeers connects to the peers by streams, with the pipeline to fall back on.
func (n *node) addPeers() {
	for _, p := range n.peers {
		n.transport.AddPeer(p.id, p.url.StringSlice())
	}
}

// addRemote leaves rafthttp nothing but the pipeline to reach the peer.
func (n *node) addRemote() {
	n.transport.AddRemote(n.peers[0].id, n.peers[0].url.StringSlice())
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

// awaitStreams waits until every peer reads from both streams of this node.
func (n *node) awaitStreams() error {
	const step = 10 * time.Millisecond
	deadline := time.Now().Add(connectTimeout)
	for settled := time.Duration(0); settled < settleTime; settled += step {
		select {
		case err := <-n.failed:
			return err
		case <-time.After(step):
		}
		if all := int32(len(n.peers)); n.msgApp.open.Load() < all || n.message.open.Load() < all {
			settled = 0
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d peers have not all opened both streams within %s: msgapp %d, message %d",
				len(n.peers), connectTimeout, n.msgApp.open.Load(), n.message.open.Load())
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
func (n *node) ReportSnapshot(_ uint64, status raft.SnapshotStatus) { n.snapshots <- status }

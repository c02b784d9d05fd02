// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

// Command rafthttp-peer is a member made of etcd's own peer transport that does
// what a test tells it to.
//
// It reads commands from standard input and writes events to standard output.
// Either is one line of JSON, followed by as many raw bytes as its field
// "payload" says. The first event is "ready"; each command is answered by one
// "done", in order. It ends with its standard input.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/proto"

	"go.etcd.io/etcd/api/v3/version"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/raft/v3/raftpb"
)

// command is what a test wants done. Ids are hexadecimal, as in etcd.
type command struct {
	Do      string   `json:"do"`
	ID      string   `json:"id"`
	URLs    []string `json:"urls"`
	On      bool     `json:"on"`
	Size    int64    `json:"size"`
	Payload int      `json:"payload"`
}

// options is what must be known before the member starts.
type options struct {
	id, cluster             types.ID
	listen                  types.URLs
	cert, key, ca, snapshot string
	clientAuth              bool
}

func main() {
	o, err := parseOptions()
	if err != nil {
		exit(2, err)
	}
	out := newOutput(os.Stdout)
	n, err := startNode(o, out)
	if err != nil {
		exit(1, err)
	}
	out.event(event{Event: "ready"})
	if err := serve(bufio.NewReaderSize(os.Stdin, 1<<16), n, out); err != nil {
		exit(1, err)
	}
	n.stop()
}

func exit(code int, err error) {
	fmt.Fprintf(os.Stderr, "rafthttp-peer: %v\n", err)
	os.Exit(code)
}

func parseOptions() (*options, error) {
	o := &options{}
	id := flag.String("id", "", "`ID` of this member")
	cluster := flag.String("cluster", "", "`ID` of the cluster")
	listen := flag.String("listen", "", "`URL` to serve peers at")
	flag.StringVar(&o.snapshot, "snapshots", "", "`DIRECTORY` for the bodies of snapshots")
	flag.StringVar(&o.cert, "cert", "", "PEM `FILE` with this member's certificate")
	flag.StringVar(&o.key, "key", "", "PEM `FILE` with its key")
	flag.StringVar(&o.ca, "ca", "", "PEM `FILE` with the certificates peers must chain to")
	flag.BoolVar(&o.clientAuth, "client-auth", false, "demand a certificate of whoever connects")
	// rafthttp reads both of these whenever it sends or checks a header.
	flag.StringVar(&version.Version, "version", version.Version, "the `VERSION` to claim")
	flag.StringVar(&version.MinClusterVersion, "min-version", version.MinClusterVersion,
		"the lowest `VERSION` to talk to")
	flag.Parse()
	var err error
	if o.id, err = types.IDFromString(*id); err != nil {
		return nil, fmt.Errorf("--id %q (expected: hexadecimal digits)", *id)
	}
	if o.cluster, err = types.IDFromString(*cluster); err != nil {
		return nil, fmt.Errorf("--cluster %q (expected: hexadecimal digits)", *cluster)
	}
	if o.listen, err = types.NewURLs([]string{*listen}); err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return o, nil
}

// serve does what it is told until there is nobody left to tell it.
func serve(in *bufio.Reader, n *node, out *output) error {
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var c command
		if err := json.Unmarshal(line, &c); err != nil {
			return fmt.Errorf("command %q: %w", line, err)
		}
		payload := make([]byte, c.Payload)
		if _, err := io.ReadFull(in, payload); err != nil {
			return fmt.Errorf("payload of %q: %w", c.Do, err)
		}
		done, err := n.do(&c, payload)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Do, err)
		}
		done.Event = "done"
		out.event(done)
	}
}

// do carries out one command.
func (n *node) do(c *command, payload []byte) (event, error) {
	var id types.ID
	if c.ID != "" {
		var err error
		if id, err = types.IDFromString(c.ID); err != nil {
			return event{}, err
		}
	}
	switch c.Do {
	case "add-peer":
		n.transport.AddPeer(id, c.URLs)
	case "add-remote":
		n.transport.AddRemote(id, c.URLs)
	case "update-peer":
		n.transport.UpdatePeer(id, c.URLs)
	case "remove-peer":
		n.transport.RemovePeer(id)
		n.links.forget(id.String())
	case "mark-removed":
		n.markRemoved(uint64(id))
	case "rest":
		n.gate.set(c.On)
	case "send":
		m, err := message(payload)
		if err != nil {
			return event{}, err
		}
		return event{OK: n.send(m)}, nil
	case "send-snapshot":
		m, err := message(payload)
		if err != nil {
			return event{}, err
		}
		n.sendSnapshot(m, c.Size)
	case "status":
		return n.status(id)
	default:
		return event{}, errors.New("no such command")
	}
	return event{OK: true}, nil
}

func message(payload []byte) (*raftpb.Message, error) {
	m := &raftpb.Message{}
	return m, proto.Unmarshal(payload, m)
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/client/pkg/v3/types"
)

const (
	sinkCommand   = "bench-sink"
	sourceCommand = "bench-source"
	echoCommand   = "bench-echo"
	pingCommand   = "bench-ping"

	workMsgApp   = "msgapp"
	workSmall    = "small"
	workPipeline = "pipeline"
	workSnapshot = "snapshot"

	// What rafthttp queues for a stream and for a pipeline before it drops.
	streamQueue   = 4096
	pipelineQueue = 64

	maxEntrySize    = 256 << 20
	maxSnapshotSize = 1 << 40
)

type options struct {
	id        types.ID
	listen    []types.URLs // of this member and, for a sink, of those that follow it
	peerID    types.ID
	peerURLs  []types.URLs // of the other member and, for a source, of those that follow it
	clusterID types.ID
	tls       transport.TLSInfo

	ackEvery uint64 // sink
	dir      string // sink, source

	work    string // source
	entries int    // source
	window  uint64 // source
	size    int    // source, ping
	rate    int    // ping

	seconds time.Duration // source, ping
	warmup  time.Duration // source, ping
}

func parseOptions(command string, args []string) (*options, error) {
	o := &options{
		ackEvery: 64,
		work:     workMsgApp,
		entries:  1,
		window:   2048,
		size:     64,
		seconds:  5 * time.Second,
		warmup:   3 * time.Second,
	}
	if command == pingCommand {
		o.warmup = 2 * time.Second
	}
	fs := flag.NewFlagSet(command, flag.ContinueOnError)
	fs.SetOutput(io.Discard)

	fs.Func("id", "`ID` of this member, hexadecimal", idFlag(&o.id))
	fs.Func("listen", "`URL` to serve the peer protocol at", urlsFlag(&o.listen))
	fs.Func("peer-id", "`ID` of the other member, hexadecimal", idFlag(&o.peerID))
	fs.Func("peer-url", "`URL` the other member serves at", urlsFlag(&o.peerURLs))
	fs.Func("cluster-id", "`ID` of the cluster, hexadecimal", idFlag(&o.clusterID))
	fs.StringVar(&o.tls.CertFile, "cert", "", "PEM `file` of the certificate, for mutual TLS")
	fs.StringVar(&o.tls.KeyFile, "key", "", "PEM `file` of its private key")
	fs.StringVar(&o.tls.TrustedCAFile, "trusted-ca", "", "PEM `file` of what the other's certificate chains to")
	switch command {
	case sinkCommand:
		fs.Func("ack-every", "acknowledge every `N`th message (default 64)", countFlag(&o.ackEvery, 1, streamQueue))
		fs.StringVar(&o.dir, "dir", "", "`directory` to save snapshots in; each is deleted afterwards")
	case sourceCommand:
		fs.Func("work", "msgapp, small, pipeline or snapshot (default msgapp)", workFlag(&o.work))
		fs.Func("entries", "entries of a MsgApp (default 1)", countFlag(&o.entries, 1, 1<<20))
		fs.Func("window", "unacknowledged messages, at most 64 for work pipeline (default 2048)",
			countFlag(&o.window, 1, streamQueue))
		fs.StringVar(&o.dir, "dir", os.TempDir(), "`directory` to make the file of a snapshot in")
	case pingCommand:
		fs.Func("rate", "how many to send in a second, 0 for one after the other (default 0)",
			countFlag(&o.rate, 0, 1_000_000))
	}
	if command == sourceCommand || command == pingCommand {
		fs.Func("size", "`bytes` of data of an entry, or of a snapshot (default 64)", countFlag(&o.size, 0, maxSnapshotSize))
		fs.Func("seconds", "length of the measured interval (default 5)", secondsFlag(&o.seconds, time.Millisecond))
		fs.Func("warmup", fmt.Sprintf("`seconds` before the measured interval (default %.0f)", o.warmup.Seconds()),
			secondsFlag(&o.warmup, 0))
	}

	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(os.Stdout)
			fmt.Printf("flags of %s:\n", command)
			fs.PrintDefaults()
		}
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: expected flags only", fs.Arg(0))
	}
	given := make(map[string]bool)
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, name := range []string{"id", "listen", "peer-id", "peer-url", "cluster-id"} {
		if !given[name] {
			return nil, fmt.Errorf("flag --%s is missing", name)
		}
	}
	if len(o.listen) > 1 && command != sinkCommand {
		return nil, fmt.Errorf("%d URLs for flag -listen: expected one", len(o.listen))
	}
	if len(o.peerURLs) > 1 && (command != sourceCommand || o.work == workSnapshot) {
		return nil, fmt.Errorf("%d URLs for flag -peer-url: expected one", len(o.peerURLs))
	}
	if given["cert"] != given["key"] || given["key"] != given["trusted-ca"] {
		return nil, errors.New("flags -cert, -key and -trusted-ca: expected all or none")
	}
	o.tls.ClientCertAuth = given["cert"]
	for _, urls := range append(o.listen, o.peerURLs...) {
		if urls[0].Scheme == "https" && !given["cert"] {
			return nil, fmt.Errorf("%s: expected http, or flags -cert, -key and -trusted-ca", urls)
		}
	}
	if o.size > maxEntrySize && o.work != workSnapshot {
		return nil, fmt.Errorf("invalid value %d for flag -size: expected at most %d", o.size, maxEntrySize)
	}
	if o.id == o.peerID {
		return nil, fmt.Errorf("--id and --peer-id are both %s: expected two different members", o.id)
	}
	if o.work == workPipeline && o.window > pipelineQueue {
		if given["window"] {
			return nil, fmt.Errorf("invalid value %d for flag -window: expected at most %d for work %s, which queues no more",
				o.window, pipelineQueue, workPipeline)
		}
		o.window = pipelineQueue
	}
	return o, nil
}

func idFlag(to *types.ID) func(string) error {
	return func(s string) error {
		id, err := types.IDFromString(s)
		if err != nil || id == 0 {
			return errors.New("expected 1 to 16 hexadecimal digits, not all 0")
		}
		*to = id
		return nil
	}
}

func urlsFlag(to *[]types.URLs) func(string) error {
	return func(s string) error {
		*to = nil
		for _, text := range strings.Split(s, ",") {
			u, err := url.Parse(text)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Port() == "" {
				return errors.New("expected http[s]://HOST:PORT")
			}
			urls, err := types.NewURLs([]string{text})
			if err != nil {
				return fmt.Errorf("expected http[s]://HOST:PORT: %w", err)
			}
			*to = append(*to, urls)
		}
		return nil
	}
}

func workFlag(to *string) func(string) error {
	return func(s string) error {
		switch s {
		case workMsgApp, workSmall, workPipeline, workSnapshot:
			*to = s
			return nil
		}
		return fmt.Errorf("expected %s, %s, %s or %s", workMsgApp, workSmall, workPipeline, workSnapshot)
	}
}

func countFlag[T int | uint64](to *T, least, most T) func(string) error {
	return func(s string) error {
		n, err := strconv.ParseUint(s, 10, 63)
		if err != nil || T(n) < least || T(n) > most {
			return fmt.Errorf("expected a whole number from %d to %d", least, most)
		}
		*to = T(n)
		return nil
	}
}

func secondsFlag(to *time.Duration, least time.Duration) func(string) error {
	const most = 24 * time.Hour
	return func(s string) error {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || f < least.Seconds() || f > most.Seconds() {
			return fmt.Errorf("expected seconds from %g to %g", least.Seconds(), most.Seconds())
		}
		*to = time.Duration(f * float64(time.Second))
		return nil
	}
}

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
	"time"

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

	// What rafthttp queues for a stream and for a pipeline before it drops.
	streamQueue   = 4096
	pipelineQueue = 64

	maxEntrySize = 256 << 20
)

type options struct {
	id        types.ID
	listen    types.URLs
	peerID    types.ID
	peerURL   types.URLs
	clusterID types.ID

	ackEvery uint64 // sink

	work    string // source
	entries int    // source
	window  uint64 // source
	size    int    // source, ping

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
	fs.Func("listen", "`URL` to serve the peer protocol at", urlFlag(&o.listen))
	fs.Func("peer-id", "`ID` of the other member, hexadecimal", idFlag(&o.peerID))
	fs.Func("peer-url", "`URL` the other member serves at", urlFlag(&o.peerURL))
	fs.Func("cluster-id", "`ID` of the cluster, hexadecimal", idFlag(&o.clusterID))
	switch command {
	case sinkCommand:
		fs.Func("ack-every", "acknowledge every `N`th message (default 64)", countFlag(&o.ackEvery, 1, streamQueue))
	case sourceCommand:
		fs.Func("work", "msgapp, small or pipeline (default msgapp)", workFlag(&o.work))
		fs.Func("entries", "entries of a MsgApp (default 1)", countFlag(&o.entries, 1, 1<<20))
		fs.Func("window", "unacknowledged messages, at most 64 for work pipeline (default 2048)",
			countFlag(&o.window, 1, streamQueue))
	}
	if command == sourceCommand || command == pingCommand {
		fs.Func("size", "`bytes` of data of an entry (default 64)", countFlag(&o.size, 0, maxEntrySize))
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

func urlFlag(to *types.URLs) func(string) error {
	return func(s string) error {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" {
			return errors.New("expected http://HOST:PORT")
		}
		urls, err := types.NewURLs([]string{s})
		if err != nil {
			return fmt.Errorf("expected http://HOST:PORT: %w", err)
		}
		*to = urls
		return nil
	}
}

func workFlag(to *string) func(string) error {
	return func(s string) error {
		switch s {
		case workMsgApp, workSmall, workPipeline:
			*to = s
			return nil
		}
		return fmt.Errorf("expected %s, %s or %s", workMsgApp, workSmall, workPipeline)
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

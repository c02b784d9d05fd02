// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

// Command gopeer measures etcd's own peer transport, rafthttp.
//
// Two processes speak nothing but raft messages to each other, so either of
// them may be replaced by another implementation of the peer protocol:
//
//   - bench-source sends bulk messages and bench-sink counts them. The sink
//     answers with a MsgAppResp whose index is the number of bulk messages it
//     has received since it started: at the latest after every 64th message,
//     and one millisecond after the first message not acknowledged yet. The
//     source never has more than its window unacknowledged.
//   - bench-ping sends one MsgApp at a time, or at a rate, and bench-echo answers
//     each with a MsgAppResp of the same index.
//
// With several URLs to listen at, a sink is as many members with ids that follow
// each other; with several URLs of peers, a source sends to as many.
//
// Bulk messages are MsgApp and MsgHeartbeatResp. Standard output carries the
// line READY and one line of JSON; everything else goes to standard error.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: gopeer COMMAND --id ID --listen URL --peer-id ID --peer-url URL --cluster-id ID [flags]

commands:
  bench-sink     count bulk messages and acknowledge them
  bench-source   send bulk messages to a sink and report the rate
  bench-echo     answer every MsgApp at once
  bench-ping     measure round trips to an echo, one in flight or at a rate

'gopeer COMMAND -h' lists the flags of a command. Ids are hexadecimal, as in etcd.
A sink and an echo end when their standard input is closed, and on SIGTERM.
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func(*options) error{
		sinkCommand:   runSink,
		sourceCommand: runSource,
		echoCommand:   runEcho,
		pingCommand:   runPing,
	}
	name := os.Args[1]
	run, ok := commands[name]
	if !ok {
		if name == "-h" || name == "-help" || name == "--help" || name == "help" {
			fmt.Print(usage)
			return
		}
		exit(2, fmt.Errorf("unknown command %q: expected %s, %s, %s or %s",
			name, sinkCommand, sourceCommand, echoCommand, pingCommand))
	}
	opts, err := parseOptions(name, os.Args[2:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		exit(2, fmt.Errorf("%s: %w", name, err))
	}
	if err := run(opts); err != nil {
		exit(1, fmt.Errorf("%s: %w", name, err))
	}
}

func exit(code int, err error) {
	fmt.Fprintf(os.Stderr, "gopeer: %v\n", err)
	os.Exit(code)
}

// note writes a line of diagnostics.
func note(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "gopeer: "+format+"\n", args...)
}

func printReady() {
	fmt.Println("READY")
}

func printResult(result any) error {
	return json.NewEncoder(os.Stdout).Encode(result)
}

// awaitEnd returns nil once the process is asked to end by a signal or by the
// end of its standard input, and a node's error if one breaks down first.
func awaitEnd(nodes []*node) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	input := make(chan struct{})
	go func() {
		defer close(input)
		buf := make([]byte, 512)
		for {
			if _, err := os.Stdin.Read(buf); err != nil {
				return
			}
		}
	}()
	failed := make(chan error, len(nodes))
	for _, n := range nodes {
		go func() { failed <- <-n.failed }()
	}
	select {
	case <-signals:
		return nil
	case <-input:
		return nil
	case err := <-failed:
		return err
	}
}

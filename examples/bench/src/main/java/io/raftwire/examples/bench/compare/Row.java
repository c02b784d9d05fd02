// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One kind of work to compare contenders at.
 *
 * @param label the name
 * @param description what is done, in a few words
 * @param work what a contender must be able to do for it
 * @param peers how many receivers there are, all in one process
 * @param tls whether connections are secured, both ends showing a certificate
 * @param senderFlags the flags of the end that measures
 * @param receiverFlags the flags of the other end
 * @param leastSeconds the measured interval is no shorter
 */
public record Row(
    String label,
    String description,
    Kind kind,
    Work work,
    int peers,
    boolean tls,
    List<String> senderFlags,
    List<String> receiverFlags,
    int leastSeconds) {

  private static final String TLS = "-tls";
  private static final int STUCK_SECONDS = 60;

  private static final List<Row> ALL =
      List.of(
          // Nearly the 4,096 messages that rafthttp's streams queue; with less, a fast contender
          // waits for acknowledgements.
          bulk(
              "msgapp-64",
              "MsgApp, one entry of 64 B, window 4000",
              Work.MSGAPP,
              "--size 64 --window 4000"),
          bulk("msgapp-1k", "MsgApp, one entry of 1 KiB", Work.MSGAPP, "--size 1024"),
          // These windows keep what is in flight within 32 MiB.
          bulk(
              "msgapp-64k",
              "MsgApp, one entry of 64 KiB, window 512",
              Work.MSGAPP,
              "--size 65536 --window 512"),
          bulk(
                  "msgapp-1m",
                  "MsgApp, one entry of 1 MiB, window 32",
                  Work.MSGAPP,
                  "--size 1048576 --window 32")
              .receiving("--ack-every 4"),
          bulk(
              "msgapp-64x128",
              "MsgApp, 64 entries of 128 B, window 512",
              Work.MSGAPP,
              "--entries 64 --size 128 --window 512"),
          bulk(
              "small",
              "MsgHeartbeatResp on the message stream, window 4000",
              Work.SMALL,
              "--work small --window 4000"),
          bulk(
              "pipeline-64",
              "MsgApp by POST, one entry of 64 B, window 64",
              Work.PIPELINE,
              "--work pipeline --size 64"),
          new Row(
              "snapshot-1g",
              "snapshots of 1 GiB, file to file, one after the other",
              Kind.SNAPSHOT,
              Work.SNAPSHOT,
              1,
              false,
              words("--work snapshot --size 1073741824"),
              List.of(),
              0),
          ping("ping-64", "round trip of a MsgApp of 64 B, one in flight", "--size 64"),
          ping("ping-5k", "the same, 5,000 a second offered", "--size 64 --rate 5000"),
          ping("ping-20k", "the same, 20,000 a second offered", "--size 64 --rate 20000"),
          peers(1),
          peers(2),
          peers(6),
          peers(50),
          new Row(
              "stuck",
              "msgapp-64 to one of two peers, the other one never reads; for a minute",
              Kind.BULK,
              Work.STUCK,
              2,
              false,
              words("--size 64 --stuck 1"),
              words("--stuck 1"),
              STUCK_SECONDS));

  /** Copies the lists. */
  public Row {
    senderFlags = List.copyOf(senderFlags);
    receiverFlags = List.copyOf(receiverFlags);
  }

  /** What is measured. */
  public enum Kind {
    /** Messages a second, from a source to a sink. */
    BULK("source", "sink"),
    /** Bytes a second, from a source to a sink. */
    SNAPSHOT("source", "sink"),
    /** Microseconds, from a ping to an echo and back. */
    PING("ping", "echo");

    private final String sender;
    private final String receiver;

    Kind(String sender, String receiver) {
      this.sender = sender;
      this.receiver = receiver;
    }

    /** The command of the end that measures. */
    String sender() {
      return sender;
    }

    /** The command of the other end. */
    String receiver() {
      return receiver;
    }
  }

  /** What not every contender can do. */
  public enum Work {
    /** MsgApp from one member to another, which any two implementations can do with each other. */
    MSGAPP,
    /** Small messages. */
    SMALL,
    /** MsgApp by POST. */
    PIPELINE,
    /** Files. */
    SNAPSHOT,
    /** Round trips. */
    PING,
    /** MsgApp to several members. */
    PEERS,
    /** A member that does not read. */
    STUCK
  }

  /** All rows; each but the last also exists under TLS, see {@link #of}. */
  public static List<Row> all() {
    return ALL;
  }

  /**
   * The row of a name.
   *
   * @throws IllegalArgumentException showing the name, if there is none
   */
  public static Row of(String label) {
    for (Row row : ALL) {
      if (row.label.equals(label)) {
        return row;
      }
      if (row.work != Work.STUCK && label.equals(row.label + TLS)) {
        return row.secured();
      }
    }
    throw new IllegalArgumentException(
        "\"" + label + "\" (expected: one of " + labels() + ", or one of them with " + TLS + ")");
  }

  /** All names. */
  public static String labels() {
    return ALL.stream().map(Row::label).collect(Collectors.joining(", "));
  }

  private Row secured() {
    return new Row(
        label + TLS,
        description + ", mutual TLS",
        kind,
        work,
        peers,
        true,
        senderFlags,
        receiverFlags,
        leastSeconds);
  }

  private Row receiving(String flags) {
    List<String> all = new ArrayList<>(receiverFlags);
    all.addAll(words(flags));
    return new Row(label, description, kind, work, peers, tls, senderFlags, all, leastSeconds);
  }

  private static Row bulk(String label, String description, Work work, String flags) {
    return new Row(label, description, Kind.BULK, work, 1, false, words(flags), List.of(), 0);
  }

  private static Row ping(String label, String description, String flags) {
    return new Row(label, description, Kind.PING, Work.PING, 1, false, words(flags), List.of(), 0);
  }

  private static Row peers(int count) {
    return new Row(
        "peers-" + count,
        "MsgApp of 64 B to " + count + (count == 1 ? " peer" : " peers") + ", window 1024 each",
        Kind.BULK,
        Work.PEERS,
        count,
        false,
        words("--size 64 --window 1024"),
        List.of(),
        0);
  }

  private static List<String> words(String flags) {
    return Arrays.asList(flags.split(" ", -1));
  }
}

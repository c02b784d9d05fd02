// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** One kind of work to compare contenders at. */
public enum Row {
  /** MsgApp with one entry of 64 bytes. */
  MSGAPP_64("msgapp-64", "MsgApp, one entry of 64 B", Kind.BULK, true, "--size 64"),
  /** MsgApp with one entry of 1 KiB. */
  MSGAPP_1K("msgapp-1k", "MsgApp, one entry of 1 KiB", Kind.BULK, true, "--size 1024"),
  /** MsgApp with one entry of 64 KiB; the window keeps what is in flight within 32 MiB. */
  MSGAPP_64K(
      "msgapp-64k",
      "MsgApp, one entry of 64 KiB, window 512",
      Kind.BULK,
      true,
      "--size 65536 --window 512"),
  /** MsgApp with 64 entries of 128 bytes. */
  MSGAPP_64X128(
      "msgapp-64x128", "MsgApp, 64 entries of 128 B", Kind.BULK, true, "--entries 64 --size 128"),
  /** Small messages on the message stream. */
  SMALL("small", "MsgHeartbeatResp on the message stream", Kind.BULK, false, "--work small"),
  /** MsgApp by POST. */
  PIPELINE_64(
      "pipeline-64",
      "MsgApp by POST, one entry of 64 B, window 64",
      Kind.BULK,
      false,
      "--work pipeline --size 64"),
  /** Round trips. */
  PING_64(
      "ping-64", "round trip of a MsgApp of 64 B, one in flight", Kind.PING, false, "--size 64");

  /** What is measured. */
  public enum Kind {
    /** Messages a second, from a source to a sink. */
    BULK("source", "sink"),
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

  private final String label;
  private final String description;
  private final Kind kind;
  private final boolean mixed;
  private final String flags;

  Row(String label, String description, Kind kind, boolean mixed, String flags) {
    this.label = label;
    this.description = description;
    this.kind = kind;
    this.mixed = mixed;
    this.flags = flags;
  }

  /**
   * The row of a name.
   *
   * @throws IllegalArgumentException showing the name, if there is none
   */
  public static Row of(String label) {
    for (Row row : values()) {
      if (row.label.equals(label)) {
        return row;
      }
    }
    throw new IllegalArgumentException("\"" + label + "\" (expected: one of " + labels() + ")");
  }

  /** All names. */
  public static String labels() {
    return Arrays.stream(values()).map(Row::label).collect(Collectors.joining(", "));
  }

  /** The name. */
  public String label() {
    return label;
  }

  /** What is done, in a few words. */
  public String description() {
    return description;
  }

  Kind kind() {
    return kind;
  }

  /** Whether contenders with a different program at each end take part. */
  boolean mixed() {
    return mixed;
  }

  /** The flags of the end that sends. */
  List<String> flags() {
    return List.of(flags.split(" ", -1));
  }
}

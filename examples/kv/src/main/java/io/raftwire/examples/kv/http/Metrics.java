// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import io.microraft.RaftRole;
import io.microraft.report.RaftNodeReport;
import io.raftwire.SendOutcome;
import io.raftwire.examples.kv.node.KvNode;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What there is to measure yet, in Prometheus' text format. */
final class Metrics {

  private final KvNode node;
  private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();

  Metrics(KvNode node) {
    this.node = node;
  }

  /** Counts an answered request. */
  void answered(String route, String method, int status) {
    // Methods come from the client; only known ones may become series.
    String known =
        switch (method) {
          case "GET", "PUT", "DELETE", "POST" -> method;
          default -> "other";
        };
    requests
        .computeIfAbsent(
            "kv_http_requests_total{route=\"%s\",method=\"%s\",status=\"%d\"}"
                .formatted(route, known, status),
            key -> new LongAdder())
        .increment();
  }

  String text() {
    RaftNodeReport report = node.report();
    Text text = new Text();
    text.gauge("kv_raft_term", "Raft term", report.getTerm().getTerm());
    text.gauge(
        "kv_raft_is_leader", "1 if this member leads", report.getRole() == RaftRole.LEADER ? 1 : 0);
    text.gauge(
        "kv_raft_has_leader", "1 if this member knows a leader", node.leader().isPresent() ? 1 : 0);
    text.gauge(
        "kv_raft_commit_index", "Index known to be committed", report.getLog().getCommitIndex());
    // The report is up to a second old, and nothing is applied that is not committed.
    text.gauge(
        "kv_raft_applied_index",
        "Index of the last operation applied",
        Math.min(node.appliedIndex(), report.getLog().getCommitIndex()));
    text.gauge(
        "kv_raft_last_log_index",
        "Index of the last log entry",
        report.getLog().getLastLogOrSnapshotIndex());
    text.gauge(
        "kv_raft_snapshot_index",
        "Index of the last snapshot",
        report.getLog().getLastSnapshotIndex());
    text.gauge(
        "kv_raft_members",
        "Members of the group",
        report.getEffectiveMembers().getMembers().size());
    text.gauge("kv_keys", "Keys in the store", node.keys());
    text.gauge("kv_active_peers", "Peers the transport reaches", node.activePeers());
    text.help("kv_raft_messages_total", "Raft messages given to the transport", "counter");
    for (SendOutcome outcome : SendOutcome.values()) {
      text.line(
          "kv_raft_messages_total{outcome=\"%s\"}"
              .formatted(outcome.name().toLowerCase(Locale.ROOT)),
          node.sent(outcome));
    }
    text.help("kv_raft_messages_refused_total", "Received messages that made no sense", "counter");
    text.line("kv_raft_messages_refused_total", node.refusedMessages());
    text.help("kv_http_requests_total", "Requests of clients answered", "counter");
    requests.forEach((name, count) -> text.line(name, count.sum()));
    return text.toString();
  }

  private static final class Text {

    private final StringBuilder out = new StringBuilder();

    void gauge(String name, String help, long value) {
      help(name, help, "gauge");
      line(name, value);
    }

    void help(String name, String help, String type) {
      out.append("# HELP ").append(name).append(' ').append(help).append('\n');
      out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    void line(String name, long value) {
      out.append(name).append(' ').append(value).append('\n');
    }

    @Override
    public String toString() {
      return out.toString();
    }
  }
}

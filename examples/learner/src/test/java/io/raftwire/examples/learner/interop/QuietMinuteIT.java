// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.raftwire.MemberId;
import io.raftwire.examples.learner.cluster.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operators of the members see of a learner while nothing special happens: an active peer with
 * a sane round trip, and nothing about it in the logs. Both versions share one minute.
 */
@Tag("interop")
class QuietMinuteIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(30);

  /**
   * Warnings that are allowed: that the leader was late with a heartbeat, which it says of every
   * follower alike and which on a shared machine says nothing about the learner.
   */
  private static final List<String> ALLOWED =
      List.of("leader failed to send out heartbeat on time");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  /** A cluster with its learner. */
  private record Pair(Tools.Etcd etcd, EtcdCluster cluster, LearnerProcess learner, Path data)
      implements AutoCloseable {

    static Pair start(Tools.Etcd etcd, Path directory) throws Exception {
      EtcdCluster cluster = EtcdCluster.start(etcd, directory.resolve("etcd"), 3, "http");
      Path data = directory.resolve("data");
      LearnerProcess learner =
          LearnerProcess.start(
              directory,
              "learner",
              "--endpoints",
              cluster.endpoints(),
              "--listen-peer-urls",
              "http://127.0.0.1:" + EtcdCluster.freePort(),
              "--data-dir",
              data.toString());
      return new Pair(etcd, cluster, learner, data);
    }

    @Override
    public void close() {
      learner.close();
      cluster.close();
    }
  }

  @Test
  void membersSeeAHealthyPeer() throws Exception {
    Tools.Etcd etcd34 = Tools.etcd34();
    Tools.Etcd etcd37 = Tools.etcd37();
    try (Pair old = Pair.start(etcd34, directory.resolve("34"));
        Pair current = Pair.start(etcd37, directory.resolve("37"))) {
      List<Pair> pairs = List.of(old, current);
      for (Pair pair : pairs) {
        pair.learner().awaitError("following", SOON);
      }
      Thread.sleep(6_000); // the first question for the version came before it listened
      List<List<Integer>> marks = new ArrayList<>();
      for (Pair pair : pairs) {
        marks.add(logSizes(pair.cluster()));
      }
      for (int second = 0; second < 60; second++) {
        for (Pair pair : pairs) {
          pair.cluster().put("quiet" + second, 1);
        }
        Thread.sleep(1_000);
      }
      for (int i = 0; i < pairs.size(); i++) {
        pairs.get(i).learner().awaitKey("quiet59-00000", SOON);
        check(pairs.get(i), marks.get(i));
      }
    }
  }

  private static List<Integer> logSizes(EtcdCluster cluster) throws Exception {
    List<Integer> sizes = new ArrayList<>();
    for (int node = 0; node < cluster.size(); node++) {
      sizes.add(cluster.log(node).size());
    }
    return sizes;
  }

  private static void check(Pair pair, List<Integer> marks) throws Exception {
    MemberId learner = Identity.read(pair.data()).orElseThrow().memberId();
    for (int node = 0; node < pair.cluster().size(); node++) {
      String metrics = pair.cluster().metrics(node);
      assertThat(value(metrics, "etcd_network_active_peers\\{.*Remote=\"" + learner + "\"\\}"))
          .isEqualTo(1);
      double rounds = rtt(metrics, learner, "count");
      double seconds = rtt(metrics, learner, "sum") / rounds;
      System.out.printf(
          "etcd %s member %d: learner active, round trip %.2f ms over %.0f probes%n",
          pair.etcd().version(), node, seconds * 1_000, rounds);
      assertThat(rounds).isGreaterThan(0);
      assertThat(seconds).isBetween(0.0, 0.1);
      assertThat(complaints(pair.cluster().log(node), marks.get(node), learner)).isEmpty();
    }
  }

  private static double rtt(String metrics, MemberId learner, String what) {
    return value(
        metrics,
        "etcd_network_peer_round_trip_time_seconds_" + what + "\\{To=\"" + learner + "\"\\}");
  }

  private static double value(String metrics, String series) {
    Matcher matcher = Pattern.compile("(?m)^" + series + " (\\S+)$").matcher(metrics);
    assertThat(matcher.find()).as(series).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  private static List<String> complaints(List<String> log, int from, MemberId learner)
      throws Exception {
    List<String> complaints = new ArrayList<>();
    for (String line : log.subList(from, log.size())) {
      JsonNode json = JSON.readTree(line);
      boolean serious = !List.of("info", "debug").contains(json.path("level").asText());
      boolean allowed = ALLOWED.stream().anyMatch(json.path("msg").asText()::contains);
      if (serious && !allowed && line.contains(learner.toString())) {
        complaints.add(line);
      }
    }
    return complaints;
  }
}

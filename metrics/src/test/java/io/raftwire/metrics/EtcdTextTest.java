// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EtcdTextTest {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void theTextHasTheFifteenFamiliesAndNoOther() {
    traffic();
    PrometheusText text = PrometheusText.parse(EtcdText.of(registry.scrape()));
    assertThat(text.families().keySet())
        .isEqualTo(
            Stream.of(EtcdMeter.values()).map(EtcdMeter::getName).collect(Collectors.toSet()));
    for (EtcdMeter meter : EtcdMeter.values()) {
      assertThat(text.family(meter.getName()).type).isEqualTo(meter.prometheusType().label());
      assertThat(text.family(meter.getName()).help).isEqualTo(meter.meaning());
    }
  }

  @Test
  void samplesHaveEtcdsNamesInTheBareTextToo() {
    traffic();
    assertThat(registry.scrape())
        .contains("\netcd_network_snapshot_send_success{To=\"b2\"} 1.0\n")
        .contains("\netcd_network_snapshot_receive_failures{From=\"b2\"} 1.0\n")
        .contains("\netcd_network_snapshot_send_inflights_total{To=\"b2\"} 0.0\n")
        .contains("\netcd_network_active_peers{Local=\"a1\",Remote=\"b2\"} 0.0\n");
  }

  @Test
  void inflightsGoUpAndDown() {
    PeerRecorder peer = peer();
    String series = "\netcd_network_snapshot_send_inflights_total{To=\"b2\"} ";
    Traffic.appear(peer);
    assertThat(registry.scrape()).contains(series + "0.0");
    peer.snapshotStarted(PeerRecorder.Direction.SEND);
    System.gc();
    assertThat(registry.scrape()).contains(series + "1.0");
    peer.snapshotEnded(PeerRecorder.Direction.SEND, Duration.ofSeconds(1), null);
    assertThat(registry.scrape()).contains(series + "0.0");
  }

  @Test
  void boundsAreWrittenAsGoDoes() {
    traffic();
    PrometheusText text = PrometheusText.parse(EtcdText.of(registry.scrape()));
    assertThat(text.family("etcd_network_peer_round_trip_time_seconds").boundTexts())
        .containsExactly(
            "0.0001", "0.0002", "0.0004", "0.0008", "0.0016", "0.0032", "0.0064", "0.0128",
            "0.0256", "0.0512", "0.1024", "0.2048", "0.4096", "0.8192", "1.6384", "3.2768", "+Inf");
    assertThat(text.family("etcd_network_snapshot_send_total_duration_seconds").boundTexts())
        .containsExactly(
            "0.1", "0.2", "0.4", "0.8", "1.6", "3.2", "6.4", "12.8", "25.6", "51.2", "+Inf");
  }

  @Test
  void everythingElseStaysAsItIs() {
    registry.timer("other.seconds").record(Duration.ofSeconds(1));
    registry.counter("other.things").increment();
    assertThat(EtcdText.of(registry.scrape())).isEqualTo(registry.scrape());
  }

  private PeerRecorder peer() {
    return MicrometerRecorder.builder(registry)
        .names(MeterNames.ETCD)
        .build()
        .peer(MemberId.of(0xa1), MemberId.of(0xb2));
  }

  private void traffic() {
    PeerRecorder peer = peer();
    Traffic.appear(peer);
    Traffic.everything(peer);
  }
}

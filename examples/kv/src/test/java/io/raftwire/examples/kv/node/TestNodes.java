// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.ByteString;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Members for tests. */
public final class TestNodes {

  public static final String CLUSTER = "m1=http://h:1,m2=http://h:2,m3=http://h:3";

  private TestNodes() {}

  public static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The configuration of a member of a new cluster. */
  public static NodeConfig config(Path dir, String name, String cluster) {
    return config(dir, name, cluster, null, null, 100);
  }

  static NodeConfig config(
      Path dir,
      String name,
      String cluster,
      @Nullable MemberId id,
      @Nullable ClusterId clusterId,
      int snapshotCount) {
    InitialCluster initial = InitialCluster.parse(cluster, "test");
    boolean joining = clusterId != null;
    PeerUrls urls =
        joining
            ? PeerUrls.of("http://h:9")
            : PeerUrls.of(initial.named(name).orElseThrow().peerUrls());
    return new NodeConfig(
        name,
        id,
        clusterId,
        dir.resolve(name),
        initial,
        joining,
        urls,
        urls,
        List.of(URI.create("http://127.0.0.1:0")),
        List.of("http://client-of-" + name + ":80"),
        null,
        new NodeConfig.Timing(Duration.ofMillis(50), Duration.ofMillis(250), snapshotCount),
        new NodeConfig.Limits(4096, 1 << 20, Duration.ofSeconds(3)));
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv;

import io.raftwire.ClusterId;
import io.raftwire.PeerUrls;
import io.raftwire.TransportRecorder;
import io.raftwire.examples.kv.http.KvServer;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.InitialCluster;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.Names;
import io.raftwire.examples.kv.node.NodeConfig;
import io.raftwire.examples.kv.node.StartupException;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.metrics.MeterNames;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one member. */
@Command(
    name = "node",
    description = {
      "Runs one member of the store. Its flags have etcd's names.",
      "",
      "Started without any, it is a cluster of one member. A restarted member needs --data-dir,",
      "--name and its URLs only: the rest it knows.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class NodeCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(NodeCommand.class);

  // Long enough for the answer to whoever removed this member.
  private static final long LINGER_MILLIS = 1000;

  private static final int MAX_VALUE_BYTES = 64 << 20;

  enum ClusterState {
    NEW,
    EXISTING
  }

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "This member's name. Default: default")
  private String name = "default";

  @Option(
      names = "--id",
      paramLabel = "HEX",
      description =
          "This member's id, 1 to 16 hex digits. Default: derived from its peer URLs and the token;"
              + " needed to join an existing cluster.")
  private @Nullable String id;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the member keeps its log and who it is. Default: NAME.data")
  private @Nullable Path dataDir;

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description =
          "The members a new cluster begins with, this one among them, or those an existing one"
              + " has. An id may go before a name: ID@NAME=URL. Default: this member alone.")
  private @Nullable String initialCluster;

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TEXT",
      description =
          "Makes the ids of this cluster differ from those of another on the same URLs. Default:"
              + " raftwire-kv")
  private String token = "raftwire-kv";

  @Option(
      names = "--initial-cluster-state",
      paramLabel = "new|existing",
      description =
          "existing: join a cluster that POST /members has told of this member. Default: new")
  private ClusterState clusterState = ClusterState.NEW;

  @Option(
      names = "--cluster-id",
      paramLabel = "HEX",
      description = "The id of an existing cluster, as GET /members shows it.")
  private @Nullable String clusterId;

  @Option(
      names = "--listen-peer-urls",
      paramLabel = "URL,...",
      description = "Where to listen for the other members. Default: http://127.0.0.1:2380")
  private String listenPeerUrls = "http://127.0.0.1:2380";

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL,...",
      description = "Where the other members reach this one. Default: --listen-peer-urls")
  private @Nullable String advertisePeerUrls;

  @Option(
      names = "--listen-client-urls",
      paramLabel = "URL,...",
      description = "Where to listen for clients. Default: http://127.0.0.1:8080")
  private String listenClientUrls = "http://127.0.0.1:8080";

  @Option(
      names = "--advertise-client-urls",
      paramLabel = "URL,...",
      description = "Where clients reach this member. Default: --listen-client-urls")
  private @Nullable String advertiseClientUrls;

  @Mixin private PeerTlsOptions peerTls = new PeerTlsOptions();

  @Option(
      names = "--heartbeat-interval",
      paramLabel = "MS",
      description = "How often the leader is heard of. Default: 250")
  private int heartbeatMillis = 250;

  @Option(
      names = "--election-timeout",
      paramLabel = "MS",
      description = "After how long without a leader a member calls an election. Default: 1500")
  private int electionMillis = 1500;

  @Option(
      names = "--snapshot-count",
      paramLabel = "N",
      description = "After how many log entries a snapshot is taken. Default: 10000")
  private int snapshotCount = 10_000;

  @Option(
      names = "--request-timeout",
      paramLabel = "MS",
      description = "After how long a client is answered 503. Default: 5000")
  private int requestTimeoutMillis = 5000;

  @Option(
      names = "--max-value-bytes",
      paramLabel = "N",
      description = "The largest value. Default: 1048576")
  private int maxValueBytes = 1 << 20;

  @Option(
      names = "--max-key-bytes",
      paramLabel = "N",
      description = "The longest key. Default: 4096")
  private int maxKeyBytes = 4096;

  @Option(
      names = "--meter-names",
      paramLabel = "raftwire|etcd",
      description =
          "Which names the transport's meters have at /metrics: Raftwire's own, or etcd's, for"
              + " dashboards made for those. Default: raftwire")
  private MeterNames meterNames = MeterNames.RAFTWIRE;

  @Option(
      names = "--allow-faults",
      description =
          "Lets the page, and POST /faults/cut and /faults/mend, cut links of this member. For"
              + " trying things out only.")
  private boolean allowFaults;

  // How often the page is told; for tests.
  @Option(names = "--page-interval", hidden = true)
  private int pageMillis = 1000;

  // How the members of «cluster» end with it, even if it is killed.
  @Option(names = "--exit-with-stdin", hidden = true)
  private boolean exitWithStdin;

  @Override
  public Integer call() throws Exception {
    NodeConfig config = config();
    positive("--page-interval", pageMillis, 60_000);
    NodeMeters meters = new NodeMeters(meterNames);
    Path peerCertFile = peerTls.certFile();
    if (peerCertFile != null) {
      meters.certificate("peer", peerCertFile);
    }
    KvNode node =
        new KvNode(config, settings -> transport(settings, config.peerTls(), meters.recorder()));
    Faults faults = new Faults(node, allowFaults);
    PageFeed feed = new PageFeed(node, meters, faults, Duration.ofMillis(pageMillis));
    KvServer server = new KvServer(node, meters, faults, feed);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  feed.close();
                  server.close();
                  node.stop();
                  meters.close();
                  log.info("{} has stopped", name);
                },
                "stop-" + name));
    if (exitWithStdin) {
      exitAtEndOfInput();
    }
    feed.start();
    node.start();
    server.start(config.listenClientUrls());
    log.info(
        "{} ({}) of cluster {} serves clients at {} and peers at {}; data in {}",
        name,
        node.id(),
        node.clusterId(),
        listenClientUrls,
        config.listenPeerUrls(),
        config.dataDir().toAbsolutePath());
    String reason = node.ended().join();
    if (reason.equals(KvNode.STOPPED)) {
      return 0;
    }
    log.warn("{} ends: {}", name, reason);
    new CompletableFuture<Void>()
        .completeOnTimeout(null, LINGER_MILLIS, TimeUnit.MILLISECONDS)
        .join();
    return 2;
  }

  NodeConfig config() {
    if (!Names.isName(name)) {
      throw new StartupException("--name \"" + name + "\" (expected: " + Names.RULE + ")");
    }
    PeerUrls listenPeers = peerUrls("--listen-peer-urls", listenPeerUrls);
    PeerUrls advertisePeers =
        advertisePeerUrls == null
            ? listenPeers
            : peerUrls("--initial-advertise-peer-urls", advertisePeerUrls);
    positive("--heartbeat-interval", heartbeatMillis, 60_000);
    positive("--election-timeout", electionMillis, 600_000);
    if (electionMillis < 2 * heartbeatMillis) {
      throw new StartupException(
          "--election-timeout "
              + electionMillis
              + " (expected: at least twice --heartbeat-interval, "
              + heartbeatMillis
              + ")");
    }
    positive("--snapshot-count", snapshotCount, 1_000_000);
    positive("--request-timeout", requestTimeoutMillis, 600_000);
    positive("--max-value-bytes", maxValueBytes, MAX_VALUE_BYTES);
    positive("--max-key-bytes", maxKeyBytes, 65_536);
    return new NodeConfig(
        name,
        id == null ? null : flag("--id", id, InitialCluster::memberId),
        clusterId == null ? null : flag("--cluster-id", clusterId, ClusterId::parse),
        dataDir == null ? Path.of(name + ".data") : dataDir(dataDir),
        initialCluster(advertisePeers),
        clusterState == ClusterState.EXISTING,
        listenPeers,
        advertisePeers,
        clientUrls("--listen-client-urls", listenClientUrls),
        clientUrls(
                "--advertise-client-urls",
                advertiseClientUrls == null ? listenClientUrls : advertiseClientUrls)
            .stream()
            .map(URI::toString)
            .toList(),
        peerTls.tls(),
        new NodeConfig.Timing(
            Duration.ofMillis(heartbeatMillis), Duration.ofMillis(electionMillis), snapshotCount),
        new NodeConfig.Limits(maxKeyBytes, maxValueBytes, Duration.ofMillis(requestTimeoutMillis)));
  }

  private @Nullable InitialCluster initialCluster(PeerUrls advertised) {
    String text = initialCluster;
    if (text == null) {
      if (clusterState == ClusterState.EXISTING) {
        return null;
      }
      String prefix = (id == null ? "" : id + "@") + name + "=";
      List<String> parts = new ArrayList<>();
      advertised.urls().forEach(url -> parts.add(prefix + url));
      text = String.join(",", parts);
    }
    String given = text;
    return flag("--initial-cluster", given, value -> InitialCluster.parse(value, token));
  }

  private static RaftHttpTransport transport(
      KvNode.TransportSettings settings, @Nullable PeerTls tls, TransportRecorder recorder) {
    RaftHttpConfig.Builder config =
        RaftHttpConfig.builder(settings.id(), settings.clusterId())
            .listenUrls(settings.listen())
            .advertisedUrls(settings.advertise())
            .recorder(recorder);
    if (tls != null) {
      config.tls(tls);
    }
    try {
      return RaftHttpTransport.create(config.build());
    } catch (IllegalArgumentException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void exitAtEndOfInput() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Only its end matters.
                }
              } catch (IOException e) {
                log.debug("standard input broke: {}", e.toString());
              }
              System.exit(0);
            },
            "stdin");
    watcher.setDaemon(true);
    watcher.start();
  }

  private static PeerUrls peerUrls(String flag, String text) {
    return flag(flag, text, PeerUrls::parse);
  }

  private static List<URI> clientUrls(String flag, String text) {
    List<URI> urls = new ArrayList<>();
    for (URI url : peerUrls(flag, text).urls()) {
      if (!url.getScheme().equals("http")) {
        throw new StartupException(flag + " " + url + " (expected: http://host:port)");
      }
      urls.add(url);
    }
    return urls;
  }

  /** What is not just an empty variable of a shell. */
  static Path dataDir(Path given) {
    if (given.toString().isEmpty()) {
      throw new StartupException("--data-dir \"\" (expected: a directory; . for this one)");
    }
    return given;
  }

  private static <T> T flag(String flag, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new StartupException(flag + ": " + e.getMessage(), e);
    }
  }

  private static void positive(String flag, int value, int max) {
    if (value < 1 || value > max) {
      throw new StartupException(flag + " " + value + " (expected: 1 to " + max + ")");
    }
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import io.raftwire.PeerUrls;
import io.raftwire.examples.learner.cluster.ClusterException;
import io.raftwire.examples.learner.cluster.Enrolment;
import io.raftwire.examples.learner.cluster.EtcdApi;
import io.raftwire.examples.learner.cluster.Identity;
import io.raftwire.examples.learner.cluster.Pem;
import io.raftwire.examples.learner.feed.EventFormat;
import io.raftwire.examples.learner.feed.FeedEvent;
import io.raftwire.examples.learner.feed.JsonFormat;
import io.raftwire.examples.learner.feed.TextFormat;
import io.raftwire.examples.learner.node.DataDirLock;
import io.raftwire.examples.learner.node.Ended;
import io.raftwire.examples.learner.node.LearnerConfig;
import io.raftwire.examples.learner.node.LearnerNode;
import io.raftwire.examples.learner.store.StoreException;
import io.raftwire.http.config.PeerTls;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Joins an etcd cluster as a learner and prints its log as it is committed. */
@Command(
    name = "raftwire-learner",
    description = {
      "Joins an etcd cluster (3.4 to 3.7) as a raft learner and prints what the cluster commits:"
          + " puts, deletes, transactions, leases, changes of the membership.",
      "",
      "A learner gets the log and has no say: it counts in no quorum, never votes and never leads."
          + " Its own copy of the log is on disk before it is acknowledged, so it"
          + " goes on where it was after any crash.",
      "",
      "    java -jar raftwire-learner.jar --endpoints http://127.0.0.1:2379 \\",
      "        --listen-peer-urls http://127.0.0.1:12380 --data-dir learner",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "The feed goes to the standard output, everything else to the standard error. Exit codes: 0"
          + " stopped, left, or --count reached; 1 failed; 2 wrong options; 3 removed from the"
          + " cluster by somebody else."
    })
public final class Main implements Callable<Integer> {

  private static final int REMOVED = 3;
  private static final Duration STOP_GRACE = Duration.ofSeconds(15);

  /** What events look like. */
  enum Format {
    /** Lines for people. */
    text,
    /** A JSON object a line. */
    json
  }

  @Option(
      names = "--endpoints",
      paramLabel = "URL",
      split = ",",
      required = true,
      description = "Client URLs of the cluster, asked to add or remove the learner.")
  private List<URI> endpoints = List.of();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description =
          "Where the learner keeps its ids, its log and the snapshots it was sent. Restart with the"
              + " same one.")
  private Path dataDir = Path.of("");

  @Option(
      names = "--listen-peer-urls",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:12380",
      description = "Where to listen for members. Default: ${DEFAULT-VALUE}")
  private String listenPeerUrls = "";

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL",
      description =
          "What members are told to dial. Default: the listen URLs. If it differs from last time,"
              + " the cluster is told that the learner has moved; etcd's member list shows it as a"
              + " voter from then on, though raft counts it as a learner as before.")
  private @Nullable String advertisedPeerUrls;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "The learner's name in the member list, which it proposes once. Default: none; it proposes"
              + " nothing at all, and members list it as unstarted.")
  private @Nullable String name;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "text: lines for people, long values cut; json: an object a line, keys and values base64"
              + " as with etcdctl -w json. Default: ${DEFAULT-VALUE}")
  private Format output = Format.text;

  @Option(
      names = "--from-index",
      paramLabel = "N",
      description =
          "The first index to print. Default: the one after the last printed from this data"
              + " directory, at first 1.")
  private @Nullable Long fromIndex;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Stop after so many events. Default: go on until stopped.")
  private @Nullable Long count;

  @Option(
      names = "--keep-entries",
      paramLabel = "N",
      defaultValue = "" + LearnerConfig.DEFAULT_KEEP_ENTRIES,
      description =
          "How many committed entries to keep for --from-index. Default: ${DEFAULT-VALUE}")
  private long keepEntries = LearnerConfig.DEFAULT_KEEP_ENTRIES;

  @Option(
      names = "--keep-snapshots",
      paramLabel = "N",
      defaultValue = "" + LearnerConfig.DEFAULT_KEEP_SNAPSHOTS,
      description =
          "How many of the databases that came as snapshots to keep in DIR/snapshots, for etcdctl"
              + " snapshot. Default: ${DEFAULT-VALUE}")
  private int keepSnapshots = LearnerConfig.DEFAULT_KEEP_SNAPSHOTS;

  @Option(
      names = "--leave",
      description = "Remove this data directory's learner from the cluster, and stop.")
  private boolean leave;

  @Mixin private PeerTlsOptions peerTls = new PeerTlsOptions();

  @Option(
      names = "--cert-file",
      paramLabel = "PEM",
      description = "Client certificate for https endpoints, if they demand one.")
  private @Nullable Path cert;

  @Option(names = "--key-file", paramLabel = "PEM", description = "Its key, without a password.")
  private @Nullable Path key;

  @Option(
      names = "--trusted-ca-file",
      paramLabel = "PEM",
      description = "The CA of https endpoints. Default: those the Java platform trusts.")
  private @Nullable Path ca;

  @Option(
      names = "--user",
      paramLabel = "NAME:PASSWORD",
      description =
          "For clusters with authentication; the user needs the root role. To keep it out of the"
              + " process list, put the option into a file and give @FILE.")
  private @Nullable String user;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** The program. */
  public static void main(String[] args) {
    AtomicInteger exit = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(1);
    Main main = new Main();
    // A signal ends the wait in call(), which then closes everything in order; the JVM's own exit
    // code for signals is replaced by ours.
    Thread hook =
        new Thread(
            () -> {
              main.stopping.countDown();
              try {
                if (done.await(STOP_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                  Runtime.getRuntime().halt(exit.get());
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "learner-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    exit.set(commandLine(main).execute(args));
    done.countDown();
    System.exit(exit.get());
  }

  /** The program without its exit. */
  static CommandLine commandLine(Main main) {
    return new CommandLine(main).setUsageHelpWidth(100).setExecutionExceptionHandler(Main::failed);
  }

  private final CountDownLatch stopping = new CountDownLatch(1);

  private static int failed(Exception cause, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (cause instanceof ClusterException
        || cause instanceof StoreException
        || cause instanceof UncheckedIOException
        || cause instanceof IllegalArgumentException) {
      command.getErr().println("raftwire-learner: " + cause.getMessage());
      return 1;
    }
    throw cause;
  }

  @Override
  public Integer call() {
    check();
    PeerUrls listen = urls("--listen-peer-urls", listenPeerUrls);
    PeerUrls advertised =
        advertisedPeerUrls == null
            ? listen
            : urls("--initial-advertise-peer-urls", advertisedPeerUrls);
    Enrolment enrolment = new Enrolment(api(), dataDir);
    if (leave) {
      Identity left = enrolment.leave();
      System.err.println("learner " + left.memberId() + " has left cluster " + left.clusterId());
      return 0;
    }
    PeerTls tls = peerTls.tls();
    // Taken before the cluster is asked for anything in the name of another learner's directory.
    try (DataDirLock lock = DataDirLock.take(dataDir)) {
      Identity identity =
          enrolment.join(advertised, initial -> LearnerNode.initialize(dataDir, initial));
      LearnerConfig config =
          new LearnerConfig(
              dataDir,
              identity.with(advertised),
              listen,
              name,
              keepEntries,
              keepSnapshots,
              tls,
              UnaryOperator.identity());
      return follow(LearnerNode.open(config, lock), () -> enrolment.move(advertised));
    }
  }

  private int follow(LearnerNode node, Runnable whenListening) {
    AtomicInteger exit = new AtomicInteger();
    AtomicBoolean ended = new AtomicBoolean();
    try (Cursor cursor = Cursor.open(dataDir)) {
      Output lines = new Output(new FileOutputStream(FileDescriptor.out), format(), cursor);
      node.start();
      whenListening.run();
      long from = fromIndex == null ? cursor.read() + 1 : fromIndex;
      Disposable feed =
          first(count == null ? Long.MAX_VALUE : count, node.pages(from))
              .publishOn(Schedulers.newSingle("learner-output", true), 1)
              .subscribe(
                  page -> node.delivered(lines.write(page)),
                  cause -> {
                    System.err.println("raftwire-learner: " + cause.getMessage());
                    exit.set(1);
                    stopping.countDown();
                  },
                  stopping::countDown);
      node.ended()
          .subscribe(
              end -> {
                ended.set(true);
                exit.set(code(end));
                stopping.countDown();
              });
      stopping.await();
      node.stop();
      feed.dispose();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      node.stop();
    } catch (RuntimeException e) {
      node.stop();
      throw e;
    }
    return exit.get();
  }

  private static Flux<List<FeedEvent>> first(long events, Flux<List<FeedEvent>> pages) {
    AtomicLong left = new AtomicLong(events);
    return pages
        .map(page -> page.subList(0, (int) Math.min(page.size(), left.get())))
        .takeUntil(page -> left.addAndGet(-page.size()) == 0);
  }

  private static int code(Ended end) {
    System.err.println(
        "raftwire-learner: "
            + (end.removed() ? "removed from the cluster: " : "failed: ")
            + end.detail());
    return end.removed() ? REMOVED : 1;
  }

  private EventFormat format() {
    return output == Format.json ? new JsonFormat() : new TextFormat();
  }

  private EtcdApi api() {
    EtcdApi.Login login = null;
    if (user != null) {
      int colon = user.indexOf(':');
      login = new EtcdApi.Login(user.substring(0, colon), user.substring(colon + 1));
    }
    return new EtcdApi(endpoints, https() ? Pem.client(cert, key, ca) : null, login);
  }

  private boolean https() {
    return endpoints.stream().anyMatch(url -> "https".equals(url.getScheme()));
  }

  private PeerUrls urls(String option, String text) {
    try {
      return PeerUrls.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(option + ": " + e.getMessage());
    }
  }

  private void check() {
    List<String> problems = new ArrayList<>();
    for (URI url : endpoints) {
      if (!List.of("http", "https").contains(String.valueOf(url.getScheme()))
          || url.getHost() == null
          || url.getPort() == 0
          || url.getPort() > 65_535) {
        problems.add("--endpoints: \"" + url + "\" (expected: http://host:port or https://…)");
      }
    }
    peerTls.check(problems);
    pair("--cert-file", cert, "--key-file", key, problems);
    if (!https()) {
      String missing = "https --endpoints";
      PeerTlsOptions.ofNoUse("--cert-file", cert, missing, problems);
      PeerTlsOptions.ofNoUse("--trusted-ca-file", ca, missing, problems);
    }
    if (dataDir.toString().isEmpty()) {
      problems.add("--data-dir: \"\" (expected: a directory; . for this one)");
    }
    if (!leave) {
      needsCertificate("--listen-peer-urls", listenPeerUrls, problems);
      needsCertificate("--initial-advertise-peer-urls", advertisedPeerUrls, problems);
    }
    atLeast("--from-index", fromIndex, 1, problems);
    atLeast("--count", count, 1, problems);
    atLeast("--keep-entries", keepEntries, 0, problems);
    atLeast("--keep-snapshots", (long) keepSnapshots, 1, problems);
    if (user != null && user.indexOf(':') < 1) {
      String lacks = user.startsWith(":") ? "nothing before its \":\"" : "no \":\" in it";
      problems.add("--user: " + lacks + " (expected: NAME:PASSWORD)");
    }
    if (!problems.isEmpty()) {
      throw wrong(String.join("; ", problems));
    }
  }

  private void needsCertificate(String option, @Nullable String urls, List<String> problems) {
    if (urls != null && urls.contains("https:") && !peerTls.isGiven()) {
      problems.add(option + ": " + urls + " (expected with https: --peer-cert-file)");
    }
  }

  /** Finds one of two that go together without the other. */
  static void pair(
      String one, @Nullable Path a, String other, @Nullable Path b, List<String> problems) {
    if ((a == null) != (b == null)) {
      problems.add(
          (a == null ? other + " " + b : one + " " + a)
              + " (expected: "
              + (a == null ? one : other)
              + " as well)");
    }
  }

  private static void atLeast(
      String option, @Nullable Long value, long least, List<String> problems) {
    if (value != null && value < least) {
      problems.add(option + ": " + value + " (expected: at least " + least + ")");
    }
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}

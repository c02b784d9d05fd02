// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.raftwire.examples.kv.node.StartupException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The members of a local cluster and where they are. Kept in the data directory, so that the
 * cluster is the same when it is started again.
 */
public final class ClusterPlan {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FILE = "cluster.json";
  private static final String HOST = "127.0.0.1";
  private static final int MAX_MEMBERS = 9;

  private final Path dataDir;
  private final Recorded recorded;
  private final List<String> options;
  private final boolean isNew;

  private ClusterPlan(Path dataDir, Recorded recorded, List<String> options, boolean isNew) {
    this.dataDir = dataDir;
    this.recorded = recorded;
    this.options = List.copyOf(options);
    this.isNew = isNew;
  }

  private record Recorded(
      @JsonProperty("members") int members,
      @JsonProperty("clientPort") int clientPort,
      @JsonProperty("peerPort") int peerPort,
      @JsonProperty("token") String token) {}

  /**
   * One member.
   *
   * @param name its name
   * @param clientPort where it listens for clients
   * @param peerPort where it listens for peers
   * @param arguments what this program is started with to be that member
   */
  public record Member(String name, int clientPort, int peerPort, List<String> arguments) {

    /** Where clients reach it. */
    public String clientUrl() {
      return "http://" + HOST + ":" + clientPort;
    }
  }

  /**
   * The plan a data directory has, or a new one. Blocks on the disk.
   *
   * @param members how many; null for what is recorded, else 3. The same holds for the ports.
   * @param options further ones for each member, which are not recorded
   * @throws StartupException if a flag is out of range or is not what is recorded
   */
  public static ClusterPlan loadOrCreate(
      Path dataDir,
      @Nullable Integer members,
      @Nullable Integer clientPort,
      @Nullable Integer peerPort,
      List<String> options) {
    Path file = dataDir.resolve(FILE);
    try {
      if (Files.exists(file)) {
        Recorded recorded = read(file);
        mustEqual(dataDir, "--members", members, recorded.members);
        mustEqual(dataDir, "--client-port", clientPort, recorded.clientPort);
        mustEqual(dataDir, "--peer-port", peerPort, recorded.peerPort);
        return new ClusterPlan(dataDir, recorded, options, false);
      }
      Recorded recorded =
          new Recorded(
              members == null ? 3 : members,
              clientPort == null ? 8080 : clientPort,
              peerPort == null ? 2380 : peerPort,
              Long.toHexString(new SecureRandom().nextLong()));
      inRange("--members", recorded.members, 1, MAX_MEMBERS);
      inRange("--client-port", recorded.clientPort, 1, 65_536 - recorded.members);
      inRange("--peer-port", recorded.peerPort, 1, 65_536 - recorded.members);
      if (Math.abs(recorded.clientPort - recorded.peerPort) < recorded.members) {
        throw new StartupException(
            "--client-port "
                + recorded.clientPort
                + ", --peer-port "
                + recorded.peerPort
                + ": their ranges of "
                + recorded.members
                + " ports overlap (expected: that they do not)");
      }
      return new ClusterPlan(dataDir, recorded, options, true);
    } catch (IOException e) {
      throw unusable(dataDir, e);
    }
  }

  private static Recorded read(Path file) throws IOException {
    String found = Files.readString(file);
    Recorded recorded;
    try {
      recorded = JSON.readValue(found, Recorded.class);
    } catch (JsonProcessingException e) {
      throw broken(file, e.getOriginalMessage());
    }
    if (recorded == null
        || !isWithin(recorded.members, 1, MAX_MEMBERS)
        || !isWithin(recorded.clientPort, 1, 65_536 - recorded.members)
        || !isWithin(recorded.peerPort, 1, 65_536 - recorded.members)
        || recorded.token == null) {
      throw broken(file, found.strip());
    }
    return recorded;
  }

  private static StartupException broken(Path file, String why) {
    return new StartupException(
        file + ": " + why.lines().findFirst().orElse("empty") + " (expected: as it was written)");
  }

  private static StartupException unusable(Path dataDir, IOException cause) {
    return new StartupException(
        "--data-dir " + dataDir + ": " + cause + " (expected: a directory that can be written)",
        cause);
  }

  /** Records a new plan. Blocks on the disk. */
  void save() {
    if (isNew) {
      try {
        Files.createDirectories(dataDir);
        Files.write(dataDir.resolve(FILE), JSON.writeValueAsBytes(recorded));
      } catch (IOException e) {
        throw unusable(dataDir, e);
      }
    }
  }

  /** Whether there was none in the data directory. */
  boolean isNew() {
    return isNew;
  }

  /** Where everything is kept. */
  Path dataDir() {
    return dataDir;
  }

  /**
   * Finds out at once whether the ports are free.
   *
   * @throws StartupException naming the one that is not, and its flag
   */
  void checkPorts() {
    for (Member member : members()) {
      checkPort("--client-port", member.clientPort, member);
      checkPort("--peer-port", member.peerPort, member);
    }
  }

  /** The members in their order. */
  public List<Member> members() {
    StringJoiner cluster = new StringJoiner(",");
    for (int i = 0; i < recorded.members; i++) {
      cluster.add(name(i) + "=" + peerUrl(i));
    }
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < recorded.members; i++) {
      int clientPort = recorded.clientPort + i;
      List<String> arguments = new ArrayList<>();
      arguments.add("node");
      arguments.add("--name=" + name(i));
      arguments.add("--data-dir=" + dataDir.toAbsolutePath().normalize().resolve(name(i)));
      arguments.add("--listen-client-urls=http://" + HOST + ":" + clientPort);
      arguments.add("--listen-peer-urls=" + peerUrl(i));
      arguments.add("--initial-cluster=" + cluster);
      arguments.add("--initial-cluster-token=" + recorded.token);
      arguments.addAll(options);
      members.add(new Member(name(i), clientPort, recorded.peerPort + i, List.copyOf(arguments)));
    }
    return members;
  }

  private static String name(int i) {
    return "m" + (i + 1);
  }

  private String peerUrl(int i) {
    return "http://" + HOST + ":" + (recorded.peerPort + i);
  }

  private static void checkPort(String flag, int port, Member member) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new StartupException(
          "port "
              + port
              + " of "
              + member.name
              + " cannot be used: "
              + e.getMessage()
              + " (expected: a free one; choose others with "
              + flag
              + " and a new --data-dir, or stop"
              + " what uses it)",
          e);
    }
  }

  private static void mustEqual(Path dataDir, String flag, @Nullable Integer given, int recorded) {
    if (given != null && given != recorded) {
      throw new StartupException(
          flag
              + " "
              + given
              + ": the cluster in "
              + dataDir
              + " was made with "
              + recorded
              + " (expected: the same, or another --data-dir)");
    }
  }

  private static boolean isWithin(int value, int min, int max) {
    return value >= min && value <= max;
  }

  private static void inRange(String flag, int value, int min, int max) {
    if (!isWithin(value, min, max)) {
      throw new StartupException(flag + " " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}

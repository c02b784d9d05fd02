// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.kv.raft.KvEndpoint;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members a cluster begins with, as etcd's {@code --initial-cluster} lists them: {@code
 * name=url}, comma-separated, a name once for each of its URLs. An id may go before the name,
 * {@code id@name=url}; without one it is derived from the URLs and the token, as etcd derives it.
 */
public final class InitialCluster {

  private final List<KvEndpoint> members;

  private InitialCluster(List<KvEndpoint> members) {
    this.members = members;
  }

  /**
   * Parses a member's id.
   *
   * @throws IllegalArgumentException if it is none that a member can have
   */
  public static MemberId memberId(String text) {
    MemberId id = MemberId.parse(text);
    if (id.value() == 0) {
      throw new IllegalArgumentException("member id: 0 (expected: any other, for 0 is nobody)");
    }
    return id;
  }

  /**
   * Parses the flag.
   *
   * @throws IllegalArgumentException showing the part that is not as described
   */
  public static InitialCluster parse(String text, String token) {
    Map<String, List<String>> urls = new LinkedHashMap<>();
    Map<String, MemberId> ids = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String who = equals < 0 ? "" : part.substring(0, equals).trim();
      int at = who.indexOf('@');
      String name = who.substring(at + 1);
      if (!Names.isName(name)) {
        throw new IllegalArgumentException(
            "initial cluster: \""
                + part
                + "\" (expected: name=url, such as m1=http://127.0.0.1:2380, the name "
                + Names.RULE
                + ")");
      }
      if (at >= 0) {
        MemberId id = memberId(who.substring(0, at));
        MemberId earlier = ids.put(name, id);
        if (earlier != null && !earlier.equals(id)) {
          throw new IllegalArgumentException(
              "initial cluster: \""
                  + part
                  + "\" (expected: one id for "
                  + name
                  + ", not also "
                  + earlier
                  + ")");
        }
      }
      urls.computeIfAbsent(name, key -> new ArrayList<>()).add(part.substring(equals + 1));
    }
    Map<MemberId, KvEndpoint> members = new LinkedHashMap<>();
    urls.forEach(
        (name, texts) -> {
          PeerUrls peerUrls = PeerUrls.of(texts);
          MemberId id =
              Optional.ofNullable(ids.get(name)).orElseGet(() -> Ids.member(peerUrls, token));
          KvEndpoint other = members.put(id, new KvEndpoint(id, name, strings(peerUrls)));
          if (other != null) {
            throw new IllegalArgumentException(
                "initial cluster: "
                    + other.name()
                    + " and "
                    + name
                    + " have the same id "
                    + id
                    + " (expected: URLs of its own for each member)");
          }
        });
    return new InitialCluster(List.copyOf(members.values()));
  }

  static List<String> strings(PeerUrls urls) {
    return urls.urls().stream().map(URI::toString).toList();
  }

  /** The members in the order of the flag. */
  public List<KvEndpoint> members() {
    return members;
  }

  /** The member of a name. */
  public Optional<KvEndpoint> named(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  /** The id of a cluster that begins with these members, as etcd derives it. */
  public ClusterId clusterId() {
    return Ids.cluster(members.stream().map(KvEndpoint::id).toList());
  }

  @Override
  public String toString() {
    return members.toString();
  }
}

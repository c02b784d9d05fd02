// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Ids that every member comes to by itself, in etcd's way: the first eight bytes of a SHA-1.
 * Nothing about them is secret.
 */
final class Ids {

  private Ids() {}

  /** The id of a member of a new cluster: from its sorted peer URLs and the token. */
  static MemberId member(PeerUrls urls, String token) {
    return MemberId.of(hash(text(urls, token)));
  }

  /** The id of a member added later; salted, because an id is never used again. */
  static MemberId member(PeerUrls urls, String clusterId, long salt) {
    return MemberId.of(hash(text(urls, clusterId + salt)));
  }

  /** The id of a cluster: from the sorted ids of its first members. */
  static ClusterId cluster(List<MemberId> members) {
    ByteBuffer bytes = ByteBuffer.allocate(members.size() * Long.BYTES);
    members.stream().sorted().forEach(id -> bytes.putLong(id.value()));
    return ClusterId.of(hash(bytes.array()));
  }

  private static byte[] text(PeerUrls urls, String suffix) {
    StringBuilder text = new StringBuilder();
    InitialCluster.strings(urls).stream().sorted().forEach(text::append);
    return text.append(suffix).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static long hash(byte[] bytes) {
    try {
      long id = ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes)).getLong();
      // Nobody has the id 0.
      return id == 0 ? 1 : id;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}

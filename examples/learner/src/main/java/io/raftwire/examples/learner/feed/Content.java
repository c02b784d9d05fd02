// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import com.google.protobuf.Message;
import io.raftwire.raftpb.ConfChangeTransition;
import io.raftwire.raftpb.ConfChangeType;
import java.util.List;

/** What an entry asks of the members' state machines. */
public sealed interface Content {

  /** The kind in one word, as the feed shows it. */
  String type();

  /** Nothing: the first entry of a new leader. */
  record Empty() implements Content {
    @Override
    public String type() {
      return "empty";
    }
  }

  /**
   * A request.
   *
   * @param type the name etcd has for it: {@code put}, {@code txn}, {@code lease_grant}…
   * @param request the message of that kind
   */
  record Request(String type, Message request) implements Content {}

  /**
   * A change of the membership.
   *
   * @param context what etcd adds to it: the member as JSON, or empty
   */
  record ConfChange(ConfChangeTransition transition, List<Change> changes, String context)
      implements Content {

    /** One member's part, the id unsigned. */
    public record Change(ConfChangeType change, long member) {}

    @Override
    public String type() {
      return "conf_change";
    }
  }

  /** A request of the v2 API, or metadata of etcd before 3.5. */
  record RequestV2(String method, String path) implements Content {
    @Override
    public String type() {
      return "v2_request";
    }
  }

  /**
   * Something newer than this program, or not etcd's.
   *
   * @param what what could be made of it
   */
  record Unknown(String what) implements Content {
    @Override
    public String type() {
      return "unknown";
    }
  }
}

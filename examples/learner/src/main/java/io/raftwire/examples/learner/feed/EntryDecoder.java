// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.raftwire.examples.learner.etcdpb.InternalRaftRequest;
import io.raftwire.examples.learner.etcdpb.RequestV2;
import io.raftwire.raftpb.ConfChange;
import io.raftwire.raftpb.ConfChangeV2;
import io.raftwire.raftpb.Entry;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what etcd 3.4 to 3.7 write into entries. */
public final class EntryDecoder {

  // What etcd's v2 requests have in field 2; an InternalRaftRequest has no such text there.
  private static final Set<String> V2_METHODS =
      Set.of("GET", "QGET", "HEAD", "PUT", "POST", "DELETE", "SYNC");

  private EntryDecoder() {}

  /** An entry's content; what cannot be read is {@link Content.Unknown}, never an error. */
  public static Content decode(Entry entry) {
    ByteString data = entry.getData();
    try {
      return switch (entry.getType()) {
        case EntryNormal -> data.isEmpty() ? new Content.Empty() : request(data);
        case EntryConfChange -> confChange(ConfChange.parseFrom(data));
        case EntryConfChangeV2 -> confChange(ConfChangeV2.parseFrom(data));
      };
    } catch (InvalidProtocolBufferException e) {
      return new Content.Unknown(entry.getType() + " that does not parse");
    }
  }

  private static Content confChange(ConfChange change) {
    return new Content.ConfChange(
        io.raftwire.raftpb.ConfChangeTransition.ConfChangeTransitionAuto,
        List.of(new Content.ConfChange.Change(change.getType(), change.getNodeId())),
        change.getContext().toStringUtf8());
  }

  private static Content confChange(ConfChangeV2 change) {
    return new Content.ConfChange(
        change.getTransition(),
        change.getChangesList().stream()
            .map(one -> new Content.ConfChange.Change(one.getType(), one.getNodeId()))
            .toList(),
        change.getContext().toStringUtf8());
  }

  private static Content request(ByteString data) throws InvalidProtocolBufferException {
    if (isV2(data)) {
      RequestV2 request = RequestV2.parseFrom(data);
      return new Content.RequestV2(
          request.getMethod().toStringUtf8(), request.getPath().toStringUtf8());
    }
    InternalRaftRequest request = InternalRaftRequest.parseFrom(data);
    for (Map.Entry<FieldDescriptor, Object> field : request.getAllFields().entrySet()) {
      boolean body = field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (body && !field.getKey().getName().equals("header")) {
        return new Content.Request(field.getKey().getName(), (Message) field.getValue());
      }
    }
    return new Content.Unknown("request with field " + request.getUnknownFields().asMap().keySet());
  }

  private static boolean isV2(ByteString data) {
    try {
      return V2_METHODS.contains(RequestV2.parseFrom(data).getMethod().toStringUtf8());
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStoreSerializer;
import io.raftwire.examples.kv.proto.Endpoint;
import io.raftwire.examples.kv.proto.GroupMembers;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.StoredLocalEndpoint;
import io.raftwire.examples.kv.proto.StoredLogEntry;
import io.raftwire.examples.kv.proto.StoredSnapshotChunk;
import io.raftwire.examples.kv.proto.StoredTerm;
import java.util.function.Function;

/** The rows of the SQLite store, as kv.proto has them. */
final class StoreSerializer implements RaftStoreSerializer {

  private final RaftModelFactory models;

  StoreSerializer(RaftModelFactory models) {
    this.models = models;
  }

  @Override
  public Serializer<RaftGroupMembersView> raftGroupMembersViewSerializer() {
    return serializer(
        view -> Models.toProto(view).toByteArray(),
        GroupMembers.parser(),
        group -> Models.toView(group, models));
  }

  @Override
  public Serializer<RaftEndpoint> raftEndpointSerializer() {
    return serializer(
        endpoint -> Models.toProto(endpoint).toByteArray(), Endpoint.parser(), Models::toEndpoint);
  }

  @Override
  public Serializer<LogEntry> logEntrySerializer() {
    return serializer(
        StoreSerializer::write, StoredLogEntry.parser(), stored -> read(stored, models));
  }

  @Override
  public Serializer<SnapshotChunk> snapshotChunkSerializer() {
    return serializer(
        chunk ->
            StoredSnapshotChunk.newBuilder()
                .setIndex(chunk.getIndex())
                .setTerm(chunk.getTerm())
                .setChunkIndex(chunk.getSnapshotChunkIndex())
                .setChunkCount(chunk.getSnapshotChunkCount())
                .setData((ByteString) chunk.getOperation())
                .setGroupMembers(Models.toProto(chunk.getGroupMembersView()))
                .build()
                .toByteArray(),
        StoredSnapshotChunk.parser(),
        stored ->
            models
                .createSnapshotChunkBuilder()
                .setIndex(stored.getIndex())
                .setTerm(stored.getTerm())
                .setSnapshotChunkIndex(stored.getChunkIndex())
                .setSnapshotChunkCount(stored.getChunkCount())
                .setOperation(stored.getData())
                .setGroupMembersView(Models.toView(stored.getGroupMembers(), models))
                .build());
  }

  @Override
  public Serializer<RaftEndpointPersistentState> raftEndpointPersistentStateSerializer() {
    return serializer(
        state ->
            StoredLocalEndpoint.newBuilder()
                .setEndpoint(Models.toProto(state.getLocalEndpoint()))
                .setVoting(state.isVoting())
                .build()
                .toByteArray(),
        StoredLocalEndpoint.parser(),
        stored ->
            models
                .createRaftEndpointPersistentStateBuilder()
                .setLocalEndpoint(Models.toEndpoint(stored.getEndpoint()))
                .setVoting(stored.getVoting())
                .build());
  }

  @Override
  public Serializer<RaftTermPersistentState> raftTermPersistentState() {
    return serializer(
        state -> {
          StoredTerm.Builder stored = StoredTerm.newBuilder().setTerm(state.getTerm());
          RaftEndpoint votedFor = state.getVotedFor();
          if (votedFor != null) {
            stored.setVotedFor(Models.toProto(votedFor));
          }
          return stored.build().toByteArray();
        },
        StoredTerm.parser(),
        stored -> {
          var builder = models.createRaftTermPersistentStateBuilder().setTerm(stored.getTerm());
          if (stored.hasVotedFor()) {
            builder.setVotedFor(Models.toEndpoint(stored.getVotedFor()));
          }
          return builder.build();
        });
  }

  private static byte[] write(LogEntry entry) {
    StoredLogEntry.Builder stored =
        StoredLogEntry.newBuilder().setIndex(entry.getIndex()).setTerm(entry.getTerm());
    Object operation = entry.getOperation();
    if (operation instanceof Operation change) {
      stored.setOperation(change.toByteString());
    } else if (operation instanceof UpdateRaftGroupMembersOp op) {
      stored.setMembership(Models.toProto(op));
    } else {
      throw new UnmappableMessageException(
          "log entry "
              + entry.getIndex()
              + ": "
              + operation
              + " (expected: an operation of the store)");
    }
    return stored.build().toByteArray();
  }

  private static LogEntry read(StoredLogEntry stored, RaftModelFactory models) {
    Object operation =
        stored.hasMembership()
            ? Models.toOp(stored.getMembership(), models)
            : Models.toOperation(stored.getOperation());
    return models
        .createLogEntryBuilder()
        .setIndex(stored.getIndex())
        .setTerm(stored.getTerm())
        .setOperation(operation)
        .build();
  }

  private static <T, P> Serializer<T> serializer(
      Function<T, byte[]> write, Parser<P> parser, Function<P, T> read) {
    return new Serializer<>() {
      @Override
      public byte[] serialize(T element) {
        return write.apply(element);
      }

      @Override
      public T deserialize(byte[] bytes) {
        try {
          return read.apply(parser.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
          throw new UnmappableMessageException(
              "stored row of " + bytes.length + " bytes (expected: one this program wrote)", e);
        }
      }
    };
  }
}

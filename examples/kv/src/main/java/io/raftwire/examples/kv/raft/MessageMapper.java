// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.MembershipChange;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.RaftContext;
import io.raftwire.examples.kv.proto.RaftContext.Kind;
import io.raftwire.examples.kv.proto.SnapshotTransfer;
import io.raftwire.raftpb.ConfChange;
import io.raftwire.raftpb.ConfChangeType;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * MicroRaft's messages as raftpb and back. What raftpb has a field for is there, so that a tool
 * that reads raftpb sees terms, indexes, entries and snapshots; the rest is a {@link RaftContext}
 * in {@code context}.
 *
 * <table>
 *   <caption>Which is which</caption>
 *   <tr><td>VoteRequest, VoteResponse</td><td>MsgVote, MsgVoteResp</td></tr>
 *   <tr><td>PreVoteRequest, PreVoteResponse</td><td>MsgPreVote, MsgPreVoteResp</td></tr>
 *   <tr><td>AppendEntriesRequest</td><td>MsgApp; MsgHeartbeat without entries</td></tr>
 *   <tr><td>AppendEntriesSuccess-, FailureResponse</td><td>MsgAppResp; reject if failed</td></tr>
 *   <tr><td>InstallSnapshotRequest</td><td>MsgSnap, at most one chunk in each</td></tr>
 *   <tr><td>InstallSnapshotResponse</td><td>MsgAppResp: it asks for the next chunk</td></tr>
 *   <tr><td>TriggerLeaderElectionRequest</td><td>MsgTimeoutNow</td></tr>
 * </table>
 *
 * <p>A transport may drop a heartbeat for a newer one. That is safe: what an append without entries
 * carries only grows, and MicroRaft sends it again.
 */
public final class MessageMapper {

  static final int CONTEXT_VERSION = 1;

  /** How many bytes of entries one MsgApp carries at most, unless its first entry alone is more. */
  public static final int MAX_APPEND_BYTES = 2 << 20;

  private final Object groupId;
  private final RaftModelFactory models;
  private final int maxAppendBytes;

  /** A mapper for one raft group. */
  public MessageMapper(Object groupId, RaftModelFactory models) {
    this(groupId, models, MAX_APPEND_BYTES);
  }

  MessageMapper(Object groupId, RaftModelFactory models, int maxAppendBytes) {
    this.groupId = groupId;
    this.models = models;
    this.maxAppendBytes = maxAppendBytes;
  }

  /** A message for the wire. */
  public Message toWire(RaftEndpoint target, RaftMessage message) {
    Message.Builder wire =
        Message.newBuilder()
            .setTo(KvEndpoint.of(target).id().value())
            .setFrom(KvEndpoint.of(message.getSender()).id().value())
            .setTerm(message.getTerm());
    RaftContext.Builder context = RaftContext.newBuilder().setVersion(CONTEXT_VERSION);
    if (message instanceof AppendEntriesRequest request) {
      write(request, wire, context);
    } else if (message instanceof AppendEntriesSuccessResponse response) {
      wire.setType(MessageType.MsgAppResp).setIndex(response.getLastLogIndex());
      context
          .setKind(Kind.APPEND_ENTRIES_SUCCESS)
          .setQuerySequence(response.getQuerySequenceNumber())
          .setFlowControlSequence(response.getFlowControlSequenceNumber());
    } else if (message instanceof AppendEntriesFailureResponse response) {
      wire.setType(MessageType.MsgAppResp).setReject(true);
      wire.setRejectHint(response.getExpectedNextIndex());
      context
          .setKind(Kind.APPEND_ENTRIES_FAILURE)
          .setQuerySequence(response.getQuerySequenceNumber())
          .setFlowControlSequence(response.getFlowControlSequenceNumber());
    } else if (message instanceof InstallSnapshotRequest request) {
      write(request, wire, context);
    } else if (message instanceof InstallSnapshotResponse response) {
      wire.setType(MessageType.MsgAppResp).setIndex(response.getSnapshotIndex());
      context
          .setKind(Kind.INSTALL_SNAPSHOT_RESPONSE)
          .setQuerySequence(response.getQuerySequenceNumber())
          .setFlowControlSequence(response.getFlowControlSequenceNumber())
          .setSnapshot(
              SnapshotTransfer.newBuilder()
                  .setChunkIndex(response.getRequestedSnapshotChunkIndex()));
    } else if (message instanceof VoteRequest request) {
      wire.setType(MessageType.MsgVote)
          .setIndex(request.getLastLogIndex())
          .setLogTerm(request.getLastLogTerm());
      context.setKind(Kind.VOTE_REQUEST).setSticky(request.isSticky());
    } else if (message instanceof VoteResponse response) {
      wire.setType(MessageType.MsgVoteResp).setReject(!response.isGranted());
      context.setKind(Kind.VOTE_RESPONSE);
    } else if (message instanceof PreVoteRequest request) {
      wire.setType(MessageType.MsgPreVote)
          .setIndex(request.getLastLogIndex())
          .setLogTerm(request.getLastLogTerm());
      context.setKind(Kind.PRE_VOTE_REQUEST);
    } else if (message instanceof PreVoteResponse response) {
      wire.setType(MessageType.MsgPreVoteResp).setReject(!response.isGranted());
      context.setKind(Kind.PRE_VOTE_RESPONSE);
    } else if (message instanceof TriggerLeaderElectionRequest request) {
      wire.setType(MessageType.MsgTimeoutNow)
          .setIndex(request.getLastLogIndex())
          .setLogTerm(request.getLastLogTerm());
      context.setKind(Kind.TRIGGER_LEADER_ELECTION);
    } else {
      throw new UnmappableMessageException(
          "message: " + message + " (expected: one of MicroRaft's)");
    }
    return wire.setContext(context.build().toByteString()).build();
  }

  /**
   * A message from the wire.
   *
   * @throws UnmappableMessageException if it is not one that {@link #toWire} makes, or has a term
   *     or an index that MicroRaft cannot count to
   */
  public RaftMessage fromWire(Message wire) {
    RaftContext context = readContext(wire);
    RaftEndpoint sender = KvEndpoint.ofId(MemberId.of(wire.getFrom()));
    int term = Models.toTerm("term", wire.getTerm());
    long index = Models.toIndex("index", wire.getIndex());
    int logTerm = Models.toTerm("log term", wire.getLogTerm());
    MessageType expected = typeOf(context.getKind(), wire);
    if (wire.getType() != expected) {
      throw new UnmappableMessageException(
          "type: "
              + wire.getType()
              + " with a context of "
              + context.getKind()
              + " (expected: "
              + expected
              + ")");
    }
    return switch (context.getKind()) {
      case APPEND_ENTRIES_REQUEST ->
          models
              .createAppendEntriesRequestBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setPreviousLogIndex(index)
              .setPreviousLogTerm(logTerm)
              .setCommitIndex(Models.toIndex("commit", wire.getCommit()))
              .setLogEntries(readEntries(wire))
              .setQuerySequenceNumber(context.getQuerySequence())
              .setFlowControlSequenceNumber(context.getFlowControlSequence())
              .build();
      case APPEND_ENTRIES_SUCCESS ->
          models
              .createAppendEntriesSuccessResponseBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(index)
              .setQuerySequenceNumber(context.getQuerySequence())
              .setFlowControlSequenceNumber(context.getFlowControlSequence())
              .build();
      case APPEND_ENTRIES_FAILURE ->
          models
              .createAppendEntriesFailureResponseBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setExpectedNextIndex(Models.toIndex("reject hint", wire.getRejectHint()))
              .setQuerySequenceNumber(context.getQuerySequence())
              .setFlowControlSequenceNumber(context.getFlowControlSequence())
              .build();
      case INSTALL_SNAPSHOT_REQUEST -> readInstallSnapshot(wire, context, sender, term);
      case INSTALL_SNAPSHOT_RESPONSE ->
          models
              .createInstallSnapshotResponseBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setSnapshotIndex(index)
              .setRequestedSnapshotChunkIndex(context.getSnapshot().getChunkIndex())
              .setQuerySequenceNumber(context.getQuerySequence())
              .setFlowControlSequenceNumber(context.getFlowControlSequence())
              .build();
      case VOTE_REQUEST ->
          models
              .createVoteRequestBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(index)
              .setLastLogTerm(logTerm)
              .setSticky(context.getSticky())
              .build();
      case VOTE_RESPONSE ->
          models
              .createVoteResponseBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setGranted(!wire.getReject())
              .build();
      case PRE_VOTE_REQUEST ->
          models
              .createPreVoteRequestBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(index)
              .setLastLogTerm(logTerm)
              .build();
      case PRE_VOTE_RESPONSE ->
          models
              .createPreVoteResponseBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setGranted(!wire.getReject())
              .build();
      case TRIGGER_LEADER_ELECTION ->
          models
              .createTriggerLeaderElectionRequestBuilder()
              .setGroupId(groupId)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(index)
              .setLastLogTerm(logTerm)
              .build();
      case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknownKind(context);
    };
  }

  // The leader learns from the answer how far the follower got, so sending a prefix is as good as a
  // shorter batch. MicroRaft bounds a batch by the number of entries only.
  private void write(
      AppendEntriesRequest request, Message.Builder wire, RaftContext.Builder context) {
    wire.setType(request.getLogEntries().isEmpty() ? MessageType.MsgHeartbeat : MessageType.MsgApp)
        .setIndex(request.getPreviousLogIndex())
        .setLogTerm(request.getPreviousLogTerm())
        .setCommit(request.getCommitIndex());
    long bytes = 0;
    for (LogEntry entry : request.getLogEntries()) {
      Entry wireEntry = toWire(entry);
      bytes += wireEntry.getSerializedSize();
      if (bytes > maxAppendBytes && wire.getEntriesCount() > 0) {
        break;
      }
      wire.addEntries(wireEntry);
    }
    context
        .setKind(Kind.APPEND_ENTRIES_REQUEST)
        .setQuerySequence(request.getQuerySequenceNumber())
        .setFlowControlSequence(request.getFlowControlSequenceNumber());
  }

  private static void write(
      InstallSnapshotRequest request, Message.Builder wire, RaftContext.Builder context) {
    SnapshotTransfer.Builder transfer =
        SnapshotTransfer.newBuilder()
            .setSenderLeader(request.isSenderLeader())
            .setTotalChunks(request.getTotalSnapshotChunkCount())
            .addAllSnapshottedMembers(Models.toProto(request.getSnapshottedMembers()))
            .setGroupMembers(Models.toProto(request.getGroupMembersView()));
    Snapshot.Builder snapshot =
        Snapshot.newBuilder()
            .setMetadata(
                SnapshotMetadata.newBuilder()
                    .setIndex(request.getSnapshotIndex())
                    .setTerm(request.getSnapshotTerm())
                    .setConfState(confState(request.getGroupMembersView())));
    SnapshotChunk chunk = request.getSnapshotChunk();
    if (chunk != null) {
      transfer.setHasChunk(true).setChunkIndex(chunk.getSnapshotChunkIndex());
      snapshot.setData((ByteString) chunk.getOperation());
    }
    wire.setType(MessageType.MsgSnap).setSnapshot(snapshot);
    context
        .setKind(Kind.INSTALL_SNAPSHOT_REQUEST)
        .setQuerySequence(request.getQuerySequenceNumber())
        .setFlowControlSequence(request.getFlowControlSequenceNumber())
        .setSnapshot(transfer);
  }

  private RaftMessage readInstallSnapshot(
      Message wire, RaftContext context, RaftEndpoint sender, int term) {
    SnapshotTransfer transfer = context.getSnapshot();
    SnapshotMetadata metadata = wire.getSnapshot().getMetadata();
    long index = Models.toIndex("snapshot index", metadata.getIndex());
    int snapshotTerm = Models.toTerm("snapshot term", metadata.getTerm());
    int chunks = transfer.getTotalChunks();
    int chunkIndex = transfer.getChunkIndex();
    if (chunks < 0 || chunkIndex < 0 || (transfer.getHasChunk() && chunkIndex >= chunks)) {
      throw new UnmappableMessageException(
          "snapshot chunk: "
              + Integer.toUnsignedString(chunkIndex)
              + " (expected: less than their number, "
              + Integer.toUnsignedString(chunks)
              + ")");
    }
    RaftGroupMembersView members = Models.toView(transfer.getGroupMembers(), models);
    SnapshotChunk chunk = null;
    if (transfer.getHasChunk()) {
      chunk =
          models
              .createSnapshotChunkBuilder()
              .setIndex(index)
              .setTerm(snapshotTerm)
              .setOperation(wire.getSnapshot().getData())
              .setSnapshotChunkIndex(chunkIndex)
              .setSnapshotChunkCount(chunks)
              .setGroupMembersView(members)
              .build();
    }
    return models
        .createInstallSnapshotRequestBuilder()
        .setGroupId(groupId)
        .setSender(sender)
        .setTerm(term)
        .setSenderLeader(transfer.getSenderLeader())
        .setSnapshotTerm(snapshotTerm)
        .setSnapshotIndex(index)
        .setTotalSnapshotChunkCount(chunks)
        .setSnapshotChunk(chunk)
        .setSnapshottedMembers(Models.toEndpoints(transfer.getSnapshottedMembersList()))
        .setGroupMembersView(members)
        .setQuerySequenceNumber(context.getQuerySequence())
        .setFlowControlSequenceNumber(context.getFlowControlSequence())
        .build();
  }

  static Entry toWire(LogEntry entry) {
    Entry.Builder wire = Entry.newBuilder().setTerm(entry.getTerm()).setIndex(entry.getIndex());
    Object operation = entry.getOperation();
    if (operation instanceof Operation change) {
      return wire.setType(EntryType.EntryNormal).setData(change.toByteString()).build();
    }
    if (operation instanceof UpdateRaftGroupMembersOp op) {
      return wire.setType(EntryType.EntryConfChange)
          .setData(
              confChange(op.getEndpoint(), op.getMode(), Models.toProto(op).toByteString())
                  .toByteString())
          .build();
    }
    throw new UnmappableMessageException(
        "log entry "
            + entry.getIndex()
            + ": "
            + operation
            + " (expected: an operation of the store)");
  }

  /** A membership change as raftpb has it. */
  public static ConfChange confChange(
      RaftEndpoint endpoint, MembershipChangeMode mode, ByteString context) {
    return ConfChange.newBuilder()
        .setType(
            switch (mode) {
              case ADD_LEARNER -> ConfChangeType.ConfChangeAddLearnerNode;
              case ADD_OR_PROMOTE_TO_FOLLOWER -> ConfChangeType.ConfChangeAddNode;
              case REMOVE_MEMBER -> ConfChangeType.ConfChangeRemoveNode;
            })
        .setNodeId(KvEndpoint.of(endpoint).id().value())
        .setContext(context)
        .build();
  }

  private List<LogEntry> readEntries(Message wire) {
    List<LogEntry> entries = new ArrayList<>(wire.getEntriesCount());
    for (Entry entry : wire.getEntriesList()) {
      entries.add(
          models
              .createLogEntryBuilder()
              .setIndex(Models.toIndex("entry index", entry.getIndex()))
              .setTerm(Models.toTerm("entry term", entry.getTerm()))
              .setOperation(readOperation(entry))
              .build());
    }
    return entries;
  }

  private Object readOperation(Entry entry) {
    return switch (entry.getType()) {
      case EntryNormal -> Models.toOperation(entry.getData());
      case EntryConfChange -> {
        try {
          ByteString change = ConfChange.parseFrom(entry.getData()).getContext();
          yield Models.toOp(MembershipChange.parseFrom(change), models);
        } catch (InvalidProtocolBufferException e) {
          throw new UnmappableMessageException(
              "membership entry " + entry.getIndex() + " (expected: a ConfChange of this program)",
              e);
        }
      }
      case EntryConfChangeV2 ->
          throw new UnmappableMessageException(
              "entry type: " + entry.getType() + " (expected: EntryNormal or EntryConfChange)");
    };
  }

  private static RaftContext readContext(Message wire) {
    RaftContext context;
    try {
      context = RaftContext.parseFrom(wire.getContext());
    } catch (InvalidProtocolBufferException e) {
      throw new UnmappableMessageException(
          "context of " + wire.getContext().size() + " bytes (expected: a protobuf RaftContext)",
          e);
    }
    if (context.getVersion() != CONTEXT_VERSION) {
      throw new UnmappableMessageException(
          "context version: "
              + Integer.toUnsignedString(context.getVersion())
              + " (expected: "
              + CONTEXT_VERSION
              + ", so a member of this program)");
    }
    return context;
  }

  private static MessageType typeOf(Kind kind, Message wire) {
    return switch (kind) {
      case APPEND_ENTRIES_REQUEST ->
          wire.getEntriesCount() == 0 ? MessageType.MsgHeartbeat : MessageType.MsgApp;
      case APPEND_ENTRIES_SUCCESS, APPEND_ENTRIES_FAILURE, INSTALL_SNAPSHOT_RESPONSE ->
          MessageType.MsgAppResp;
      case INSTALL_SNAPSHOT_REQUEST -> MessageType.MsgSnap;
      case VOTE_REQUEST -> MessageType.MsgVote;
      case VOTE_RESPONSE -> MessageType.MsgVoteResp;
      case PRE_VOTE_REQUEST -> MessageType.MsgPreVote;
      case PRE_VOTE_RESPONSE -> MessageType.MsgPreVoteResp;
      case TRIGGER_LEADER_ELECTION -> MessageType.MsgTimeoutNow;
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnmappableMessageException(
              "context kind: " + kind + " (expected: one of MicroRaft's messages)");
    };
  }

  private static UnmappableMessageException unknownKind(RaftContext context) {
    return new UnmappableMessageException(
        "context kind: " + context.getKindValue() + " (expected: one of MicroRaft's messages)");
  }

  private static ConfState confState(RaftGroupMembersView view) {
    ConfState.Builder state = ConfState.newBuilder();
    for (RaftEndpoint member : view.getMembers()) {
      long id = KvEndpoint.of(member).id().value();
      if (view.getVotingMembers().contains(member)) {
        state.addVoters(id);
      } else {
        state.addLearners(id);
      }
    }
    return state.build();
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import com.google.protobuf.ByteString;
import io.microraft.statemachine.StateMachine;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.MemberInfo;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Pair;
import io.raftwire.examples.kv.proto.RequestId;
import io.raftwire.examples.kv.proto.SnapshotHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * The store itself: every member runs the same operations in the same order and has the same keys.
 * Operations run on the raft thread; single keys may be read from any thread.
 */
public final class KvStateMachine implements StateMachine {

  static final int SNAPSHOT_VERSION = 1;

  /** The size of a snapshot's chunks, each a raft message of its own. */
  static final int CHUNK_BYTES = 512 << 10;

  /** How many bytes of changes make it worth to ask for a snapshot before its time by count. */
  static final long SNAPSHOT_AFTER_BYTES = 64L << 20;

  // Replaced as a whole by a snapshot, so that a reader never sees half of one.
  private volatile NavigableMap<ByteString, Value> pairs = emptyPairs();
  private final Map<Long, MemberInfo> members = new ConcurrentHashMap<>();
  private final RequestWindow requests = new RequestWindow();
  private final ApplyListener listener;

  private volatile long appliedIndex;
  private long bytesSinceSnapshot;

  /** Told on the raft thread what was applied; must not block. */
  public interface ApplyListener {

    /** A proposed change was applied, or refused because it had been. */
    void applied(RequestId request, Applied result);

    /** The applied index has grown. */
    void advanced(long appliedIndex);

    /** What members say of themselves has changed. */
    void membersChanged();

    /** So much was written since the last snapshot that another one is due. */
    void snapshotDue();
  }

  /** An empty store. */
  public KvStateMachine(ApplyListener listener) {
    this.listener = listener;
  }

  /** A query that reads; runs on the raft thread, between two operations. */
  @FunctionalInterface
  public interface Query<T> {

    /** Answers from the store. */
    T run(KvStateMachine store);
  }

  /**
   * The index of the last operation applied here. Membership entries do not count: MicroRaft keeps
   * them to itself. It is the same on every member that has applied the same operations, restored
   * from a snapshot or not.
   */
  public long appliedIndex() {
    return appliedIndex;
  }

  /** The value of a key. */
  public Optional<Value> get(ByteString key) {
    return Optional.ofNullable(pairs.get(key));
  }

  /** How many keys there are; counts them. */
  public int size() {
    return pairs.size();
  }

  /**
   * The keys that begin with a prefix, from one of them on. To be called on the raft thread.
   *
   * @param limit how many at most
   * @param maxBytes how many bytes of keys and values at most, unless the first pair is more
   */
  public Listing list(ByteString prefix, ByteString start, int limit, long maxBytes) {
    Comparator<ByteString> order = ByteString.unsignedLexicographicalComparator();
    ByteString from = order.compare(start, prefix) < 0 ? prefix : start;
    List<Map.Entry<ByteString, Value>> found = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<ByteString, Value> pair : pairs.tailMap(from, true).entrySet()) {
      if (!pair.getKey().startsWith(prefix)) {
        break;
      }
      bytes += pair.getKey().size() + pair.getValue().bytes().size();
      if (found.size() == limit || (bytes > maxBytes && !found.isEmpty())) {
        return new Listing(appliedIndex, found, Optional.of(pair.getKey()));
      }
      found.add(Map.entry(pair.getKey(), pair.getValue()));
    }
    return new Listing(appliedIndex, found, Optional.empty());
  }

  /** What a member has said of itself. */
  public Optional<MemberInfo> member(MemberId id) {
    return Optional.ofNullable(members.get(id.value()));
  }

  @Override
  public Object runOperation(long commitIndex, Object operation) {
    if (operation instanceof Query<?> query) {
      return query.run(this);
    }
    Operation change = (Operation) operation;
    Applied.Outcome outcome =
        change.hasRequest() ? requests.admit(change.getRequest()) : Applied.Outcome.DONE;
    Applied result =
        outcome == Applied.Outcome.DONE
            ? apply(commitIndex, change)
            : new Applied(commitIndex, false, outcome);
    bytesSinceSnapshot += change.getSerializedSize();
    appliedIndex = commitIndex;
    if (change.hasRequest()) {
      listener.applied(change.getRequest(), result);
    }
    listener.advanced(commitIndex);
    if (bytesSinceSnapshot >= SNAPSHOT_AFTER_BYTES) {
      bytesSinceSnapshot = 0;
      listener.snapshotDue();
    }
    return result;
  }

  private Applied apply(long index, Operation change) {
    switch (change.getChangeCase()) {
      case PUT -> {
        Value value = new Value(change.getPut().getValue(), index);
        return new Applied(
            index, pairs.put(change.getPut().getKey(), value) != null, Applied.Outcome.DONE);
      }
      case DELETE -> {
        return new Applied(
            index, pairs.remove(change.getDelete().getKey()) != null, Applied.Outcome.DONE);
      }
      case PUBLISH -> {
        MemberInfo member = change.getPublish().getMember();
        members.put(member.getId(), member);
        listener.membersChanged();
        return new Applied(index, false, Applied.Outcome.DONE);
      }
      case CHANGE_NOT_SET -> {
        // A new leader's first entry.
        return new Applied(index, false, Applied.Outcome.DONE);
      }
    }
    throw new IllegalStateException(
        "change: " + change.getChangeCase() + " (expected: a known one)");
  }

  @Override
  public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
    SnapshotHeader header =
        SnapshotHeader.newBuilder()
            .setVersion(SNAPSHOT_VERSION)
            .setAppliedIndex(appliedIndex)
            .setPairs(pairs.size())
            .addAllMembers(members.values())
            .addAllRequests(requests.save())
            .build();
    try (ChunkWriter out = new ChunkWriter(CHUNK_BYTES, chunks)) {
      header.writeDelimitedTo(out);
      for (Map.Entry<ByteString, Value> pair : pairs.entrySet()) {
        Pair.newBuilder()
            .setKey(pair.getKey())
            .setValue(pair.getValue().bytes())
            .setIndex(pair.getValue().index())
            .build()
            .writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a snapshot to memory", e);
    }
    bytesSinceSnapshot = 0;
  }

  @Override
  public void installSnapshot(long commitIndex, List<Object> chunks) {
    List<ByteString> parts = new ArrayList<>(chunks.size());
    for (Object chunk : chunks) {
      parts.add((ByteString) chunk);
    }
    try (InputStream in = ByteString.copyFrom(parts).newInput()) {
      SnapshotHeader header = SnapshotHeader.parseDelimitedFrom(in);
      if (header == null || header.getVersion() != SNAPSHOT_VERSION) {
        throw new IllegalStateException(
            "snapshot version: "
                + (header == null ? "none" : header.getVersion())
                + " (expected: "
                + SNAPSHOT_VERSION
                + ")");
      }
      install(header, in);
    } catch (IOException e) {
      throw new UncheckedIOException("the snapshot at index " + commitIndex + " is broken", e);
    }
  }

  private void install(SnapshotHeader header, InputStream in) throws IOException {
    NavigableMap<ByteString, Value> restored = emptyPairs();
    for (long i = 0; i < header.getPairs(); i++) {
      Pair pair = Pair.parseDelimitedFrom(in);
      if (pair == null) {
        throw new IOException(
            "it ends after " + i + " pairs (expected: " + header.getPairs() + ")");
      }
      restored.put(pair.getKey(), new Value(pair.getValue(), pair.getIndex()));
    }
    pairs = restored;
    members.clear();
    for (MemberInfo member : header.getMembersList()) {
      members.put(member.getId(), member);
    }
    requests.restore(header.getRequestsList());
    appliedIndex = header.getAppliedIndex();
    bytesSinceSnapshot = 0;
    listener.membersChanged();
    listener.advanced(appliedIndex);
  }

  @Override
  public Object getNewTermOperation() {
    return Operation.getDefaultInstance();
  }

  private static NavigableMap<ByteString, Value> emptyPairs() {
    return new ConcurrentSkipListMap<>(ByteString.unsignedLexicographicalComparator());
  }
}

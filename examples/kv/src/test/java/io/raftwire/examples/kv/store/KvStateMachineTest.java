// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.Delete;
import io.raftwire.examples.kv.proto.MemberInfo;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Publish;
import io.raftwire.examples.kv.proto.Put;
import io.raftwire.examples.kv.proto.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KvStateMachineTest {

  private final AtomicInteger snapshotsDue = new AtomicInteger();
  private final KvStateMachine store = newStore();

  @Test
  void keysAreSetReadAndDeleted() {
    assertThat(apply(store, 1, put("a", "1")).existed()).isFalse();
    assertThat(apply(store, 2, put("a", "2")).existed()).isTrue();
    assertThat(store.get(bytes("a"))).contains(new Value(bytes("2"), 2));
    assertThat(apply(store, 3, delete("a")).existed()).isTrue();
    assertThat(apply(store, 4, delete("a")).existed()).isFalse();
    assertThat(store.get(bytes("a"))).isEmpty();
    assertThat(store.appliedIndex()).isEqualTo(4);
  }

  @Test
  void keysAreListedAsUnsignedBytes() {
    ByteString high = ByteString.copyFrom(new byte[] {(byte) 0xff});
    apply(store, 1, Operation.newBuilder().setPut(Put.newBuilder().setKey(high)));
    apply(store, 2, put("b", ""));
    apply(store, 3, put("a/2", ""));
    apply(store, 4, put("a/1", ""));
    assertThat(keys(store.list(ByteString.EMPTY, ByteString.EMPTY, 10, 100)))
        .containsExactly(bytes("a/1"), bytes("a/2"), bytes("b"), high);
    assertThat(keys(store.list(bytes("a/"), ByteString.EMPTY, 10, 100)))
        .containsExactly(bytes("a/1"), bytes("a/2"));
    assertThat(keys(store.list(bytes("a/"), bytes("a/2"), 10, 100))).containsExactly(bytes("a/2"));
  }

  @Test
  void aListingEndsAtItsLimitsAndSaysWhereToGoOn() {
    for (int i = 0; i < 10; i++) {
      apply(store, i + 1, put("k" + i, "12345678"));
    }
    Listing byCount = store.list(ByteString.EMPTY, ByteString.EMPTY, 3, 1000);
    assertThat(keys(byCount)).hasSize(3);
    assertThat(byCount.next()).contains(bytes("k3"));
    Listing byBytes = store.list(ByteString.EMPTY, bytes("k3"), 100, 25);
    assertThat(keys(byBytes)).containsExactly(bytes("k3"), bytes("k4"));
    assertThat(byBytes.next()).contains(bytes("k5"));
    assertThat(keys(store.list(ByteString.EMPTY, ByteString.EMPTY, 100, 1))).hasSize(1);
    assertThat(store.list(ByteString.EMPTY, bytes("k9"), 100, 1000).next()).isEmpty();
  }

  @Test
  void aRequestCountsOnce() {
    assertThat(apply(store, 1, put("a", "1").setRequest(id(1, 1, 1))).outcome())
        .isEqualTo(Applied.Outcome.DONE);
    apply(store, 2, put("a", "2").setRequest(id(2, 1, 1)));
    assertThat(apply(store, 3, put("a", "1").setRequest(id(1, 1, 1))).outcome())
        .isEqualTo(Applied.Outcome.REPEATED);
    assertThat(store.get(bytes("a"))).contains(new Value(bytes("2"), 2));
  }

  @Test
  void aRequestOfAnEarlierRunDoesNotCount() {
    apply(store, 1, put("a", "1").setRequest(id(1, 2, 1)));
    assertThat(apply(store, 2, put("a", "2").setRequest(id(1, 1, 9))).outcome())
        .isEqualTo(Applied.Outcome.EXPIRED);
    assertThat(apply(store, 3, put("a", "3").setRequest(id(1, 3, 1))).outcome())
        .isEqualTo(Applied.Outcome.DONE);
  }

  @Test
  void requestsMayComeOutOfOrderWithinTheWindow() {
    apply(store, 1, put("a", "").setRequest(id(1, 1, RequestWindow.WINDOW)));
    assertThat(apply(store, 2, put("a", "").setRequest(id(1, 1, 1))).outcome())
        .isEqualTo(Applied.Outcome.DONE);
    apply(store, 3, put("a", "").setRequest(id(1, 1, RequestWindow.WINDOW + 5)));
    assertThat(apply(store, 4, put("a", "").setRequest(id(1, 1, 2))).outcome())
        .isEqualTo(Applied.Outcome.EXPIRED);
    assertThat(apply(store, 5, put("a", "").setRequest(id(1, 1, 6))).outcome())
        .isEqualTo(Applied.Outcome.DONE);
  }

  @Test
  void aSnapshotCarriesAllOfIt() {
    Random random = new Random(7);
    for (int i = 1; i <= 2000; i++) {
      byte[] value = new byte[random.nextInt(4000)];
      random.nextBytes(value);
      apply(
          store,
          i,
          Operation.newBuilder()
              .setRequest(id(i % 3, 1, i))
              .setPut(
                  Put.newBuilder()
                      .setKey(bytes("key-" + random.nextInt(500)))
                      .setValue(ByteString.copyFrom(value))));
    }
    MemberInfo member =
        MemberInfo.newBuilder().setId(-5).setName("m5").addClientUrls("http://c:1").build();
    apply(store, 2001, Operation.newBuilder().setPublish(Publish.newBuilder().setMember(member)));
    List<Object> chunks = chunks(store);
    assertThat(chunks)
        .hasSizeGreaterThan(1)
        .allSatisfy(
            chunk ->
                assertThat(((ByteString) chunk).size()).isBetween(1, KvStateMachine.CHUNK_BYTES));

    KvStateMachine other = newStore();
    apply(other, 1, put("left over", ""));
    other.installSnapshot(2005, chunks);
    // Membership entries, which the store never sees, may have come after.
    assertThat(other.appliedIndex()).isEqualTo(2001);
    assertThat(all(other)).isEqualTo(all(store));
    assertThat(other.member(MemberId.of(-5))).contains(member);
    assertThat(apply(other, 2006, put("x", "").setRequest(id(1, 1, 1999))).outcome())
        .isEqualTo(Applied.Outcome.REPEATED);
    assertThat(chunks(other)).hasSameSizeAs(chunks);
  }

  @Test
  void anEmptyStoreHasASnapshotToo() {
    List<Object> chunks = chunks(store);
    assertThat(chunks).hasSize(1);
    KvStateMachine other = newStore();
    other.installSnapshot(0, chunks);
    assertThat(other.size()).isZero();
  }

  @Test
  void aBrokenSnapshotIsRefused() {
    apply(store, 1, put("a", "123"));
    ByteString whole = (ByteString) chunks(store).get(0);
    assertThatThrownBy(
            () -> newStore().installSnapshot(1, List.of(whole.substring(0, whole.size() - 4))))
        .hasMessageContaining("broken");
  }

  @Test
  void muchDataAsksForASnapshotBeforeItsTime() {
    ByteString big = ByteString.copyFrom(new byte[8 << 20]);
    for (int i = 1; i <= 8; i++) {
      apply(
          store,
          i,
          Operation.newBuilder().setPut(Put.newBuilder().setKey(bytes("k")).setValue(big)));
    }
    assertThat(snapshotsDue).hasValue(1);
  }

  private KvStateMachine newStore() {
    return new KvStateMachine(
        new KvStateMachine.ApplyListener() {
          @Override
          public void applied(RequestId request, Applied result) {}

          @Override
          public void advanced(long appliedIndex) {}

          @Override
          public void membersChanged() {}

          @Override
          public void snapshotDue() {
            snapshotsDue.incrementAndGet();
          }
        });
  }

  private static List<Object> chunks(KvStateMachine store) {
    List<Object> chunks = new ArrayList<>();
    store.takeSnapshot(store.appliedIndex(), chunks::add);
    return chunks;
  }

  private static Object all(KvStateMachine store) {
    return store.list(ByteString.EMPTY, ByteString.EMPTY, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private static List<ByteString> keys(Listing listing) {
    return listing.pairs().stream().map(pair -> pair.getKey()).toList();
  }

  private static Applied apply(KvStateMachine store, long index, Operation.Builder operation) {
    return (Applied) store.runOperation(index, operation.build());
  }

  private static Operation.Builder put(String key, String value) {
    return Operation.newBuilder()
        .setPut(Put.newBuilder().setKey(bytes(key)).setValue(bytes(value)));
  }

  private static Operation.Builder delete(String key) {
    return Operation.newBuilder().setDelete(Delete.newBuilder().setKey(bytes(key)));
  }

  private static RequestId id(long member, long run, long sequence) {
    return RequestId.newBuilder().setMember(member).setRun(run).setSequence(sequence).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}

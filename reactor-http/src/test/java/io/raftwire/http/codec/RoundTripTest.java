// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What one member encodes is what the other decodes, however the bytes are cut. */
class RoundTripTest {

  private static final MemberId LEADER = MemberId.parse("8e9e05c52164694d");
  private static final MemberId FOLLOWER = MemberId.parse("1");

  static MsgAppV2Encoder encoder() {
    return new MsgAppV2Encoder(LEADER, FOLLOWER);
  }

  private static MsgAppV2Decoder decoder() {
    return new MsgAppV2Decoder(FOLLOWER, LEADER, 1 << 20, 100);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aMessageSurvivesEverySplit(@ForAll("messages") Message message) {
    byte[] frame = Encoding.frame(new MessageStreamEncoder(), message);
    byte[] appFrame = Encoding.frame(encoder(), message);

    for (int at = 0; at <= frame.length; at++) {
      assertThat(Feeder.feedSplit(new MessageStreamDecoder(1 << 20), frame, at).messages())
          .containsExactly(message);
    }
    for (int at = 0; at <= appFrame.length; at++) {
      assertThat(Feeder.feedSplit(decoder(), appFrame, at).messages()).containsExactly(message);
    }
    assertThat(Feeder.feedSingly(new MessageStreamDecoder(1 << 20), frame).messages())
        .containsExactly(message);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void manyMessagesSurviveRandomSplits(
      @ForAll("manyMessages") List<Message> messages, @ForAll long seed) {
    MessageStreamDecoder decoder = new MessageStreamDecoder(1 << 20);

    Received received =
        Feeder.feedRandomly(
            decoder, encode(new MessageStreamEncoder(), messages), 300, new Random(seed));

    assertThat(received.messages()).isEqualTo(messages);
    assertThat(decoder.atFrameBoundary()).isTrue();
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void writerAndReaderOfMsgAppsStayInStep(
      @ForAll("appSequences") List<Message> messages, @ForAll long seed) {
    List<Long> sizes = new ArrayList<>();
    MsgAppV2Encoder encoder = encoder();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Message message : messages) {
      byte[] frame = Encoding.frame(encoder, message);
      sizes.add((long) frame.length);
      all.writeBytes(frame);
    }

    Received received = Feeder.feedRandomly(decoder(), all.toByteArray(), 200, new Random(seed));

    assertThat(received.messages())
        .usingElementComparator(RoundTripTest::compareValues)
        .isEqualTo(messages);
    assertThat(received.wireBytes()).isEqualTo(sizes);
    assertThat(encode(encoder(), messages)).isEqualTo(all.toByteArray());
    assertThat(encodeLarge(encoder(), messages)).isEqualTo(all.toByteArray());
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void everyByteOfMsgAppsMayComeAlone(@ForAll("appSequences") List<Message> messages) {
    Received received = Feeder.feedSingly(decoder(), encode(encoder(), messages));

    assertThat(received.messages())
        .usingElementComparator(RoundTripTest::compareValues)
        .isEqualTo(messages);
  }

  @Test
  void framesOfManyEntriesAndOfFewFollowEachOther() {
    List<Message> messages =
        List.of(appOf(0, 2), appOf(2, 3000), appOf(3002, 3), appOf(3005, 1025), appOf(4030, 0));

    Received received =
        Feeder.feedRandomly(
            new MsgAppV2Decoder(FOLLOWER, LEADER, 1 << 20, 3000),
            encode(encoder(), messages),
            5000,
            new Random(1));

    assertThat(received.messages()).isEqualTo(messages);
  }

  /** A MsgApp of short entries that follow an index. */
  private static Message appOf(long index, int entries) {
    Message.Builder app =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setTo(FOLLOWER.value())
            .setFrom(LEADER.value())
            .setTerm(0)
            .setLogTerm(0)
            .setIndex(index)
            .setCommit(index);
    for (int i = 1; i <= entries; i++) {
      app.addEntries(Entry.newBuilder().setTerm(1).setIndex(index + i));
    }
    return app.build();
  }

  private static int compareValues(Message a, Message b) {
    return RaftMessages.byValue(a).equals(RaftMessages.byValue(b)) ? 0 : 1;
  }

  /** All messages in one batch. */
  static byte[] encode(StreamEncoder encoder, List<Message> messages) {
    ByteBuf buffer = Unpooled.directBuffer(1 << 17);
    try {
      FrameBatch batch = new FrameBatch(buffer);
      for (Message message : messages) {
        int before = batch.remaining();
        long size = encoder.frameSize(message);
        encoder.encode(message, batch);
        assertThat(before - batch.remaining()).isEqualTo((int) size);
      }
      batch.finish();
      return ByteBufUtil.getBytes(buffer);
    } finally {
      buffer.release();
    }
  }

  private static byte[] encodeLarge(StreamEncoder encoder, List<Message> messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Message message : messages) {
      all.writeBytes(Encoding.largeFrame(encoder, message, 64));
    }
    return all.toByteArray();
  }

  @Provide
  static Arbitrary<Message> messages() {
    return RaftMessages.messages();
  }

  @Provide
  static Arbitrary<List<Message>> manyMessages() {
    return RaftMessages.messages().list().ofMaxSize(20);
  }

  /** What a leader sends a follower, with breaks of every kind in between. */
  @Provide
  static Arbitrary<List<Message>> appSequences() {
    return Arbitraries.randomValue(RoundTripTest::appSequence);
  }

  private static List<Message> appSequence(Random random) {
    List<Message> messages = new ArrayList<>();
    long term = random.nextInt(3);
    long index = random.nextBoolean() ? 0 : random.nextLong();
    long logTerm = term;
    int count = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(8)) {
        case 0 -> term += random.nextInt(3);
        case 1 -> index += random.nextInt(10) - 5;
        case 2 -> term = random.nextLong();
        case 3 -> logTerm = term - 1;
        default -> {}
      }
      Message.Builder message = append(random, term, logTerm, index);
      logTerm = term;
      index += message.getEntriesCount();
      if (random.nextInt(10) == 0) {
        disturb(random, message);
      }
      messages.add(message.build());
    }
    return messages;
  }

  private static Message.Builder append(Random random, long term, long logTerm, long index) {
    Message.Builder message =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setFrom(LEADER.value())
            .setTo(FOLLOWER.value())
            .setTerm(term)
            .setLogTerm(logTerm)
            .setIndex(index)
            .setCommit(index - random.nextInt(3));
    int entries = random.nextInt(4);
    for (int i = 1; i <= entries; i++) {
      byte[] data = new byte[random.nextInt(200)];
      random.nextBytes(data);
      message.addEntries(
          Entry.newBuilder().setTerm(term).setIndex(index + i).setData(ByteString.copyFrom(data)));
    }
    return message;
  }

  private static void disturb(Random random, Message.Builder message) {
    switch (random.nextInt(6)) {
      case 0 -> message.setFrom(2);
      case 1 -> message.setTo(2);
      case 2 -> message.setContext(ByteString.copyFromUtf8("c"));
      case 3 -> message.setType(MessageType.MsgAppResp);
      case 4 -> message.addEntries(Entry.newBuilder().setIndex(random.nextLong()));
      default -> message.setReject(true);
    }
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LargeFrameTest {

  private static final int MIB = 1 << 20;
  private static final int PIECE = 256 << 10;
  private static final MemberId LOCAL = MemberId.of(1);
  private static final MemberId REMOTE = MemberId.of(2);

  @Test
  void largeDataIsNotCopied() {
    byte[] data = new byte[64 * MIB];
    Message message = app(UnsafeByteOperations.unsafeWrap(data));
    StreamEncoder encoder = new MsgAppV2Encoder(LOCAL, REMOTE);
    long size = encoder.frameSize(message);
    List<ByteBuf> pieces = new ArrayList<>();

    long allocated = Allocation.of(() -> encoder.encodeLarge(message, PIECE, pieces::add));

    assertThat(allocated).isLessThan(MIB / 4);
    long copied = 0;
    long all = 0;
    for (ByteBuf piece : pieces) {
      all += piece.readableBytes();
      copied += piece.array() == data ? 0 : piece.readableBytes();
      assertThat(piece.readableBytes()).isLessThanOrEqualTo(PIECE);
      assertThat(piece.refCnt()).isEqualTo(1);
      piece.release();
    }
    assertThat(all).isEqualTo(size);
    assertThat(copied).isLessThan(8192);
    assertThat(pieces).hasSizeLessThan(260);
  }

  @Test
  void everyKindOfByteStringArrives() {
    byte[] data = new byte[3 * MIB];
    new Random(7).nextBytes(data);
    ByteBuffer direct = ByteBuffer.allocateDirect(MIB).put(data, 0, MIB).flip();

    assertRoundTrip(app(ByteString.copyFrom(data)));
    assertRoundTrip(app(UnsafeByteOperations.unsafeWrap(data, 5, MIB)));
    assertRoundTrip(app(UnsafeByteOperations.unsafeWrap(direct)));
    assertRoundTrip(app(ByteString.copyFrom(data).concat(ByteString.copyFrom(data, 1, MIB))));
  }

  @Test
  void manySmallEntriesAreCollected() {
    Message.Builder message = app(ByteString.EMPTY).toBuilder().clearEntries();
    for (int i = 1; i <= 40_000; i++) {
      message.addEntries(
          Entry.newBuilder().setTerm(0).setIndex(i).setData(ByteString.copyFrom(new byte[50])));
    }
    List<ByteBuf> pieces = new ArrayList<>();

    StreamEncoder encoder = new MsgAppV2Encoder(LOCAL, REMOTE);
    Message whole = message.build();
    encoder.frameSize(whole);
    encoder.encodeLarge(whole, PIECE, pieces::add);

    assertThat(pieces.subList(0, pieces.size() - 1))
        .allSatisfy(piece -> assertThat(piece.readableBytes()).isEqualTo(PIECE));
    Encoding.join(pieces);
    assertRoundTrip(message.build());
  }

  @Test
  void theStreamGoesOnAfterALargeFrame() {
    StreamEncoder encoder = new MsgAppV2Encoder(LOCAL, REMOTE);
    MsgAppV2Decoder decoder = new MsgAppV2Decoder(REMOTE, LOCAL, 10L * MIB, 10);
    Message large = app(ByteString.copyFrom(new byte[MIB]));
    Message next = large.toBuilder().clearEntries().setIndex(1).build();

    Feeder.feed(decoder, Encoding.largeFrame(encoder, large, PIECE));
    byte[] frame = Encoding.frame(encoder, next);

    assertThat(frame).hasSize(17);
    assertThat(RaftMessages.byValue(Feeder.feed(decoder, frame).messages().get(0)))
        .isEqualTo(RaftMessages.byValue(next));
  }

  @Test
  void aConsumerThatFailsGetsNothingMore() {
    List<ByteBuf> pieces = new ArrayList<>();
    IllegalStateException closed = new IllegalStateException("closed");

    assertThatThrownBy(
            () ->
                MessageBody.write(
                    app(ByteString.copyFrom(new byte[MIB])),
                    PIECE,
                    piece -> {
                      pieces.add(piece);
                      throw closed;
                    }))
        .isSameAs(closed);

    assertThat(pieces).hasSize(1);
  }

  @Test
  void bodiesRoundTrip() {
    Message message = app(ByteString.copyFrom(new byte[MIB]));
    List<ByteBuf> pieces = new ArrayList<>();

    MessageBody.write(message, PIECE, pieces::add);

    ByteBuf body = Unpooled.wrappedBuffer(Encoding.join(pieces));
    assertThat(body.readableBytes()).isEqualTo(message.getSerializedSize());
    assertThat(MessageBody.parse(body)).isEqualTo(message);
    assertThat(body.isReadable()).isFalse();
  }

  private static void assertRoundTrip(Message message) {
    byte[] frame = Encoding.largeFrame(new MsgAppV2Encoder(LOCAL, REMOTE), message, PIECE);
    assertThat(frame).isEqualTo(Encoding.frame(new MsgAppV2Encoder(LOCAL, REMOTE), message));

    Received compact =
        Feeder.feedRandomly(
            new MsgAppV2Decoder(REMOTE, LOCAL, 10L * MIB, 50_000), frame, 65536, new Random(1));
    Received whole =
        Feeder.feedRandomly(
            new MessageStreamDecoder(10L * MIB),
            Encoding.largeFrame(new MessageStreamEncoder(), message, PIECE),
            65536,
            new Random(1));

    assertThat(whole.messages()).containsExactly(message);
    assertThat(RaftMessages.byValue(compact.messages().get(0)))
        .isEqualTo(RaftMessages.byValue(message));
  }

  private static Message app(ByteString data) {
    return Message.newBuilder()
        .setType(MessageType.MsgApp)
        .setFrom(LOCAL.value())
        .setTo(REMOTE.value())
        .addEntries(Entry.newBuilder().setIndex(1).setData(data))
        .build();
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.NewLinks;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** Streams on connections whose time and memory the test has in hand. */
class OutgoingStreamTest {

  private static final MemberId PEER = MemberId.of(2);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  // A frame of type 0 in a chunk of one byte.
  private static final String LINK_HEARTBEAT = "0*1\r\n\0\r\n";
  private static final String LAST_CHUNK = "0\r\n\r\n";

  private final RaftHttpConfig config =
      RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(1))
          .timeouts(timeouts -> timeouts.linkHeartbeat(HEARTBEAT))
          .build();
  private final PeerLink link = NewLinks.to(PEER, config);
  private final StreamWriter writer = new StreamWriter(StreamType.MSGAPP, link, () -> {});
  private final Scarce memory = new Scarce();
  private final EmbeddedChannel connection = connect();

  @BeforeEach
  void attach() {
    writer.attach(connection);
    connection.runPendingTasks();
  }

  @AfterEach
  void close() {
    connection.finishAndReleaseAll();
  }

  @Test
  void aLinkHeartbeatIsWrittenAtEachIntervalAtWhichNothingElseWaits() {
    pass(HEARTBEAT.minusMillis(1));
    assertThat(written(connection)).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(written(connection)).matches(LINK_HEARTBEAT);
    pass(HEARTBEAT);
    assertThat(written(connection)).matches(LINK_HEARTBEAT);
  }

  @Test
  void aStreamThatFindsNoMemoryForItsHeartbeatEndsAndTheNextOneGoesOn() {
    memory.used = true;
    pass(HEARTBEAT);
    assertThat(connection.isActive()).isFalse();
    assertThat(writer.attached()).isFalse();
    assertThat(written(connection)).isEqualTo(LAST_CHUNK);

    memory.used = false;
    EmbeddedChannel next = connect();
    writer.attach(next);
    Message message = Message.newBuilder().setType(MessageType.MsgApp).setTo(2).build();
    assertThat(writer.lane().offer(message, message.getSerializedSize(), MessageClass.APPEND))
        .isTrue();
    next.runPendingTasks();
    assertThat(written(next))
        .contains(new String(message.toByteArray(), StandardCharsets.ISO_8859_1));
    next.finishAndReleaseAll();
  }

  private EmbeddedChannel connect() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.config().setAllocator(memory);
    channel.pipeline().addLast(NettyPipeline.HttpCodec, new ChannelDuplexHandler());
    return channel;
  }

  private void pass(Duration time) {
    connection.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    connection.runPendingTasks();
  }

  private static String written(EmbeddedChannel channel) {
    StringBuilder written = new StringBuilder();
    for (ByteBuf bytes; (bytes = channel.readOutbound()) != null; bytes.release()) {
      written.append(bytes.toString(StandardCharsets.ISO_8859_1));
    }
    return written.toString();
  }

  /** Has no memory left, if it is told so. */
  private static final class Scarce extends AbstractByteBufAllocator {

    private boolean used;

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      if (used) {
        throw new OutOfMemoryError("what a test has for it");
      }
      return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}

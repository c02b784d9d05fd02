// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
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
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.NettyPipeline;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The place of a stream while streams come and go. */
@Timeout(30)
class StreamWriterTest {

  private static final Message APP =
      Message.newBuilder().setType(MessageType.MsgApp).setTo(2).build();

  private static final Duration RETENTION = Duration.ofSeconds(10);

  private final RaftHttpConfig config =
      RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(1))
          .timeouts(times -> times.laneRetention(RETENTION))
          .build();
  private final PeerLink link = NewLinks.to(MemberId.of(2), config);
  private final StreamWriter writer = new StreamWriter(StreamType.MSGAPP, link, () -> {});

  private static EmbeddedChannel embedded() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addLast(NettyPipeline.HttpCodec, new ChannelDuplexHandler());
    return channel;
  }

  private boolean offer() {
    return writer.lane().offer(APP, APP.getSerializedSize(), MessageClass.APPEND);
  }

  @Test
  void aStreamThatComesDuringStopDoesNotCutTheDrainShort() {
    EmbeddedChannel first = embedded();
    writer.attach(first);
    first.runPendingTasks();
    first.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    first.runPendingTasks();
    assertThat(offer()).isTrue();
    first.runPendingTasks();
    AtomicBoolean stopped = new AtomicBoolean();
    writer.stop(Duration.ofSeconds(30)).doOnSuccess(done -> stopped.set(true)).subscribe();
    first.runPendingTasks();
    assertThat(stopped).isFalse();
    EmbeddedChannel second = embedded();
    writer.attach(second);
    second.runPendingTasks();
    first.runPendingTasks();
    assertThat(stopped).as("stopped, but the first stream still has messages to drain").isFalse();
  }

  @Test
  void aLaneKeepsItsMessagesForTheWholeRetention() {
    VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
    try {
      comeAndGo();
      time.advanceTimeBy(RETENTION.dividedBy(2));
      comeAndGo();
      assertThat(writer.attached()).isFalse();
      assertThat(offer()).isTrue();
      time.advanceTimeBy(RETENTION.minusMillis(1));
      assertThat(writer.lane().messages()).isEqualTo(1);
      time.advanceTimeBy(Duration.ofMillis(1));
      assertThat(writer.lane().messages()).isZero();
    } finally {
      VirtualTimeScheduler.reset();
    }
  }

  private void comeAndGo() {
    EmbeddedChannel channel = embedded();
    writer.attach(channel);
    channel.runPendingTasks();
    channel.close();
    channel.runPendingTasks();
  }

  private Channel accepted(EventLoop loop, String name) throws Exception {
    CountDownLatch ready = new CountDownLatch(1);
    Channel[] made = new Channel[1];
    LocalAddress address = new LocalAddress("writer-" + name);
    new ServerBootstrap()
        .group(loop, loop)
        .channel(LocalServerChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(
                        NettyPipeline.HttpCodec,
                        new ChannelDuplexHandler() {
                          @Override
                          public void channelActive(ChannelHandlerContext ctx) {
                            made[0] = channel;
                            ready.countDown();
                          }
                        });
              }
            })
        .bind(address)
        .sync();
    new Bootstrap()
        .group(loop)
        .channel(LocalChannel.class)
        .handler(new ChannelDuplexHandler())
        .connect(address)
        .sync();
    ready.await();
    return made[0];
  }

  @Test
  void aWriterWhoseLastStreamIsGoneIsNotAttached() throws Exception {
    EventLoop loop0 = new DefaultEventLoop();
    EventLoop loop1 = new DefaultEventLoop();
    EventLoop loop2 = new DefaultEventLoop();
    Channel z = accepted(loop0, "z");
    Channel a = accepted(loop1, "a");
    Channel b = accepted(loop2, "b");
    loop0.submit(() -> writer.attach(z)).get();
    assertThat(writer.attached()).isTrue();

    // A connection that its peer gave up for another, on a loop that has much to do just then.
    CountDownLatch attached = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    loop1.submit(
        () -> {
          writer.attach(a);
          attached.countDown();
          free.await();
          return null;
        });
    attached.await();
    z.closeFuture().await();
    loop0.submit(() -> {}).get(); // z has ended and told a to begin
    loop2.submit(() -> writer.attach(b)).get();
    b.close().await();
    await().until(() -> !writer.attached());
    free.countDown();
    await().until(() -> !a.isOpen() && !b.isOpen());
    for (EventLoop loop : List.of(loop1, loop2, loop1, loop2)) {
      loop.submit(() -> {}).get();
    }
    assertThat(writer.attached()).as("no stream is left").isFalse();
    for (EventLoop loop : List.of(loop0, loop1, loop2)) {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }

  @Test
  void aStopFromARoomListenerLosesNothing() {
    EmbeddedChannel connection = embedded();
    writer.attach(connection);
    connection.runPendingTasks();
    AtomicBoolean once = new AtomicBoolean();
    writer
        .lane()
        .addRoomListener(
            () -> {
              if (once.compareAndSet(false, true)) {
                writer.stop(Duration.ofSeconds(5)).subscribe();
              }
            });
    assertThat(offer()).isTrue();
    connection.runPendingTasks();
    StringBuilder written = new StringBuilder();
    for (ByteBuf bytes; (bytes = connection.readOutbound()) != null; ) {
      written.append(bytes.toString(StandardCharsets.ISO_8859_1));
      bytes.release();
    }
    assertThat(written.toString())
        .contains(new String(APP.toByteArray(), StandardCharsets.ISO_8859_1));
  }
}

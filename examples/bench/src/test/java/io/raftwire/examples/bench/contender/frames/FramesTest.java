// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.frames;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramesTest {

  @ParameterizedTest
  @CsvSource({"msgapp, 1", "msgapp, 7", "msgapp, 100000", "small, 1", "small, 100000"})
  void whatIsWrittenIsReadHoweverItIsCut(Work work, int cut) {
    List<Message> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add(append(i, i % 5 == 0 ? 2000 : 10));
    }
    FrameWriter writer = new FrameWriter(work);
    ByteBuf all = Unpooled.buffer().writeByte(writer.preamble());
    Queue<Message> queue = new ArrayDeque<>(sent);
    while (!queue.isEmpty()) {
      ByteBuf batch = writer.batch(queue, UnpooledByteBufAllocator.DEFAULT, 1000);
      all.writeBytes(batch);
      batch.release();
    }

    List<Message> received = new ArrayList<>();
    FrameReader reader = new FrameReader(2, 1, received::add);
    while (all.isReadable()) {
      reader.read(all.readSlice(Math.min(cut, all.readableBytes())));
    }

    assertThat(received).isEqualTo(sent);
  }

  private static Message append(long index, int size) {
    return Message.newBuilder()
        .setType(MessageType.MsgApp)
        .setFrom(1)
        .setTo(2)
        .setTerm(1)
        .setLogTerm(1)
        .setIndex(index)
        .setCommit(index)
        .addEntries(
            Entry.newBuilder()
                .setTerm(1)
                .setIndex(index + 1)
                .setData(ByteString.copyFrom(new byte[size])))
        .build();
  }
}

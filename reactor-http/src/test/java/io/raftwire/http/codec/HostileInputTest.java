// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Message;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever arrives, a decoder takes it or says that it is corrupt, and never pays in advance. */
class HostileInputTest {

  private static final long LIMIT = 512L << 20;
  private static final int MIB = 1 << 20;
  private static final byte[] APP = {0x08, 3};

  /** Has the classes loaded, which agents rewrite for a price. */
  @BeforeAll
  static void warmUp() {
    feed(Hex.bytes("01 0000000000000001"));
  }

  @Test
  void anAnnouncedLengthCostsNothing() {
    assertThat(Allocation.of(() -> feed(Hex.bytes("02 0000000020000000")))).isLessThan(MIB / 8);
    assertThat(Allocation.of(() -> feed(Hex.bytes("01 0000000000100000")))).isLessThan(MIB / 8);
    assertThat(Allocation.of(() -> feed(Hex.bytes("01 0000000000000001", "0000000020000000"))))
        .isLessThan(MIB / 8);
    assertThat(
            Allocation.of(
                () -> Feeder.feed(new MessageStreamDecoder(LIMIT), Hex.bytes("0000000020000000"))))
        .isLessThan(MIB / 8);
  }

  @Test
  void theFirstByteCostsTwoMebibytesAtMost() {
    assertThat(Allocation.of(() -> feed(Hex.bytes("02 0000000020000000 08"))))
        .isLessThan(2 * MIB + MIB / 8);
    assertThat(Allocation.of(() -> feed(Hex.bytes("01 0000000000000001 0000000020000000 08"))))
        .isLessThan(2 * MIB + MIB / 8);
  }

  @Test
  void whatArrivesIsPaidFourfoldAtMost() {
    MessageStreamDecoder decoder = new MessageStreamDecoder(LIMIT);
    byte[] kilobytes = new byte[64 << 10];
    Feeder.feed(decoder, Hex.bytes("0000000020000000"));

    long input =
        Allocation.of(
            () -> {
              for (int i = 0; i < 9 * 16; i++) { // 9 MiB
                Feeder.feed(new NullDecoder(), kilobytes);
              }
            });
    long all =
        Allocation.of(
            () -> {
              for (int i = 0; i < 9 * 16; i++) {
                Feeder.feed(decoder, kilobytes);
              }
            });

    assertThat(all - input).isLessThan(4 * 9 * MIB);
  }

  @Test
  void emptyEntriesWithoutNumberAreNotMadeObjects() {
    byte[] message = new byte[(3 << 20) + 2];
    message[0] = 0x08; // type
    message[1] = 3; // MsgApp
    for (int i = 2; i < message.length; i += 2) {
      message[i] = 0x3a; // an entry of 0 bytes
    }

    long allocated =
        Allocation.of(
            () ->
                assertThatThrownBy(() -> MessageParser.parse(message))
                    .isInstanceOf(CorruptStreamException.class)
                    .hasMessage("entry count 1048577 (expected: at most 1048576)"));

    assertThat(allocated).isLessThan(8 * MIB);
  }

  @Test
  void unknownFieldsWithoutNumberAreNotMadeObjects() throws IOException {
    byte[] unknown = unknownFields(3 * MIB);
    refused(() -> MessageParser.parse(join(APP, unknown)));
    byte[] entry = join(field(7), length(unknown.length), unknown);
    refused(() -> MessageParser.parse(join(APP, entry)));
    byte[] snapshot = join(field(9), length(unknown.length), unknown);
    refused(() -> MessageParser.parse(join(APP, snapshot)));
  }

  @Test
  void unnamedValuesAndListsWithoutNumberAreNotMadeObjects() throws IOException {
    byte[] types = new byte[3 * MIB];
    byte[] voters = new byte[3 * MIB];
    for (int i = 0; i < types.length; i += 2) {
      types[i] = 0x08; // a type
      types[i + 1] = 99;
      voters[i] = 0x08; // a voter
      voters[i + 1] = 1;
    }
    refused(() -> MessageParser.parse(join(APP, types)));
    byte[] state = join(field(1), length(voters.length), voters);
    byte[] metadata = join(field(2), length(state.length), state);
    byte[] snapshot = join(field(9), length(metadata.length), metadata);
    refused(() -> MessageParser.parse(join(APP, snapshot)));
  }

  @Test
  void groupsAreLookedInto() {
    byte[] groups = new byte[MIB / 4];
    for (int i = 0; i < groups.length; i += 2) {
      groups[i] = 0x7b; // a group of number 15
      groups[i + 1] = 0x7c; // its end
    }
    refused(() -> MessageParser.parse(join(APP, groups)));
    Arrays.fill(groups, (byte) 0x7b);
    assertThatThrownBy(() -> MessageParser.parse(join(APP, groups)))
        .isInstanceOf(CorruptStreamException.class)
        .hasMessageContaining("more than 100 levels of nesting");
  }

  @Test
  void theEntriesOfACompactFrameShareTheirBound() throws IOException {
    byte[] unknown = join(Hex.bytes("10 01 18 01 22 00"), unknownFields(MIB / 6));
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(frame);
    out.writeByte(1);
    out.writeLong(2);
    for (int i = 1; i <= 2; i++) {
      unknown[3] = (byte) i;
      out.writeLong(unknown.length);
      out.write(unknown);
    }
    refused(() -> feed(frame.toByteArray()));
  }

  @Test
  void aFewUnknownFieldsAreKept() throws IOException {
    byte[] data = new byte[3 * MIB];
    byte[] entry = join(Hex.bytes("10 01 18 01 22"), length(data.length), data, unknownFields(400));
    byte[] message = join(APP, field(7), length(entry.length), entry, unknownFields(400));

    Message parsed = MessageParser.parse(message);

    assertThat(parsed.getUnknownFields().asMap()).hasSize(100);
    assertThat(parsed.getEntries(0).getUnknownFields().asMap()).hasSize(100);
    assertThat(parsed.toByteArray()).hasSameSizeAs(message);
  }

  private static void refused(Runnable parse) {
    long allocated =
        Allocation.of(
            () ->
                assertThatThrownBy(parse::run)
                    .isInstanceOf(CorruptStreamException.class)
                    .hasMessageStartingWith("number of unknown fields ")
                    .hasMessageEndingWith(" (expected: at most 65536)"));
    assertThat(allocated).isLessThan(32 * MIB);
  }

  private static byte[] unknownFields(int bytes) {
    byte[] fields = new byte[bytes / 4 * 4];
    for (int i = 0; i < bytes / 4; i++) {
      int tag = (2048 + i % 250_000) << 3;
      fields[4 * i] = (byte) (tag | 0x80);
      fields[4 * i + 1] = (byte) (tag >>> 7 | 0x80);
      fields[4 * i + 2] = (byte) (tag >>> 14);
    }
    return fields;
  }

  private static byte[] field(int number) {
    return new byte[] {(byte) (number << 3 | 2)};
  }

  private static byte[] length(int length) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(length);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Property(tries = 2000)
  void garbageIsCorruptOrIncomplete(@ForAll @Size(max = 200) byte[] bytes, @ForAll long seed) {
    decodeHostile(bytes, seed);
  }

  @Property(tries = 300)
  void damagedStreamsAreCorruptOrIncompleteOrSomethingElse(
      @ForAll("streams") List<Message> messages,
      @ForAll @Size(min = 1, max = 3) int[] positions,
      @ForAll long seed) {
    byte[] bytes = RoundTripTest.encode(RoundTripTest.encoder(), messages);
    Random random = new Random(seed);
    for (int position : positions) {
      bytes[Math.floorMod(position, bytes.length)] = (byte) random.nextInt();
    }
    decodeHostile(bytes, seed);
  }

  @Provide
  Arbitrary<List<Message>> streams() {
    return RoundTripTest.appSequences();
  }

  private static void decodeHostile(byte[] bytes, long seed) {
    MemberId member = MemberId.of(1);
    byte[] typed = bytes.length == 0 ? bytes : bytes.clone();
    if (typed.length > 0) {
      typed[0] = (byte) Math.floorMod(typed[0], 3);
    }
    long allocated =
        Allocation.of(
            () -> {
              decodeHostile(new MsgAppV2Decoder(member, member, 5000, 10), bytes, seed);
              decodeHostile(new MsgAppV2Decoder(member, member, 5000, 10), typed, seed);
              decodeHostile(new MessageStreamDecoder(5000), bytes, seed);
              decodeHostile(new MessageStreamDecoder(5000), framed(bytes), seed);
            });
    assertThat(allocated).isLessThan(MIB + 2000L * bytes.length);
  }

  private static byte[] framed(byte[] bytes) {
    byte[] frame = new byte[8 + bytes.length];
    frame[6] = (byte) (bytes.length >> 8);
    frame[7] = (byte) bytes.length;
    System.arraycopy(bytes, 0, frame, 8, bytes.length);
    return frame;
  }

  private static void decodeHostile(StreamDecoder decoder, byte[] bytes, long seed) {
    try {
      Received received = Feeder.feedRandomly(decoder, bytes, 50, new Random(seed));
      assertThat(received.messages().size() + received.linkHeartbeats())
          .isLessThanOrEqualTo(bytes.length);
    } catch (CorruptStreamException e) {
      assertThat(e.reason()).isNotNull();
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static void feed(byte[] bytes) {
    MemberId member = MemberId.of(1);
    Feeder.feed(new MsgAppV2Decoder(member, member, LIMIT, 1 << 20), bytes);
  }

  /** For what the test itself allocates. */
  private static final class NullDecoder implements StreamDecoder {

    @Override
    public void decode(ByteBuf in, MessageSink sink) {
      in.skipBytes(in.readableBytes());
    }

    @Override
    public boolean atFrameBoundary() {
      return true;
    }
  }
}

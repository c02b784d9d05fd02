// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A service of one method, whose callers and callee stream messages to each other. Callbacks run on
 * the event loops, as none of them blocks.
 */
public final class GrpcWire implements Wire {

  private static final String SERVICE = "raftwire.bench.Messages";
  private static final int MAX_MESSAGE_BYTES = 512 << 20;

  private static final MethodDescriptor<Message, Message> EXCHANGE =
      MethodDescriptor.<Message, Message>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Exchange"))
          .setRequestMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(Message.getDefaultInstance()))
          .build();

  private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();
  private @Nullable Server server;

  @Override
  public void listen(InetSocketAddress address, Listener listener) {
    try {
      server =
          NettyServerBuilder.forAddress(address)
              .directExecutor()
              .maxInboundMessageSize(MAX_MESSAGE_BYTES)
              .addService(
                  ServerServiceDefinition.builder(SERVICE)
                      .addMethod(
                          EXCHANGE,
                          ServerCalls.asyncBidiStreamingCall(answers -> accept(answers, listener)))
                      .build())
              .build()
              .start();
    } catch (IOException e) {
      throw new BenchException("cannot listen at " + address + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Connection connect(InetSocketAddress address, Work work, Listener listener)
      throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    channels.add(channel);
    GrpcStream stream = new GrpcStream(listener);
    ClientCalls.asyncBidiStreamingCall(
        channel.newCall(EXCHANGE, CallOptions.DEFAULT), stream.client());
    stream.awaitReady();
    return stream;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (server != null) {
      server.shutdownNow();
    }
  }

  private static StreamObserver<Message> accept(
      StreamObserver<Message> answers, Listener listener) {
    GrpcStream stream = new GrpcStream(listener);
    stream.serve((ServerCallStreamObserver<Message>) answers);
    listener.accepted(stream);
    return stream;
  }
}

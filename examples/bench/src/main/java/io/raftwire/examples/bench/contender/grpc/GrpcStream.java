// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.grpc;

import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.raftpb.Message;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One end of a call. Whoever sends waits while the call is not ready; what arrives is asked for in
 * batches, long before the last batch is used up.
 */
final class GrpcStream implements Connection, StreamObserver<Message> {

  private static final int BATCH = 256;
  private static final long STEP_NANOS = 10_000_000;

  private final Wire.Listener listener;
  private @Nullable CallStreamObserver<Message> out;
  private boolean mayWait;
  private int received;
  private volatile @Nullable Thread waiting;

  GrpcStream(Wire.Listener listener) {
    this.listener = listener;
  }

  /** The calling end. */
  ClientResponseObserver<Message, Message> client() {
    return new ClientResponseObserver<>() {
      @Override
      public void beforeStart(ClientCallStreamObserver<Message> call) {
        out = call;
        mayWait = true;
        call.disableAutoRequestWithInitial(2 * BATCH);
        call.setOnReadyHandler(GrpcStream.this::ready);
      }

      @Override
      public void onNext(Message message) {
        GrpcStream.this.onNext(message);
      }

      @Override
      public void onError(Throwable cause) {
        GrpcStream.this.onError(cause);
      }

      @Override
      public void onCompleted() {
        GrpcStream.this.onCompleted();
      }
    };
  }

  /** The end that is called: what it answers is little and bounded, so it does not wait. */
  void serve(ServerCallStreamObserver<Message> call) {
    out = call;
    call.disableAutoRequest();
    call.request(2 * BATCH);
  }

  /** Waits until the call is connected. */
  void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + Endpoint.CONNECT_TIMEOUT.toNanos();
    while (!call().isReady()) {
      if (System.nanoTime() > deadline) {
        throw new BenchException("the call was not ready in time");
      }
      Thread.sleep(1);
    }
  }

  // A call is not safe for use by many threads, and a sink answers on two.
  @Override
  public synchronized void send(Message message) {
    CallStreamObserver<Message> call = call();
    if (mayWait && !call.isReady()) {
      waiting = Thread.currentThread();
      while (!call.isReady()) {
        LockSupport.parkNanos(this, STEP_NANOS);
      }
      waiting = null;
    }
    call.onNext(message);
  }

  @Override
  public void onNext(Message message) {
    if (++received == BATCH) {
      received = 0;
      call().request(BATCH);
    }
    listener.accept(message);
  }

  @Override
  public void onError(Throwable cause) {
    listener.failed(cause.toString());
  }

  @Override
  public void onCompleted() {
    listener.failed("the call was ended");
  }

  private void ready() {
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  private CallStreamObserver<Message> call() {
    return Objects.requireNonNull(out, "a call that has not begun");
  }
}

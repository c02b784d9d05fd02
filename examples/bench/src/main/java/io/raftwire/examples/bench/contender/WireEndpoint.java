// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.raftpb.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An end over a wire. Whoever is to measure connects to each of the others; whoever answers does so
 * on the connection that came last.
 */
public final class WireEndpoint implements Endpoint {

  private final Link link;
  private final Wire wire;
  private final Faults faults = new Faults();
  private final long firstOther;

  private List<Connection> connections = List.of();
  private @Nullable Work work;
  private Consumer<Message> receive = message -> {};
  private volatile @Nullable Connection accepted;
  private volatile boolean closing;

  /**
   * An end that is not started.
   *
   * @param link whose others have ids that follow each other
   */
  public WireEndpoint(Link link, Wire wire) {
    this.link = link;
    this.wire = wire;
    this.firstOther = link.others().get(0).id().value();
  }

  @Override
  public void start(Consumer<Message> receiver) {
    receive = receiver;
    wire.listen(Link.address(link.listen()), new Events());
  }

  @Override
  public void connect(Work wanted) {
    work = wanted;
  }

  @Override
  public void awaitConnected() throws InterruptedException {
    Work wanted = work;
    if (wanted == null) {
      throw new IllegalStateException("connect was not called");
    }
    List<Connection> made = new ArrayList<>();
    for (Link.Other other : link.others()) {
      made.add(wire.connect(Link.address(other.url()), wanted, new Events()));
    }
    connections = List.copyOf(made);
  }

  @Override
  public boolean send(Message message) {
    Connection connection = connection(message);
    if (connection == null) {
      faults.fatal("there was no connection to send a " + message.getType() + " on");
      return false;
    }
    try {
      connection.send(message);
      return true;
    } catch (BenchException e) {
      faults.fatal("a " + message.getType() + " was not taken (" + e.getMessage() + ")");
      return false;
    }
  }

  @Override
  public void flush() {
    if (connections.isEmpty()) {
      Connection last = accepted;
      if (last != null) {
        last.flush();
      }
    }
    for (int i = 0; i < connections.size(); i++) {
      connections.get(i).flush();
    }
  }

  @Override
  public long disturbances() {
    return faults.disturbances();
  }

  @Override
  public void requireSound() {
    faults.requireNone();
  }

  @Override
  public void close() {
    closing = true;
    wire.close();
  }

  private @Nullable Connection connection(Message message) {
    return connections.isEmpty() ? accepted : connections.get((int) (message.getTo() - firstOther));
  }

  private final class Events implements Wire.Listener {

    @Override
    public void accept(Message message) {
      receive.accept(message);
    }

    @Override
    public void accepted(Connection connection) {
      accepted = connection;
    }

    // An end that only answers is left by the other one when that has measured.
    @Override
    public void failed(String reason) {
      if (!closing && !connections.isEmpty()) {
        faults.fatal(reason);
      }
    }
  }
}

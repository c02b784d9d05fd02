// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Message;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that runs etcd's own peer transport, Go's rafthttp, and does what it is told over its
 * standard input.
 */
final class GoPeer implements TestPeer {

  private static final long BOUND_SECONDS = 15;
  private static final JsonFactory JSON = new JsonFactory();

  private final Spec spec;
  private final ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Saved> saved = new ConcurrentLinkedQueue<>();
  private final Map<Long, CompletableFuture<String>> transfers = new ConcurrentHashMap<>();
  private final CompletableFuture<Event> ready = new CompletableFuture<>();
  private final Queue<CompletableFuture<Event>> answers = new ConcurrentLinkedQueue<>();

  private Process process;
  private OutputStream commands;
  private Path log;

  GoPeer(Spec spec) {
    this.spec = spec;
  }

  /** One event: the fields of its line, and the bytes that follow it. */
  private record Event(Map<String, List<String>> fields, ByteString payload) {

    String text(String field) {
      List<String> values = fields.getOrDefault(field, List.of());
      return values.isEmpty() ? "" : values.get(0);
    }

    long number(String field) {
      String text = text(field);
      return text.isEmpty() ? 0 : Long.parseUnsignedLong(text);
    }

    boolean is(String field) {
      return text(field).equals("true");
    }
  }

  @Override
  public Spec spec() {
    return spec;
  }

  @Override
  public void start() {
    try {
      List<String> command = new ArrayList<>();
      command.add(GoPrograms.rafthttpPeer().toString());
      command.addAll(List.of("--id", id().toString(), "--cluster", spec.cluster().toString()));
      command.addAll(List.of("--listen", url(), "--snapshots", spec.directory().toString()));
      if (spec.version() != null) {
        command.addAll(List.of("--version", spec.version()));
      }
      if (spec.tls() != null) {
        command.addAll(List.of("--cert", spec.tls().certificate().toString()));
        command.addAll(List.of("--key", spec.tls().key().toString()));
        command.addAll(List.of("--ca", spec.tls().ca().toString()));
        if (spec.tls().mutual()) {
          command.add("--client-auth");
        }
      }
      log = GoPrograms.newLog("peer-" + id());
      process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    commands = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
    Thread reader = new Thread(this::read, "go-peer-" + id());
    reader.setDaemon(true);
    reader.start();
    await(ready, "ready");
  }

  @Override
  public void stop() {
    if (process == null) {
      return;
    }
    try {
      synchronized (this) {
        commands.close();
      }
    } catch (IOException e) {
      // It is gone already.
    }
    process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
    kill();
  }

  @Override
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  // ---- what it is told

  @Override
  public void addPeer(MemberId id, String url) {
    call("add-peer", id, url);
  }

  @Override
  public void addRemote(MemberId id, String url) {
    call("add-remote", id, url);
  }

  @Override
  public void updatePeer(MemberId id, String url) {
    call("update-peer", id, url);
  }

  @Override
  public void removePeer(MemberId id) {
    call("remove-peer", id, null);
  }

  @Override
  public void markRemoved(MemberId id) {
    call("mark-removed", id, null);
  }

  @Override
  public void pauseReading() {
    call("rest", json -> json.writeBooleanField("on", true), ByteString.EMPTY);
  }

  @Override
  public void resumeReading() {
    call("rest", json -> json.writeBooleanField("on", false), ByteString.EMPTY);
  }

  @Override
  public boolean send(Message message) {
    return call("send", json -> {}, message.toByteString()).is("ok");
  }

  @Override
  public CompletableFuture<String> sendSnapshot(Message snapshot, long bytes, boolean fromFile) {
    CompletableFuture<String> transfer = new CompletableFuture<>();
    transfers.put(snapshot.getSnapshot().getMetadata().getIndex(), transfer);
    call("send-snapshot", json -> json.writeNumberField("size", bytes), snapshot.toByteString());
    return transfer;
  }

  private void call(String what, MemberId id, String url) {
    call(
        what,
        json -> {
          json.writeStringField("id", id.toString());
          if (url != null) {
            json.writeArrayFieldStart("urls");
            json.writeString(url);
            json.writeEndArray();
          }
        },
        ByteString.EMPTY);
  }

  /** The fields of a command. */
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private Event call(String what, Fields fields, ByteString payload) {
    CompletableFuture<Event> answer = new CompletableFuture<>();
    try {
      synchronized (this) {
        answers.add(answer);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
          json.writeStartObject();
          json.writeStringField("do", what);
          json.writeNumberField("payload", payload.size());
          fields.write(json);
          json.writeEndObject();
        }
        line.write('\n');
        line.writeTo(commands);
        payload.writeTo(commands);
        commands.flush();
      }
    } catch (IOException e) {
      answer.completeExceptionally(e);
    }
    return await(answer, what);
  }

  private Event await(CompletableFuture<Event> answer, String what) {
    try {
      return answer.get(BOUND_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "Go peer " + id() + ", " + what + ": " + e + "; see " + log, e);
    }
  }

  // ---- what it tells

  private void read() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
      for (byte[] line = line(in); line != null; line = line(in)) {
        Event event = parse(line, in);
        switch (event.text("event")) {
          case "ready" -> ready.complete(event);
          case "done" -> answers.remove().complete(event);
          case "message" -> received.add(Message.parseFrom(event.payload()));
          case "snapshot-saved" ->
              saved.add(
                  new Saved(event.number("index"), event.number("size"), event.text("sha256")));
          case "snapshot-sent" -> {
            CompletableFuture<String> transfer = transfers.remove(event.number("index"));
            if (event.is("ok")) {
              transfer.complete(event.text("sha256"));
            } else {
              transfer.completeExceptionally(new IOException("the snapshot was not taken"));
            }
          }
          default -> throw new IOException("unknown event " + event.fields());
        }
      }
      fail(new IOException("it has ended"));
    } catch (IOException e) {
      fail(e);
    }
  }

  private void fail(IOException cause) {
    ready.completeExceptionally(cause);
    transfers.values().forEach(transfer -> transfer.completeExceptionally(cause));
    answers.forEach(answer -> answer.completeExceptionally(cause));
  }

  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return line.toByteArray();
      }
      line.write(next);
    }
    return null;
  }

  private static Event parse(byte[] line, DataInputStream in) throws IOException {
    Map<String, List<String>> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(line)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token.isScalarValue()) {
          String name =
              json.currentName() == null
                  ? json.getParsingContext().getParent().getCurrentName()
                  : json.currentName();
          fields.computeIfAbsent(name, key -> new ArrayList<>()).add(json.getText());
        }
      }
    }
    List<String> length = fields.get("payload");
    byte[] payload = new byte[length == null ? 0 : Integer.parseInt(length.get(0))];
    in.readFully(payload);
    return new Event(fields, UnsafeByteOperations.unsafeWrap(payload));
  }

  private Event status(MemberId peer) {
    return call("status", json -> json.writeStringField("id", peer.toString()), ByteString.EMPTY);
  }

  private Event status() {
    return status(id());
  }

  @Override
  public boolean connected(MemberId peer) {
    return status(peer).is("connected");
  }

  @Override
  public boolean active(MemberId peer) {
    return status(peer).is("active");
  }

  @Override
  public int activePeers() {
    return (int) status().number("activePeers");
  }

  /** rafthttp looks at its probes after five seconds, at both kinds of connections. */
  @Override
  public boolean probedHealthy(MemberId peer) {
    Event status = status(peer);
    return status.number("roundTrips") >= 2 && status.number("unhealthy") == 0;
  }

  @Override
  public Set<LinkFailure.Reason> refusals() {
    Set<LinkFailure.Reason> refusals = EnumSet.noneOf(LinkFailure.Reason.class);
    for (String reason : status().fields().getOrDefault("refusals", List.of())) {
      refusals.add(LinkFailure.Reason.valueOf(reason));
    }
    return refusals;
  }

  @Override
  public Collection<Saved> saved() {
    return saved;
  }

  @Override
  public Collection<Message> received() {
    return received;
  }

  @Override
  public void forgetReceived() {
    received.clear();
  }

  /** rafthttp drops without a word what it has taken; it reports that a peer is unreachable. */
  @Override
  public long reportedDrops() {
    return 0;
  }

  /**
   * rafthttp reports a peer only if messages waited when the stream broke, not for what it had
   * written but the peer had not read. That a stream was lost it only logs.
   */
  @Override
  public long unreachableReports() {
    Event status = status();
    return status.number("unreachable") + status.number("lostWriters");
  }

  /** How many messages it has received and dropped, because raft was behind by 4096. */
  long receiveDrops() {
    return status().number("receiveDrops");
  }

  @Override
  public String toString() {
    try {
      return "Go peer " + id() + (log == null ? "" : ", log of " + Files.size(log) + " bytes");
    } catch (IOException e) {
      return "Go peer " + id();
    }
  }
}

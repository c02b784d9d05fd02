// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.KvNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The samples as server-sent events, taken once however many browsers look. A browser's first event
 * is {@code full}: a sample with the last minutes and the last events. The ones after it are {@code
 * tick}: a sample. Whoever takes them slower than they are made misses some, and gets a {@code
 * full} again.
 */
public final class PageFeed implements AutoCloseable {

  /** How many may look at the same time. */
  public static final int MAX_VIEWERS = 64;

  /** How many samples are kept for the charts. */
  static final int HISTORY = 180;

  private static final Logger log = LoggerFactory.getLogger(PageFeed.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KvNode node;
  private final Duration every;
  private final EventLog events;
  private final Neighbours neighbours = new Neighbours();
  private final Sampler sampler;
  private final ScheduledExecutorService timer;
  private final ArrayDeque<Sample.Point> history = new ArrayDeque<>(); // the timer's
  private final Sinks.Many<Frame> frames = Sinks.many().multicast().directBestEffort();
  private final AtomicInteger viewers = new AtomicInteger();
  private volatile @Nullable Frame latest;
  private @Nullable Disposable listening;

  /** The first event, and the first after others were missed. */
  private record Full(Sample sample, List<Sample.Point> history, List<Sample.Event> events) {}

  /**
   * A feed of one member.
   *
   * @param every how often a sample is taken
   */
  public PageFeed(KvNode node, NodeMeters meters, Faults faults, Duration every) {
    this.node = node;
    this.every = every;
    Map<MemberId, String> names = new ConcurrentHashMap<>();
    this.events =
        new EventLog(id -> names.getOrDefault(id, id.toString()), System::currentTimeMillis);
    this.sampler = new Sampler(node, meters, faults, events, neighbours, names, every.toMillis());
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "page-" + node.config().name());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins to take samples. Call it before the node starts, so that no event is missed. */
  public void start() {
    listening = node.events().subscribe(events::happened);
    var unused =
        timer.scheduleAtFixedRate(this::sample, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    var unusedToo = timer.scheduleAtFixedRate(this::askNeighbours, 1, 1, TimeUnit.SECONDS);
  }

  /** The events for one viewer; empty, and nothing else, if there are too many of them. */
  public Flux<byte[]> view() {
    return Flux.defer(
        () -> {
          if (viewers.incrementAndGet() > MAX_VIEWERS) {
            viewers.decrementAndGet();
            return Flux.<byte[]>empty();
          }
          View view = new View();
          return frames
              .asFlux()
              .startWith(Flux.defer(() -> latest == null ? Flux.empty() : Flux.just(latest)))
              .onBackpressureLatest()
              .map(view::bytes)
              .doFinally(signal -> viewers.decrementAndGet());
        });
  }

  /** The states of this member's links by peer, for the other members' pages. */
  public Map<String, String> links() {
    Map<String, String> links = new TreeMap<>();
    Frame frame = latest;
    if (frame != null) {
      for (Sample.Member member : frame.sample.members()) {
        Sample.Link link = member.link();
        if (link != null) {
          links.put(member.id(), link.state());
        }
      }
    }
    return links;
  }

  /** How many look now. */
  public int viewers() {
    return viewers.get();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    Disposable subscription = listening;
    if (subscription != null) {
      subscription.dispose();
    }
    frames.tryEmitComplete();
  }

  private void askNeighbours() {
    try {
      if (viewers() > 0) {
        neighbours.ask(node.members());
      }
    } catch (RuntimeException e) {
      log.error("could not ask the other members for their links: {}", e, e);
    }
  }

  private void sample() {
    try {
      Sample sample = sampler.take();
      history.addLast(Sampler.point(sample));
      if (history.size() > HISTORY) {
        history.removeFirst();
      }
      Frame frame =
          new Frame(sample.seq(), sample, new Full(sample, List.copyOf(history), events.all()));
      latest = frame;
      frames.tryEmitNext(frame);
    } catch (RuntimeException e) {
      // An exception would end the schedule, and the page with it.
      log.error("could not take a sample for the page: {}", e, e);
    }
  }

  private static byte[] event(String name, Object data) {
    try {
      return ("event: " + name + "\nretry: 1000\ndata: " + JSON.writeValueAsString(data) + "\n\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are JSON", e);
    }
  }

  /** A sample in the two forms it is sent in, each made once if anybody needs it. */
  private static final class Frame {

    private final long seq;
    private final Sample sample;
    private final Full full;
    private byte @Nullable [] tickBytes;
    private byte @Nullable [] fullBytes;

    Frame(long seq, Sample sample, Full full) {
      this.seq = seq;
      this.sample = sample;
      this.full = full;
    }

    synchronized byte[] tick() {
      byte[] made = tickBytes;
      if (made == null) {
        made = event("tick", sample);
        tickBytes = made;
      }
      return made;
    }

    synchronized byte[] full() {
      byte[] made = fullBytes;
      if (made == null) {
        made = event("full", full);
        fullBytes = made;
      }
      return made;
    }
  }

  /** One viewer: which sample it got last. Signals come one after the other. */
  private static final class View {

    private long last = -1;

    byte[] bytes(Frame frame) {
      boolean next = frame.seq == last + 1;
      last = frame.seq;
      return next ? frame.tick() : frame.full();
    }
  }
}

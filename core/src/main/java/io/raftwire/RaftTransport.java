// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Carries raft messages between the members of one cluster. It keeps connections, lanes, limits and
 * meters; it never looks into a log. A raft node hands it messages and subscribes to what arrives:
 *
 * <pre>{@code
 * transport.inbound().subscribe(node::step);
 * transport.proposals().subscribe(node::step);
 * transport.start().block();
 * node.ready().subscribe(transport::send);
 * }</pre>
 *
 * All methods may be called from any thread, none blocks, and the membership calls may be repeated
 * without harm.
 */
public interface RaftTransport {

  /** This member's id. */
  MemberId id();

  /** The cluster's id; whoever carries another one is refused. */
  ClusterId clusterId();

  /**
   * Binds the listen addresses, serves peers and begins to dial them. Completes when every address
   * is bound; fails if one cannot be, and then nothing stays open. The work is done once, however
   * often the result is subscribed to. A stopped transport does not start again.
   */
  Mono<Void> start();

  /**
   * Lets lanes drain and streams end within the configured bound, then closes everything that
   * {@link #start} opened. Completes when nothing is left: no thread, socket or buffer. The work
   * begins with the first subscription and is done once; it cannot be cancelled.
   */
  Mono<Void> stop();

  /**
   * The messages peers sent, all but forwarded proposals, in order for each stream. Demand is real:
   * while the subscriber requests nothing, connections are not read and TCP pushes back to the
   * senders; nothing is lost and no connection is given up for it. A message that came as a POST is
   * answered once the subscriber has been handed it.
   *
   * <p>One subscriber at a time, of this flux or of {@link #inboundDeliveries}; a further one gets
   * an {@link IllegalStateException}. After a cancel another may come, and what was not yet handed
   * out waits for it. Signals come one after the other, on I/O threads or the thread that requests,
   * so they must not block. Completes on stop.
   */
  Flux<Message> inbound();

  /**
   * {@link #inbound} with an acknowledgement for each message, instead of acknowledged by demand.
   */
  Flux<Delivery> inboundDeliveries();

  /**
   * Forwarded proposals (MsgProp). They have a flux of their own because a raft node without a
   * leader holds them while all else must flow: without demand they wait in a bounded queue, and
   * one that comes over its bound is dropped and reported, but never holds up a stream. One
   * subscriber, as with {@link #inbound}.
   */
  Flux<Message> proposals();

  /** {@link #proposals} with an acknowledgement for each. */
  Flux<Delivery> proposalDeliveries();

  /**
   * What happens to the links. Any number of subscribers; each sees what happens after it
   * subscribed, on a thread that is not an I/O thread. One that falls behind by 1,024 events loses
   * the oldest.
   */
  Flux<TransportEvent> events();

  /**
   * Offers one message to the peer in its {@code to} and answers at once whether it was taken.
   * Never blocks and never throws for a reason of the network: raft sends again what matters. The
   * message is read later by other threads, which is safe because it cannot change. One for a peer
   * that was sent nothing just before may be written to its connection by the caller itself, as far
   * as there is room: some microseconds, and the message is sooner there than by way of an I/O
   * thread.
   */
  SendOutcome send(Message message);

  /**
   * Sends a snapshot with its body to the peer in the message's {@code to}, as one transfer beside
   * all other traffic and with back-pressure on {@code body}. There is no limit on the time a
   * transfer takes as long as it makes progress.
   *
   * @param snapshot a MsgSnap
   * @param body the bytes that follow; the transport releases each buffer
   * @return completes when the peer has saved the body and taken the message; fails with {@link
   *     LinkException}, whose cause is the body's own error if it was that, {@link
   *     UnknownPeerException} or {@link TransportStoppedException}. Cold: each subscription is a
   *     transfer, and cancelling ends it. Either way it is also reported as an event.
   */
  Mono<Void> sendSnapshot(Message snapshot, Publisher<ByteBuf> body);

  /**
   * {@link #sendSnapshot(Message, Publisher)} with the content of a file, which is not copied
   * through the heap unless TLS has to see it. The file must not change meanwhile.
   */
  Mono<Void> sendSnapshot(Message snapshot, Path body);

  /**
   * Adds a peer, or does nothing if it is there already; a remote of the same id becomes a peer,
   * and what was under way to it goes on.
   *
   * @return whether it was added
   * @throws IllegalArgumentException for this member's own id or for 0
   */
  boolean addPeer(MemberId id, PeerUrls urls);

  /**
   * Adds a remote: someone who may be sent messages by POST but has no streams, such as a member
   * that is ahead of what this one knows of the membership. Does nothing if the id is a peer or a
   * remote already.
   *
   * @return whether it was added
   */
  boolean addRemote(MemberId id, PeerUrls urls);

  /**
   * Gives a peer new URLs, first to be dialled at the next attempt. Does nothing for an unknown id.
   *
   * @return whether there is such a peer
   */
  boolean updatePeer(MemberId id, PeerUrls urls);

  /**
   * Removes a peer or remote and ends its channels; what its lanes held is dropped.
   *
   * @return whether there was one
   */
  boolean removePeer(MemberId id);

  /** Removes all peers and remotes. */
  void removeAllPeers();

  /**
   * A peer.
   *
   * @throws UnknownPeerException if the id is not one
   */
  Peer peer(MemberId id);

  /** The peers, remotes left out, as of now. */
  Collection<Peer> peers();

  /** Since when the peer has been active; empty if it is not, or unknown. */
  Optional<Instant> activeSince(MemberId id);

  /** How many peers are active. */
  int activePeers();

  /**
   * Sets who counts as permanently removed from the cluster: such a caller's stream is refused with
   * 410, which makes it stop. Until set, nobody is. Called on I/O threads, so it must not block.
   */
  void removedMembers(Predicate<MemberId> removed);

  /** For tests: drops everything to and from every peer, silently, until {@link #resume}. */
  void pause();

  /** Ends {@link #pause}. */
  void resume();

  /** For tests: drops everything to and from one peer, silently, until {@link #mend}. */
  void cut(MemberId id);

  /** Ends {@link #cut}. */
  void mend(MemberId id);
}

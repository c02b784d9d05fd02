/**
 * etcd's peer protocol (rafthttp) over Reactor Netty. {@link io.raftwire.http.RaftHttpTransport} is
 * where to begin.
 */
@NullMarked
package io.raftwire.http;

import org.jspecify.annotations.NullMarked;

import org.jspecify.annotations.NullMarked;

/** etcd's peer protocol over Reactor Netty; see {@link io.raftwire.http}. */
@NullMarked
module io.raftwire.http {
  requires transitive io.raftwire.core;
  requires transitive io.netty.handler;
  requires transitive reactor.netty.core;
  requires transitive reactor.netty.http;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires java.naming;
  requires org.jctools.core;
  requires org.slf4j;

  exports io.raftwire.http;
  exports io.raftwire.http.config;
}

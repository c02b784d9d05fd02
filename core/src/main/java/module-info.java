import org.jspecify.annotations.NullMarked;

/** The contract of a Raft peer transport; see {@link io.raftwire}. */
@NullMarked
module io.raftwire.core {
  requires transitive com.google.protobuf;
  requires transitive io.netty.buffer;
  requires transitive org.reactivestreams;
  requires transitive reactor.core;
  requires static transitive org.jspecify;
  requires io.netty.common;
  requires jdk.unsupported;
  requires org.slf4j;

  exports io.raftwire;
  exports io.raftwire.raftpb;
}

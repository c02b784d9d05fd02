// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.peer.Transport;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who sends and who receives.
 *
 * @param name in tables and files
 * @param works what it can do
 * @param tls whether it also takes part in rows under TLS
 */
record Contender(String name, Program sender, Program receiver, Set<Row.Work> works, boolean tls) {

  /** Whom ratios are of. */
  static final String GO = "go-go";

  /** The plain connection that shows what the frames allow. */
  static final String NETTY = "netty";

  /** The one that bars are for. */
  static final String RAFTWIRE = "raftwire-raftwire";

  static final String RAFTWIRE_GO = "raftwire-go";
  static final String GO_RAFTWIRE = "go-raftwire";
  static final String METRICS = "raftwire-metrics";
  static final String SENDFILE = "sendfile";

  private static final Set<Row.Work> ANY_LIBRARY =
      EnumSet.of(Row.Work.MSGAPP, Row.Work.SMALL, Row.Work.PING, Row.Work.PEERS);

  /** Whether it takes part in a row. */
  boolean canDo(Row row) {
    return works.contains(row.work()) && (tls || !row.tls());
  }

  /** The names of all contenders, in the order in which they take turns. */
  static List<String> names() {
    Program none = new Program("", List.of(), "", List.of());
    return all(none, none).stream().map(Contender::name).toList();
  }

  /** All contenders. */
  static List<Contender> all(Program go, Program bench) {
    List<Contender> all = new ArrayList<>();
    Program raftwire = bench.with(Transport.raftwire);
    all.add(new Contender(GO, go, go, EnumSet.complementOf(EnumSet.of(Row.Work.STUCK)), true));
    all.add(new Contender(RAFTWIRE, raftwire, raftwire, EnumSet.allOf(Row.Work.class), true));
    Set<Row.Work> mixed = EnumSet.of(Row.Work.MSGAPP, Row.Work.SNAPSHOT);
    all.add(new Contender(RAFTWIRE_GO, raftwire, go, mixed, true));
    all.add(new Contender(GO_RAFTWIRE, go, raftwire, mixed, true));
    Program metrics = bench.with(Transport.metrics);
    all.add(
        new Contender(
            METRICS, metrics, metrics, EnumSet.of(Row.Work.MSGAPP, Row.Work.SMALL), true));
    for (Transport transport : Transport.values()) {
      if (!transport.isRaftwire()) {
        Program program = bench.with(transport);
        all.add(new Contender(transport.name(), program, program, ANY_LIBRARY, false));
      }
    }
    Program sockets = bench.with(Transport.sockets);
    all.add(new Contender(SENDFILE, sockets, sockets, EnumSet.of(Row.Work.SNAPSHOT), false));
    return List.copyOf(all);
  }
}

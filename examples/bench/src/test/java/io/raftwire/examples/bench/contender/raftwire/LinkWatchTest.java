// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.raftwire;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.PeerRecorder;
import io.raftwire.examples.bench.contender.Faults;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkWatchTest {

  @Test
  void everythingIsPassedOn() throws Exception {
    List<String> told = new ArrayList<>();
    PeerRecorder next =
        (PeerRecorder)
            Proxy.newProxyInstance(
                PeerRecorder.class.getClassLoader(),
                new Class<?>[] {PeerRecorder.class},
                (proxy, method, arguments) -> {
                  told.add(method.getName());
                  return null;
                });
    LinkWatch watch = new LinkWatch(next, new Faults());
    List<String> all = new ArrayList<>();
    for (Method method : PeerRecorder.class.getMethods()) {
      all.add(method.getName());
      method.invoke(
          watch,
          Arrays.stream(method.getParameterTypes())
              .map(parameter -> parameter == long.class ? 1L : null)
              .toArray());
    }
    assertThat(told).isEqualTo(all);
  }
}

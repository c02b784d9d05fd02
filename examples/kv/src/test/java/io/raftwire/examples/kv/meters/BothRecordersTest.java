// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BothRecordersTest {

  private final List<String> first = new ArrayList<>();
  private final List<String> second = new ArrayList<>();
  private final TransportRecorder both =
      new BothRecorders(
          recorder(TransportRecorder.class, first), recorder(TransportRecorder.class, second));

  /** A recorder that lists what it is told. */
  private static <T> T recorder(Class<T> type, List<String> told) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              told.add(method.getName());
              return method.getReturnType() == PeerRecorder.class
                  ? recorder(PeerRecorder.class, told)
                  : null;
            }));
  }

  private static List<String> tellAll(Class<?> type, Object recorder) throws Exception {
    List<String> names = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        names.add(method.getName());
        method.invoke(
            recorder,
            Arrays.stream(method.getParameterTypes())
                .map(parameter -> parameter == long.class ? 1L : null)
                .toArray());
      }
    }
    return names;
  }

  @Test
  void bothAreToldOfTheTransport() throws Exception {
    List<String> all = tellAll(TransportRecorder.class, both);
    assertThat(first).isEqualTo(all);
    assertThat(second).isEqualTo(all);
  }

  @Test
  void bothAreToldOfAPeerButForItsRequests() throws Exception {
    PeerRecorder peer = both.peer(MemberId.of(1), MemberId.of(2));
    first.clear();
    second.clear();
    List<String> all = tellAll(PeerRecorder.class, peer);
    assertThat(first).isEqualTo(all);
    all.remove("request");
    assertThat(second).isEqualTo(all);
  }
}

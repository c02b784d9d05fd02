// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import io.raftwire.examples.kv.proto.RequestHistory;
import io.raftwire.examples.kv.proto.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which proposals have been applied, so that one that was sent twice counts once. Part of the
 * replicated state: every member decides the same. It remembers {@link #WINDOW} proposals of each
 * member's current run; what is older is not applied any more.
 */
final class RequestWindow {

  /** How far back proposals of one member are remembered. */
  static final int WINDOW = 8192;

  private final Map<Long, Run> runs = new TreeMap<>();

  /** Notes a proposal; anything but DONE says that it must not be applied. */
  Applied.Outcome admit(RequestId id) {
    Run run = runs.get(id.getMember());
    if (run == null || Long.compareUnsigned(id.getRun(), run.number) > 0) {
      run = new Run(id.getRun());
      runs.put(id.getMember(), run);
    } else if (id.getRun() != run.number) {
      return Applied.Outcome.EXPIRED;
    }
    return run.admit(id.getSequence());
  }

  List<RequestHistory> save() {
    List<RequestHistory> histories = new ArrayList<>();
    runs.forEach(
        (member, run) ->
            histories.add(
                RequestHistory.newBuilder()
                    .setMember(member)
                    .setRun(run.number)
                    .setHighest(run.highest)
                    .addAllRecent(run.recent)
                    .build()));
    return histories;
  }

  void restore(List<RequestHistory> histories) {
    runs.clear();
    for (RequestHistory history : histories) {
      Run run = new Run(history.getRun());
      run.highest = history.getHighest();
      run.recent.addAll(history.getRecentList());
      runs.put(history.getMember(), run);
    }
  }

  private static final class Run {

    private final long number;
    private final TreeSet<Long> recent = new TreeSet<>();
    private long highest;

    Run(long number) {
      this.number = number;
    }

    Applied.Outcome admit(long sequence) {
      if (sequence <= highest - WINDOW) {
        return Applied.Outcome.EXPIRED;
      }
      if (!recent.add(sequence)) {
        return Applied.Outcome.REPEATED;
      }
      highest = Math.max(highest, sequence);
      recent.headSet(highest - WINDOW, true).clear();
      return Applied.Outcome.DONE;
    }
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * Values by a small index, each made when it is first asked for; after that, asking costs one array
 * load. Any thread; if two ask at once for one that is not there, both may make it and get the
 * same.
 */
final class LazyTable<T> {

  private final AtomicReferenceArray<T> cells;
  private final IntFunction<T> make;

  LazyTable(int size, IntFunction<T> make) {
    this.cells = new AtomicReferenceArray<>(size);
    this.make = make;
  }

  T get(int index) {
    T value = cells.get(index);
    return value != null ? value : make(index);
  }

  private T make(int index) {
    T made = make.apply(index);
    return cells.compareAndSet(index, null, made) ? made : cells.get(index);
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Set;

/** Fields whose content no feed should show: etcd's log has passwords and their hashes in it. */
final class Secrets {

  /** What is shown instead. */
  static final String MASK = "***";

  private static final Set<String> NAMES = Set.of("password", "hashedPassword", "simple_token");

  private Secrets() {}

  static boolean isSecret(FieldDescriptor field) {
    return NAMES.contains(field.getName());
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** The learner as a running member: transport, raft, store and feed tied together. */
@NullMarked
package io.raftwire.examples.learner.node;

import org.jspecify.annotations.NullMarked;

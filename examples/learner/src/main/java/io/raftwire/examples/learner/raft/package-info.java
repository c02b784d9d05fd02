// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** What raft asks of a learner, without threads, disk or network. */
@NullMarked
package io.raftwire.examples.learner.raft;

import org.jspecify.annotations.NullMarked;

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** A live feed of a real etcd cluster's log, taken as a raft learner. */
@NullMarked
package io.raftwire.examples.learner;

import org.jspecify.annotations.NullMarked;

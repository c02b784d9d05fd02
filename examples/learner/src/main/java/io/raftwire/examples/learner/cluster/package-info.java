// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** What the learner knows of the cluster and asks of it: members, ids, etcd's client API. */
@NullMarked
package io.raftwire.examples.learner.cluster;

import org.jspecify.annotations.NullMarked;

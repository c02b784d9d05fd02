// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import org.jspecify.annotations.Nullable;

/**
 * Why a learner came to its end by itself.
 *
 * @param cause null when it was removed
 */
public record Ended(boolean removed, String detail, @Nullable Throwable cause) {}

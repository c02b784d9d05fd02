// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** What clients see: the HTTP API. */
@NullMarked
package io.raftwire.examples.kv.http;

import org.jspecify.annotations.NullMarked;

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The bytes of the peer protocol: frames to messages and back. Knows buffers and protobuf, no
 * channel and no HTTP. Nothing here is safe for use by two threads at once.
 */
@NullMarked
package io.raftwire.http.codec;

import org.jspecify.annotations.NullMarked;

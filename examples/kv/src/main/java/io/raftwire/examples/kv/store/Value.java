// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import com.google.protobuf.ByteString;

/**
 * What a key holds.
 *
 * @param bytes the value
 * @param index the log index of the write it is from
 */
public record Value(ByteString bytes, long index) {}

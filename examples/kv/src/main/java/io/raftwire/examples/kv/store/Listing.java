// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys and values as of one log index.
 *
 * @param index the index
 * @param pairs in the order of the keys as unsigned bytes
 * @param next the first key that the limits left out
 */
public record Listing(
    long index, List<Map.Entry<ByteString, Value>> pairs, Optional<ByteString> next) {}

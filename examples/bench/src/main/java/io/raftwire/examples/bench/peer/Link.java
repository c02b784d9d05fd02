// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;

/**
 * Who this end is and who the other one.
 *
 * @param listen where this end serves
 * @param peerUrl where the other end serves
 */
public record Link(
    MemberId id, PeerUrls listen, MemberId peerId, PeerUrls peerUrl, ClusterId clusterId) {}

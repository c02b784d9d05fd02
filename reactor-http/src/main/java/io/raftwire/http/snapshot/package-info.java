/** One POST a snapshot: the message, then the body (rafthttp's {@code snapshot_sender.go}). */
@NullMarked
package io.raftwire.http.snapshot;

import org.jspecify.annotations.NullMarked;

/** One POST a message, for whatever has no stream (rafthttp's {@code pipeline.go}). */
@NullMarked
package io.raftwire.http.pipeline;

import org.jspecify.annotations.NullMarked;

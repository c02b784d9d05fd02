/**
 * The two long-lived streams between members: dialled by who receives on it, written by who accepts
 * it (rafthttp's {@code stream.go}).
 */
@NullMarked
package io.raftwire.http.stream;

import org.jspecify.annotations.NullMarked;

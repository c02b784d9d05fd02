/** The bounded queues in which messages wait to be written to a peer. */
@NullMarked
package io.raftwire.http.lane;

import org.jspecify.annotations.NullMarked;

/** Where the messages of all connections come together for the one subscriber on the raft side. */
@NullMarked
package io.raftwire.http.inbound;

import org.jspecify.annotations.NullMarked;

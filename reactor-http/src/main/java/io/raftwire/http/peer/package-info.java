/** One member at the other end: its channels, and which of them a message takes. */
@NullMarked
package io.raftwire.http.peer;

import org.jspecify.annotations.NullMarked;

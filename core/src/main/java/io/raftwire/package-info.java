/**
 * The contract of a Raft peer transport: what a Raft implementation sends, what it subscribes to,
 * and the seams a user or another module fills in. Nothing here knows HTTP, sockets or a metrics
 * library.
 */
@NullMarked
package io.raftwire;

import org.jspecify.annotations.NullMarked;

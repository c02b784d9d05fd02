/** Round trips and clock differences (etcd's {@code probing_status.go}). */
@NullMarked
package io.raftwire.http.probe;

import org.jspecify.annotations.NullMarked;

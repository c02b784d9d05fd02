/** What a user may set on a transport over HTTP. Values only; nothing here opens anything. */
@NullMarked
package io.raftwire.http.config;

import org.jspecify.annotations.NullMarked;

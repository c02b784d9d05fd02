/**
 * What the channels of one peer share: its URLs, status, signs of life, the headers and checks of
 * every request, and where events and figures go.
 */
@NullMarked
package io.raftwire.http.link;

import org.jspecify.annotations.NullMarked;

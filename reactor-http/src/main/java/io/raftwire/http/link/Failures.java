// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerChannel;
import io.raftwire.http.codec.CorruptStreamException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import reactor.netty.http.client.PrematureCloseException;

/** Turns what Netty and the codecs throw into {@link LinkFailure}s, by type and never by text. */
public final class Failures {

  private Failures() {}

  /** The failure behind an exception. */
  public static LinkFailure of(PeerChannel channel, String action, Throwable failure) {
    if (failure instanceof LinkException link) {
      return link.failure();
    }
    // Netty's decoders wrap what TLS throws, an alert of the peer among it.
    Throwable cause =
        failure instanceof DecoderException && failure.getCause() instanceof SSLException tls
            ? tls
            : failure;
    return new LinkFailure(channel, action, reason(cause), text(cause), failure);
  }

  /** What an exception says, on one line. */
  public static String text(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return "what arrived is not TLS"; // its message has all of that, in hexadecimal
    }
    // OpenSSL's says only that there is a problem, and the JDK's repeats what it is caused by.
    Throwable telling = cause instanceof SSLException ? root(cause) : cause;
    String text = telling.getMessage();
    return text == null ? telling.getClass().getSimpleName() : firstLine(text);
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static Reason reason(Throwable cause) {
    if (cause instanceof CorruptStreamException) {
      return Reason.PROTOCOL;
    }
    if (cause instanceof ConnectException
        || cause instanceof ConnectTimeoutException
        || cause instanceof NoRouteToHostException
        || cause instanceof UnknownHostException
        || cause instanceof SSLException
        || cause instanceof SslHandshakeTimeoutException) {
      return Reason.CONNECT;
    }
    if (cause instanceof TimeoutException) {
      return Reason.READ_IDLE;
    }
    if (cause instanceof PrematureCloseException
        || cause instanceof ClosedChannelException
        || cause instanceof IOException) {
      return Reason.BROKEN;
    }
    return Reason.PROTOCOL;
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}

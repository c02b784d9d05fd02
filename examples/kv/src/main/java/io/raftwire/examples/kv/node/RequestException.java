// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that is not answered with success: its HTTP status, and why. */
public final class RequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Map<String, Object> details = new LinkedHashMap<>();

  /** A failure with an HTTP status and a sentence that says what was expected. */
  public RequestException(int status, String error) {
    // A client's mistake is not worth a stack trace.
    super(error, null, false, false);
    this.status = status;
  }

  /** Adds a fact to the answer. */
  public RequestException with(String name, Object value) {
    details.put(name, value);
    return this;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The facts besides the sentence. */
  public Map<String, Object> details() {
    return details;
  }
}

// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a probe. As a Raftwire or Go peer writes it, it is written and read without a JSON
 * library or a date format: probes are so seldom that their code is interpreted, and those took
 * half the time for which a probe held up the messages of its event loop.
 *
 * @param ok whether the member is well
 * @param now its clock when it answered
 */
record Health(boolean ok, Instant now) {

  private static final String WELL = "{\"OK\":true,\"Now\":\"";
  private static final String UNWELL = "{\"OK\":false,\"Now\":\"";
  private static final String END = "\"}";

  private static final JsonFactory JSON = new JsonFactory();

  /** {@code {"OK":true,"Now":"2026-11-20T12:00:00.123456789Z"}} and a newline. */
  String toJson() {
    return (ok ? WELL : UNWELL) + now + END + "\n";
  }

  /**
   * Parses an answer; fields it does not know are passed over.
   *
   * @throws IOException showing what is wrong with it
   */
  static Health parse(String text) throws IOException {
    if (text.startsWith(WELL) && text.endsWith(END)) {
      Instant now = UtcTime.parse(text, WELL.length(), text.length() - END.length());
      if (now != null) {
        return new Health(true, now);
      }
    }
    return parseJson(text);
  }

  private static Health parseJson(String text) throws IOException {
    boolean ok = false;
    Instant now = null;
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw invalid(text, null);
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("OK")) {
          ok = value == JsonToken.VALUE_TRUE;
        } else if (field.equals("Now") && value == JsonToken.VALUE_STRING) {
          now = OffsetDateTime.parse(json.getText()).toInstant();
        } else {
          json.skipChildren();
        }
      }
    } catch (DateTimeException e) {
      throw invalid(text, e);
    }
    if (now == null) {
      throw invalid(text, null);
    }
    return new Health(ok, now);
  }

  private static IOException invalid(String text, @Nullable Throwable cause) {
    return new IOException(
        "probe answer: \""
            + text.strip()
            + "\" (expected: {\"OK\":true,\"Now\":\"an RFC 3339 time\"})",
        cause);
  }
}

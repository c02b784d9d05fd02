// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a probe.
 *
 * @param ok whether the member is well
 * @param now its clock when it answered
 */
record Health(boolean ok, Instant now) {

  private static final JsonFactory JSON = new JsonFactory();

  /** {@code {"OK":true,"Now":"2026-11-20T12:00:00.123456789Z"}} and a newline. */
  String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("OK", ok);
      json.writeStringField("Now", now.toString());
      json.writeEndObject();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    return text + "\n";
  }

  /**
   * Parses an answer; fields it does not know are passed over.
   *
   * @throws IOException showing what is wrong with it
   */
  static Health parse(String text) throws IOException {
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

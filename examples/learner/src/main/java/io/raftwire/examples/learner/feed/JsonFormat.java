// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.raftwire.MemberId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * An event as one JSON object. Requests keep etcd's field names, and keys and values are base64 as
 * in {@code etcdctl -w json}; numbers are unsigned where etcd's are. Passwords are left out.
 */
public final class JsonFormat implements EventFormat {

  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public String line(FeedEvent event) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      unsigned(json, "index", event.index());
      unsigned(json, "term", event.term());
      if (event instanceof FeedEvent.Committed committed) {
        json.writeStringField("type", committed.content().type());
        json.writeNumberField("bytes", committed.bytes());
        content(json, committed.content());
      } else if (event instanceof FeedEvent.Snapshot snapshot) {
        json.writeStringField("type", "snapshot");
        json.writeNumberField("bytes", snapshot.bytes());
        Path file = snapshot.file();
        if (file != null) {
          json.writeStringField("file", file.toString());
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void content(JsonGenerator json, Content content) throws IOException {
    if (content instanceof Content.Request request) {
      json.writeFieldName("request");
      message(json, request.request());
    } else if (content instanceof Content.ConfChange change) {
      json.writeArrayFieldStart("changes");
      for (Content.ConfChange.Change one : change.changes()) {
        json.writeStartObject();
        json.writeStringField("change", one.change().name());
        json.writeStringField("member", MemberId.of(one.member()).toString());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("context", change.context());
    } else if (content instanceof Content.RequestV2 request) {
      json.writeStringField("method", request.method());
      json.writeStringField("path", request.path());
    } else if (content instanceof Content.Unknown unknown) {
      json.writeStringField("what", unknown.what());
    }
  }

  private static void message(JsonGenerator json, Message message) throws IOException {
    json.writeStartObject();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      json.writeFieldName(field.getKey().getName());
      if (Secrets.isSecret(field.getKey())) {
        json.writeString(Secrets.MASK);
      } else if (field.getKey().isRepeated()) {
        json.writeStartArray();
        for (Object one : (List<?>) field.getValue()) {
          value(json, field.getKey(), one);
        }
        json.writeEndArray();
      } else {
        value(json, field.getKey(), field.getValue());
      }
    }
    json.writeEndObject();
  }

  private static void value(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    if (value instanceof Message message) {
      message(json, message);
    } else if (value instanceof ByteString bytes) {
      json.writeString(Base64.getEncoder().encodeToString(bytes.toByteArray()));
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Long number) {
      if (field.getType() == FieldDescriptor.Type.UINT64) {
        json.writeNumber(new BigInteger(Long.toUnsignedString(number)));
      } else {
        json.writeNumber(number);
      }
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else {
      json.writeString(value.toString());
    }
  }

  private static void unsigned(JsonGenerator json, String name, long value) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(new BigInteger(Long.toUnsignedString(value)));
  }
}

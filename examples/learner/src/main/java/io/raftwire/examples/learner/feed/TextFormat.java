// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.raftwire.MemberId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** An event as a line for people: index, term, type, then what matters, long values cut short. */
public final class TextFormat implements EventFormat {

  private static final int MAX_BYTES_SHOWN = 64;

  @Override
  public String line(FeedEvent event) {
    String type = "snapshot";
    String detail = "";
    if (event instanceof FeedEvent.Committed committed) {
      type = committed.content().type();
      detail = detail(committed);
    } else if (event instanceof FeedEvent.Snapshot snapshot) {
      detail =
          "everything up to here, "
              + snapshot.bytes()
              + " bytes in "
              + Objects.requireNonNullElse(snapshot.file(), "a file that is not kept any more");
    }
    return String.format(
            Locale.ROOT,
            "%8s %4s  %-16s %s",
            Long.toUnsignedString(event.index()),
            Long.toUnsignedString(event.term()),
            type,
            detail)
        .stripTrailing();
  }

  private static String detail(FeedEvent.Committed event) {
    if (event.content() instanceof Content.Request request) {
      return message(request.request());
    } else if (event.content() instanceof Content.ConfChange change) {
      return change.changes().stream()
              .map(one -> shorter(one.change().name()) + " " + MemberId.of(one.member()))
              .collect(Collectors.joining(", "))
          + (change.context().isEmpty() ? "" : " " + change.context());
    } else if (event.content() instanceof Content.RequestV2 request) {
      return request.method() + " " + request.path() + " (" + event.bytes() + " bytes)";
    } else if (event.content() instanceof Content.Unknown unknown) {
      return unknown.what() + " (" + event.bytes() + " bytes)";
    }
    return "";
  }

  private static String shorter(String confChangeType) {
    return confChangeType.replace("ConfChange", "");
  }

  private static String message(Message message) {
    StringJoiner fields = new StringJoiner(" ");
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      String name = field.getKey().getName();
      if (Secrets.isSecret(field.getKey())) {
        fields.add(name + "=" + Secrets.MASK);
      } else if (field.getKey().isRepeated()) {
        fields.add(
            name
                + "="
                + ((List<?>) field.getValue())
                    .stream()
                        .map(one -> value(field.getKey(), one))
                        .collect(Collectors.joining(", ", "[", "]")));
      } else {
        fields.add(name + "=" + value(field.getKey(), field.getValue()));
      }
    }
    return fields.toString();
  }

  private static String value(FieldDescriptor field, Object value) {
    if (value instanceof Message message) {
      return "{" + message(message) + "}";
    } else if (value instanceof ByteString bytes) {
      return quoted(bytes);
    } else if (value instanceof Long number && field.getType() == FieldDescriptor.Type.UINT64) {
      return MemberId.of(number).toString();
    }
    return value.toString();
  }

  /** Printable ASCII as it is, everything else escaped, so that a line stays a line. */
  private static String quoted(ByteString bytes) {
    StringBuilder text = new StringBuilder("\"");
    int shown = Math.min(bytes.size(), MAX_BYTES_SHOWN);
    for (int i = 0; i < shown; i++) {
      int b = bytes.byteAt(i) & 0xff;
      if (b == '"' || b == '\\') {
        text.append('\\').append((char) b);
      } else if (b >= 0x20 && b < 0x7f) {
        text.append((char) b);
      } else {
        text.append(String.format(Locale.ROOT, "\\x%02x", b));
      }
    }
    text.append('"');
    if (shown < bytes.size()) {
      text.append("… (").append(bytes.size()).append(" bytes)");
    }
    return text.toString();
  }
}

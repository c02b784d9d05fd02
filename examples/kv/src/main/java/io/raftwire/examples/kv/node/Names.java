// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import java.util.regex.Pattern;

/** Which names members can have: flags list them between commas, and directories are called so. */
public final class Names {

  /** The same, for people. */
  public static final String RULE = "1 to 64 letters, digits, dots, dashes or underscores";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private Names() {}

  /** Whether a member can be called so. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}

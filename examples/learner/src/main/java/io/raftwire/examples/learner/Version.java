// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import picocli.CommandLine;

/** This program's version, from its jar. */
public final class Version implements CommandLine.IVersionProvider {

  /** The version; {@code development} outside of a jar. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"raftwire-learner " + text(), "Java " + Runtime.version()};
  }
}

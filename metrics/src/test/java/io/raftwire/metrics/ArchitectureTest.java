// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.raftwire.metrics", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  /** Buffers belong to core's interface; nothing else of Netty does. */
  @ArchTest
  static final ArchRule knowsCoreAndMicrometerOnly =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations",
              "io.micrometer..",
              "io.netty.buffer",
              "io.raftwire",
              "io.raftwire.metrics");

  @ArchTest
  static final ArchRule neverTouchesTheGlobalRegistry =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("io.micrometer.core.instrument.Metrics");
}

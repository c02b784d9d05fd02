// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CoreArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.raftwire");

  @Test
  void thereIsSomethingToCheck() {
    assertThat(CLASSES.contain(RaftTransport.class)).isTrue();
    assertThat(CLASSES.contain(DirectorySnapshotStore.class)).isTrue();
  }

  @Test
  void theContractKnowsNoHttpNoChannelsAndNoMeters() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.net.http..",
                "com.sun.net..",
                "io.netty.channel..",
                "io.netty.handler..",
                "io.netty.bootstrap..",
                "reactor.netty..",
                "io.micrometer..",
                "io.raftwire.http..",
                "io.raftwire.metrics.."))
        .check(CLASSES);
  }

  @Test
  void ofNettyOnlyBuffersAreKnown() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.netty..")
                .and(not(resideInAnyPackage("io.netty.buffer..", "io.netty.util.."))))
        .check(CLASSES);
  }

  @Test
  void nothingSleepsBlocksOrLogsByTheJdk() {
    noClasses()
        .that(not(resideInAPackage("io.raftwire.raftpb..")))
        .should()
        .callMethodWhere(
            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                    "sleep|block|blockFirst|blockLast|blockOptional|toIterable|toStream")))
        .check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("java.util.logging.."))
        .check(CLASSES);
  }

  @Test
  void theModuleExportsTheContractAndTheMessages() throws IOException {
    Path classes =
        Path.of(RaftTransport.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(in);
      assertThat(module.name()).isEqualTo("io.raftwire.core");
      assertThat(module.exports().stream().map(ModuleDescriptor.Exports::source))
          .containsExactlyInAnyOrder("io.raftwire", "io.raftwire.raftpb");
      assertThat(module.requires().stream().map(ModuleDescriptor.Requires::name))
          .doesNotContain("io.netty.transport", "reactor.netty.core", "reactor.netty.http");
    }
  }
}

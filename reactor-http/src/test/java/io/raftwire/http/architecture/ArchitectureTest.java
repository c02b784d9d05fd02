// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.raftwire.http.RaftHttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ArchitectureTest {

  private static final String ROOT = "io.raftwire.http";

  /** Which of our packages each may import; what is not named here may not exist. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("config", Set.of()),
          Map.entry("codec", Set.of("config")),
          Map.entry("lane", Set.of("config")),
          Map.entry("inbound", Set.of("config")),
          Map.entry("link", Set.of("codec", "config")),
          Map.entry("stream", Set.of("lane", "inbound", "link", "codec", "config")),
          Map.entry("pipeline", Set.of("lane", "inbound", "link", "codec", "config")),
          Map.entry("snapshot", Set.of("lane", "inbound", "link", "codec", "config")),
          Map.entry("probe", Set.of("link", "config")),
          Map.entry(
              "peer",
              Set.of(
                  "stream", "pipeline", "snapshot", "probe", "lane", "inbound", "link", "config")),
          Map.entry(
              "",
              Set.of(
                  "peer", "stream", "pipeline", "snapshot", "probe", "inbound", "link", "config")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void importsPointOneWay() {
    Set<String> wrong = new TreeSet<>();
    Set<String> seen = new HashSet<>();
    for (JavaClass javaClass : CLASSES) {
      String from = layer(javaClass);
      seen.add(from);
      javaClass
          .getDirectDependenciesFromSelf()
          .forEach(
              dependency -> {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith(ROOT)) {
                  return;
                }
                String to = layer(target);
                if (!to.equals(from) && !MAY_IMPORT.getOrDefault(from, Set.of()).contains(to)) {
                  wrong.add(
                      javaClass.getName()
                          + " -> "
                          + target.getName()
                          + " ("
                          + from
                          + "/"
                          + to
                          + ")");
                }
              });
    }
    assertThat(wrong).isEmpty();
    assertThat(seen).isEqualTo(MAY_IMPORT.keySet());
  }

  @Test
  void theTableAboveHasNoCycle() {
    Set<String> done = new HashSet<>();
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Map.Entry<String, Set<String>> entry : MAY_IMPORT.entrySet()) {
        if (!done.contains(entry.getKey()) && done.containsAll(entry.getValue())) {
          progress = done.add(entry.getKey());
        }
      }
    }
    assertThat(done).isEqualTo(MAY_IMPORT.keySet());
  }

  @Test
  void codecsKnowBytesOnly() {
    noClasses()
        .that(resideInAPackage(ROOT + ".codec.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "reactor..",
                "org.reactivestreams..",
                "io.netty.channel..",
                "io.netty.handler..",
                "io.netty.bootstrap..",
                "java.net.."))
        .check(CLASSES);
  }

  @Test
  void configurationKnowsNoClientsAndNoServers() {
    noClasses()
        .that(resideInAPackage(ROOT + ".config.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "reactor.netty.http..", "io.netty.handler.codec..", "reactor.core.."))
        .check(CLASSES);
  }

  @Test
  void onlyTheTransportAndItsConfigurationAreExported() throws IOException {
    Path classes =
        Path.of(
            RaftHttpTransport.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(in);
      assertThat(module.name()).isEqualTo(ROOT);
      assertThat(module.exports())
          .allMatch(exports -> !exports.isQualified())
          .extracting(ModuleDescriptor.Exports::source)
          .containsExactlyInAnyOrder(ROOT, ROOT + ".config");
      assertThat(module.opens()).isEmpty();
    }
  }

  @Test
  void ofTheTransportsPackageOnlyTheTransportAndExceptionsArePublic() {
    List<String> open = new ArrayList<>();
    for (JavaClass javaClass : CLASSES) {
      if (javaClass.getPackageName().equals(ROOT)
          && javaClass.getModifiers().contains(JavaModifier.PUBLIC)
          && !javaClass.isAssignableTo(Throwable.class)) {
        open.add(javaClass.getSimpleName());
      }
    }
    assertThat(open).containsExactly("RaftHttpTransport");
  }

  @Test
  void publicSignaturesShowNoInternalType() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass javaClass : CLASSES) {
      boolean exported =
          javaClass.getPackageName().equals(ROOT)
              || javaClass.getPackageName().equals(ROOT + ".config");
      if (!exported || !javaClass.getModifiers().contains(JavaModifier.PUBLIC)) {
        continue;
      }
      for (JavaMember member : javaClass.getMembers()) {
        if (member.getModifiers().contains(JavaModifier.PUBLIC)
            || member.getModifiers().contains(JavaModifier.PROTECTED)) {
          involved(member).stream()
              .filter(type -> type.getPackageName().startsWith(ROOT + "."))
              .filter(type -> !type.getPackageName().equals(ROOT + ".config"))
              .forEach(type -> wrong.add(member.getFullName() + " shows " + type.getName()));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void nothingSleepsOrBlocks() {
    noClasses()
        .should()
        .callMethodWhere(
            target(nameMatching("sleep"))
                .or(
                    target(
                        nameMatching(
                            "block|blockFirst|blockLast|blockOptional|sync|syncUninterruptibly|awaitUninterruptibly|toIterable|toStream|bindNow|disposeNow|connectNow"))))
        .check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("java.util.logging.."))
        .check(CLASSES);
  }

  private static Set<JavaClass> involved(JavaMember member) {
    Set<JavaClass> types = new HashSet<>();
    if (member instanceof com.tngtech.archunit.core.domain.JavaCodeUnit unit) {
      unit.getParameterTypes().forEach(type -> types.addAll(type.getAllInvolvedRawTypes()));
      types.addAll(unit.getReturnType().getAllInvolvedRawTypes());
      types.addAll(unit.getExceptionTypes());
    } else if (member instanceof com.tngtech.archunit.core.domain.JavaField field) {
      types.addAll(field.getType().getAllInvolvedRawTypes());
    }
    return types;
  }

  /** The package below ours, or "" for ours. */
  private static String layer(JavaClass javaClass) {
    String name = javaClass.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }
}

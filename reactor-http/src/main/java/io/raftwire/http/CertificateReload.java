// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.raftwire.MemberId;
import io.raftwire.TransportRecorder;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Looks now and then whether the files of certificates have changed, away from event loops. */
final class CertificateReload {

  private static final Logger log = LoggerFactory.getLogger(CertificateReload.class);

  private final MemberId id;
  private final @Nullable PeerTls tls;
  private final TransportRecorder recorder;
  private final Disposable.Swap running = Disposables.swap();

  // Of the last look. One at a time looks.
  private @Nullable String problem;

  CertificateReload(RaftHttpConfig config) {
    this.id = config.id();
    this.tls = config.tls();
    this.recorder = config.recorder();
  }

  void start() {
    PeerTls files = tls;
    Duration interval = files == null ? Duration.ZERO : files.checkInterval();
    if (files != null && !interval.isZero()) {
      Mono<Void> look = Mono.fromRunnable(() -> look(files));
      running.update(
          Mono.delay(interval)
              .then(look.subscribeOn(Schedulers.boundedElastic()))
              .repeat()
              .subscribe());
    }
  }

  void stop() {
    running.dispose();
  }

  private void look(PeerTls files) {
    try {
      if (files.reload()) {
        recorder.certificatesReloaded();
        log.info("{}: the certificates have changed, new connections use them: {}", id, files);
      } else if (problem != null) {
        log.info("{}: the certificates are again what is in use: {}", id, files);
      }
      problem = null;
    } catch (RuntimeException e) {
      if (running.isDisposed()) {
        return; // Stopping has interrupted it.
      }
      recorder.certificateReloadFailed();
      String text = String.valueOf(e.getMessage());
      // It lasts until somebody mends it: one line for each change of it.
      if (!text.equals(problem)) {
        log.warn("{}: new certificates cannot be used, those before stay: {}", id, text);
      }
      problem = text;
    }
  }
}

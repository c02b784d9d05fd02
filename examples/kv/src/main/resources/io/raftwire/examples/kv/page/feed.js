// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// The member's server-sent events, dialled again for as long as the page is open.

const DIAL_MILLIS = 1000;
const SILENT_SAMPLES = 5;
const SILENT_MILLIS = 5000;

/**
 * Listens. The first event of a connection is «full» and replaces whatever was known; a «tick»
 * follows each sample. on: {full, tick, state}.
 */
export function listen(url, on) {
  let source = null;
  let silence = 0;
  let every = DIAL_MILLIS;

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(again, Math.max(SILENT_MILLIS, SILENT_SAMPLES * every));
  }

  function again() {
    clearTimeout(silence);
    if (source) source.close();
    on.state('lost');
    setTimeout(open, DIAL_MILLIS);
  }

  function open() {
    const mine = new EventSource(url);
    source = mine;
    heard();
    mine.addEventListener('full', event => {
      heard();
      const full = JSON.parse(event.data);
      every = full.sample.every;
      on.state('live');
      on.full(full);
    });
    mine.addEventListener('tick', event => {
      heard();
      on.tick(JSON.parse(event.data));
    });
    mine.addEventListener('error', () => {
      if (mine !== source) return;
      // The browser dials again by itself, unless it was refused.
      if (mine.readyState === EventSource.CLOSED) again();
      else on.state('lost');
    });
  }

  addEventListener('pagehide', () => {
    clearTimeout(silence);
    source.close();
  });
  addEventListener('pageshow', event => {
    if (event.persisted) open();
  });
  open();
}

// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// Put, get and delete of a key.

import {bytes, count, set} from './text.js';

const SHOWN_BYTES = 64 << 10;

/** The path of a key, or an error that says why a browser cannot send it. */
function path(key) {
  if (key === '') throw new Error('The key is empty (expected: at least one character).');
  // A browser takes these out of a path, encoded or not.
  if (key === '.' || key === '..') throw new Error(`A browser cannot send the key "${key}" (curl --path-as-is can).`);
  try {
    return 'kv/' + encodeURIComponent(key);
  } catch {
    throw new Error('The key has half a character (expected: whole ones).');
  }
}

function shown(buffer) {
  const part = new Uint8Array(buffer, 0, Math.min(buffer.byteLength, SHOWN_BYTES));
  try {
    // A character cut in two at the end is left out; anything else that is no text is not.
    return new TextDecoder('utf-8', {fatal: true}).decode(part, {stream: part.length < buffer.byteLength});
  } catch {
    return [...part.subarray(0, 4096)].map(each => each.toString(16).padStart(2, '0')).join(' ');
  }
}

async function whyNot(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).error;
  } catch {
    return text;
  }
}

export function keys(form, box) {
  const line = box.querySelector('#answer-line');
  const value = box.querySelector('#answer-value');
  const buttons = [...form.querySelectorAll('button')];

  function tell(text, failed, found) {
    box.hidden = false;
    box.classList.toggle('bad', failed);
    set(line, text);
    value.hidden = found === undefined;
    set(value, found ?? '');
  }

  async function ask(action) {
    const key = form.key.value;
    const url = path(key);
    const name = JSON.stringify(key.length > 80 ? key.slice(0, 80) + '…' : key);
    const started = performance.now();
    const took = () => `${(performance.now() - started).toFixed(1)} ms`;
    const answer = await fetch(url, {
      method: {get: 'GET', put: 'PUT', delete: 'DELETE'}[action],
      body: action === 'put' ? form.value.value : undefined,
      headers: action === 'put' ? {'Content-Type': 'application/octet-stream'} : {},
    });
    if (!answer.ok) {
      tell(`${answer.status}: ${await whyNot(answer)}`, true);
      return;
    }
    if (action === 'get') {
      const content = await answer.arrayBuffer();
      const cut = content.byteLength > SHOWN_BYTES ? `, of which ${bytes(SHOWN_BYTES)} are shown` : '';
      tell(`${name} is ${bytes(content.byteLength)}${cut}; index ${answer.headers.get('X-Raft-Index')}; ${took()}`, false, shown(content));
      return;
    }
    const done = await answer.json();
    const what = action === 'put' ? (done.created ? 'created' : 'replaced') : done.deleted ? 'deleted' : 'was not there';
    tell(`${name} ${what}; index ${count(done.index)}; ${took()}`, false);
  }

  async function run(action) {
    const focused = document.activeElement;
    buttons.forEach(button => { button.disabled = true; });
    try {
      await ask(action);
    } catch (error) {
      tell(error.message, true);
    } finally {
      buttons.forEach(button => { button.disabled = false; });
      // A disabled button loses the focus, and the keyboard its place.
      if (buttons.includes(focused)) focused.focus();
    }
  }

  form.addEventListener('submit', event => {
    event.preventDefault();
    run(event.submitter?.value ?? 'get');
  });
  form.value.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run('put');
    }
  });
}

// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// Figures as people read them, and elements that hold them.

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const clock = new Intl.DateTimeFormat([], {hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false});

/** A rate: three significant digits, at most one of them behind the point. */
export function rate(value) {
  if (value === 0) return '0';
  return value < 100 ? value.toFixed(1) : scaled(value);
}

/** A count with thousands kept apart. */
export function count(value) {
  return whole.format(value);
}

/** A count in few characters. */
export function scaled(value) {
  if (value < 10_000) return whole.format(value);
  if (value < 1e6) return (value / 1e3).toFixed(value < 1e5 ? 1 : 0) + 'k';
  return (value / 1e6).toFixed(1) + 'M';
}

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit === 0 || value >= 100 ? whole.format(value) : value.toFixed(1)) + ' ' + units[unit];
}

export function millis(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 1000) return (value / 1000).toFixed(1) + ' s';
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0) + ' ms';
}

export function age(fromMillis, toMillis) {
  const seconds = Math.max(0, Math.round((toMillis - fromMillis) / 1000));
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min';
  if (seconds < 86_400) return Math.floor(seconds / 3600) + ' h ' + Math.floor(seconds % 3600 / 60) + ' min';
  return Math.floor(seconds / 86_400) + ' d';
}

export function time(atMillis) {
  return clock.format(atMillis);
}

/** Sets a text, touching the page only if it changes. */
export function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/** An element; attributes, then children, of which texts stay texts. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A URL that may be linked to: what members say of themselves is not to be trusted. */
export function webUrl(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

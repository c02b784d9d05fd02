// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// The cluster as nodes and links.

import {make, millis, rate, svg, webUrl} from './text.js';

const WIDTH = 560;
const HEIGHT = 300;
const RADIUS = 36;

const STATES = [
  ['active', 'active', 'stroke'],
  ['cut', 'cut by hand', 'stroke dashed'],
  ['inactive', 'not active', 'stroke dotted'],
];
const COLORS = {active: '--good', cut: '--warn', inactive: '--bad'};

/** The state of a link of this member: its own, or what the other end has done to it. */
export function linkState(member, sample) {
  const {link} = member;
  if (link.cut) return 'cut';
  if (!link.active) return 'inactive';
  return member.far?.[sample.self.id] === 'cut' ? 'cut' : 'active';
}

function ends(values) {
  return [Math.min(...values), Math.max(...values)];
}

function fit(value, from, to, low, high) {
  return to - from < 1e-9 ? (low + high) / 2 : low + (value - from) / (to - from) * (high - low);
}

export class Graph {
  constructor(place, legend) {
    this.place = place;
    this.shape = '';
    for (const [state, text, style] of STATES) {
      const key = make('span', {class: 'key ' + style}, text);
      key.style.setProperty('--c', `var(${COLORS[state]})`);
      legend.append(key);
    }
  }

  show(sample) {
    const members = [...sample.members].sort((a, b) => b.self - a.self || a.name.localeCompare(b.name));
    // Elements are made anew only if the members change, so that focus stays where it is.
    const shape = JSON.stringify(members.map(member => [member.id, member.name, member.self, member.clientUrls]));
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(members);
    }
    for (const member of members) this.update(member, sample);
    for (const [pair, line] of this.far) {
      const state = this.farState(pair, sample);
      line.setAttribute('class', 'link far ' + state);
      line.dataset.state = state;
      line.firstChild.textContent = this.farTitle(pair, sample, state);
    }
  }

  build(members) {
    const at = new Map();
    members.forEach((member, i) => {
      const angle = -Math.PI / 2 + i * 2 * Math.PI / members.length;
      // Two lie side by side.
      const [x, y] = members.length === 1 ? [0, 0]
        : members.length === 2 ? [i === 0 ? -1 : 1, 0] : [Math.cos(angle), Math.sin(angle)];
      at.set(member.id, [x, y]);
    });
    // An odd number of them does not fill its circle; so the box is filled, whatever their number.
    const [left, right] = ends([...at.values()].map(([x]) => x));
    const [top, bottom] = ends([...at.values()].map(([, y]) => y));
    const margin = RADIUS + 6;
    for (const [id, [x, y]] of at) {
      at.set(id, [fit(x, left, right, margin + 30, WIDTH - margin - 30), fit(y, top, bottom, margin, HEIGHT - margin)]);
    }
    const lines = svg('g');
    const nodes = svg('g');
    const labels = svg('g', {'aria-hidden': 'true'});
    this.nodes = new Map();
    this.near = new Map();
    this.far = new Map();
    members.forEach((member, i) => {
      for (const other of members.slice(i + 1)) {
        const [x1, y1] = at.get(member.id);
        const [x2, y2] = at.get(other.id);
        const line = svg('line', {x1, y1, x2, y2, class: 'link unknown'}, svg('title'));
        lines.append(line);
        if (member.self) {
          const text = [svg('text', {class: 'on-line'}), svg('text', {class: 'on-line small'})];
          text[0].setAttribute('x', (x1 + x2) / 2);
          text[0].setAttribute('y', (y1 + y2) / 2 - 2);
          text[1].setAttribute('x', (x1 + x2) / 2);
          text[1].setAttribute('y', (y1 + y2) / 2 + 15);
          labels.append(...text);
          line.dataset.peer = other.id;
          this.near.set(other.id, {line, text});
        } else {
          this.far.set([member, other], line);
        }
      }
      nodes.append(this.node(member, at.get(member.id)));
    });
    this.place.replaceChildren(
      svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-label': 'Members and their links'}, lines, labels, nodes));
  }

  node(member, [x, y]) {
    const role = svg('text', {x, y: y + 18, class: 'small'});
    const inner = [
      svg('circle', {cx: x, cy: y, r: RADIUS}),
      svg('text', {x, y: y + 1, class: 'name'}, member.name.length > 7 ? member.name.slice(0, 6) + '…' : member.name),
      role,
    ];
    const group = svg('g', {class: 'node'}, ...inner);
    const url = member.self ? null : member.clientUrls.map(webUrl).find(each => each);
    this.nodes.set(member.id, {group, role});
    if (!url) return group;
    return svg('a', {href: url, 'aria-label': `The page of ${member.name}`}, svg('title', {}, `The page of ${member.name}, ${url}`), group);
  }

  update(member, sample) {
    const {group, role} = this.nodes.get(member.id);
    group.setAttribute('class', ['node', member.role, member.self ? 'self' : ''].join(' '));
    role.textContent = member.role !== 'follower' ? member.role : member.self ? 'me' : '';
    const near = this.near.get(member.id);
    if (!near) return;
    const link = member.link;
    const state = linkState(member, sample);
    near.line.setAttribute('class', 'link ' + state);
    near.line.dataset.state = state;
    const sent = link.channels.reduce((sum, each) => sum + each.sent.messageRate, 0);
    const received = link.channels.reduce((sum, each) => sum + each.received.messageRate, 0);
    near.text[0].textContent = state === 'cut' ? (link.cut ? 'cut by hand' : `cut by ${member.name}`) : state === 'inactive' ? 'not active' : `↑ ${rate(sent)}  ↓ ${rate(received)}`;
    near.text[1].textContent = state === 'active' && link.rtt !== null ? millis(link.rtt) : '';
    near.line.firstChild.textContent =
      `${sample.self.name} – ${member.name}: ${state === 'active' ? `${rate(sent)} messages a second sent, ${rate(received)} received` : near.text[0].textContent}`;
  }

  /** Of a link that does not end here: the worse of what its ends say. */
  farState([a, b], sample) {
    const told = [[a, b], [b, a]].map(([one, other]) => sample.members.find(member => member.id === one.id)?.far?.[other.id]);
    return ['cut', 'inactive', 'active'].find(state => told.includes(state)) ?? 'unknown';
  }

  farTitle([a, b], sample, state) {
    const what = {cut: 'cut by hand', inactive: 'not active', active: 'active', unknown: 'neither of them says'}[state];
    return `${a.name} – ${b.name}: ${what}`;
  }
}

// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0

import {listen} from './feed.js';
import {Graph, linkState} from './graph.js';
import {keys} from './keys.js';
import {Links} from './links.js';
import {age, count, make, mark, rate, set, time} from './text.js';

const KEPT_EVENTS = 100;

const by = id => document.getElementById(id);
const graph = new Graph(by('graph'), by('graph-legend'));
const links = new Links(by('links'), by('alone'), by('channel-legend'));
const events = by('events');

function showMember(sample) {
  const {self} = sample;
  const leader = sample.members.find(member => member.id === self.leader);
  const peers = sample.members.filter(member => member.link);
  set(by('name'), self.name);
  by('role').hidden = false;
  set(by('role'), self.role + (self.status === 'active' ? '' : ', ' + self.status));
  mark(by('role'), 'state', self.role);
  set(by('ids'), `${self.id} of cluster ${self.clusterId}`);
  set(by('leader'), leader ? leader.name + (leader.self ? ' (me)' : '') : self.leader ?? 'none');
  by('leader').classList.toggle('bad', self.leader === null);
  set(by('term'), count(self.term));
  const active = peers.filter(member => linkState(member, sample) === 'active').length;
  set(by('active'), `${active} of ${peers.length}`);
  by('active').classList.toggle('bad', active < peers.length);
  set(by('commit'), count(self.commitIndex));
  const sum = direction => peers.reduce(
    (all, member) => all + member.link.channels.reduce((some, each) => some + each[direction].messageRate, 0), 0);
  set(by('sent'), rate(sum('sent')));
  set(by('received'), rate(sum('received')));
  set(by('build'), `raftwire-kv ${self.version}, up ${age(self.startedAt, sample.at)}`);
  document.title = `${self.name} · ${self.role} · Raftwire kv`;
  mark(document.body, 'seq', String(sample.seq));
  mark(document.body, 'run', sample.run);
  graph.show(sample);
}

function line(event) {
  return make('li', {class: event.level, 'data-event': event.id},
    make('time', {datetime: new Date(event.at).toISOString()}, time(event.at)), make('span', {}, event.text));
}

function countEvents() {
  set(by('event-count'), events.childElementCount ? `the last ${events.childElementCount}` : 'none yet');
}

listen('page/feed', {
  full({sample, history, events: all}) {
    showMember(sample);
    links.reset(sample, history);
    events.replaceChildren(...all.map(line).reverse());
    countEvents();
  },
  tick(sample) {
    showMember(sample);
    links.tick(sample);
    if (!sample.events.length) return;
    for (const event of sample.events) events.prepend(line(event));
    while (events.childElementCount > KEPT_EVENTS) events.lastElementChild.remove();
    countEvents();
    set(by('announce'), sample.events.map(event => event.text).join('. '));
  },
  state(state) {
    mark(by('live'), 'state', state);
    set(by('live'), state === 'live' ? 'live' : 'no connection, dialling …');
    document.body.classList.toggle('stale', state !== 'live');
  },
});
keys(by('keys'), by('answer'));

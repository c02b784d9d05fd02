// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// A card for each link.

import {CHANNELS, RateChart} from './charts.js';
import {linkState} from './graph.js';
import {age, bytes, count, make, mark, millis, rate, scaled, set, time} from './text.js';

const KEPT_POINTS = 180;

export class Links {
  constructor(place, alone, legend) {
    this.place = place;
    this.alone = alone;
    this.cards = new Map();
    for (const channel of CHANNELS) legend.append(make('span', {class: 'key', 'data-channel': channel}, channel));
  }

  /** After a (re)connect: all that is shown is what the member says now. */
  reset(sample, history) {
    this.show(sample);
    for (const [id, card] of this.cards) {
      const points = history.map(point => ({at: point.at, link: point.links.find(each => each.id === id)})).filter(point => point.link);
      card.sent.reset(points.map(({at, link}) => ({at, rates: link.sent})));
      card.received.reset(points.map(({at, link}) => ({at, rates: link.received})));
    }
  }

  tick(sample) {
    this.show(sample);
    for (const member of sample.members) {
      if (!member.link) continue;
      const card = this.cards.get(member.id);
      card.sent.add(sample.at, member.link.channels.map(each => each.sent.messageRate));
      card.received.add(sample.at, member.link.channels.map(each => each.received.messageRate));
    }
  }

  show(sample) {
    const peers = sample.members.filter(member => member.link);
    const ids = new Set(peers.map(member => member.id));
    for (const [id, card] of this.cards) {
      if (!ids.has(id)) {
        card.end();
        this.cards.delete(id);
      }
    }
    for (const member of peers) {
      let card = this.cards.get(member.id);
      if (!card) {
        card = new Card(member);
        this.place.append(card.root);
        card.plot();
        this.cards.set(member.id, card);
      }
      card.show(member, sample);
    }
    this.alone.hidden = peers.length > 0;
  }
}

class Card {
  constructor(member) {
    this.id = member.id;
    this.name = make('h3', {id: 'link-' + member.id});
    this.chip = make('span', {class: 'chip'});
    this.fault = make('button', {type: 'button', 'data-action': 'fault', hidden: ''});
    this.fault.addEventListener('click', () => this.ask());
    this.facts = {};
    const facts = make('dl', {class: 'facts'});
    for (const [key, label] of [['rtt', 'Round trip'], ['clock', 'Clock'], ['queue', 'Queue'], ['dropped', 'Dropped']]) {
      this.facts[key] = make('dd', {'data-field': key}, '–');
      facts.append(make('div', {}, make('dt', {}, label), this.facts[key]));
    }
    this.why = make('p', {class: 'notice', hidden: '', 'data-field': 'why'});
    this.failed = make('p', {class: 'notice bad', role: 'alert', hidden: ''});
    this.canvas = [make('canvas', {role: 'img'}), make('canvas', {role: 'img'})];
    this.canvas[0].setAttribute('aria-label', `Messages sent to ${member.name} a second, by channel, over two minutes`);
    this.canvas[1].setAttribute('aria-label', `Messages received from ${member.name} a second, by channel, over two minutes`);
    const body = make('tbody');
    this.rows = new Map();
    for (const channel of CHANNELS) {
      const cells = {};
      const row = make('tr', {'data-channel': channel}, make('th', {scope: 'row'}, make('span', {class: 'key'}, channel)));
      for (const field of ['sent-rate', 'sent', 'sent-bytes', 'received-rate', 'received', 'received-bytes']) {
        cells[field] = make('td', {'data-field': field, class: field.endsWith('bytes') ? 'wide' : ''}, '–');
        row.append(cells[field]);
      }
      this.rows.set(channel, cells);
      body.append(row);
    }
    this.drops = make('p', {class: 'drops', hidden: '', 'data-field': 'drops'});
    this.root = make('article', {class: 'card link-card', 'data-peer': member.id, 'aria-labelledby': 'link-' + member.id},
      make('div', {class: 'head'}, make('div', {class: 'title'}, this.name, this.chip), this.fault),
      facts, this.why, this.failed,
      make('div', {class: 'plots'},
        make('figure', {}, make('figcaption', {}, 'Sent, messages a second'), make('div', {class: 'plot'}, this.canvas[0])),
        make('figure', {}, make('figcaption', {}, 'Received, messages a second'), make('div', {class: 'plot'}, this.canvas[1]))),
      make('table', {},
        make('thead', {}, make('tr', {},
          make('th', {scope: 'col'}, 'Channel'),
          make('th', {scope: 'col'}, 'Sent/s'), make('th', {scope: 'col'}, 'Sent'), make('th', {scope: 'col', class: 'wide'}, 'Bytes'),
          make('th', {scope: 'col'}, 'Rcvd/s'), make('th', {scope: 'col'}, 'Received'), make('th', {scope: 'col', class: 'wide'}, 'Bytes'))),
        body),
      this.drops);
  }

  /** Charts measure themselves, so they are made once the card is on the page. */
  plot() {
    this.sent = new RateChart(this.canvas[0], KEPT_POINTS);
    this.received = new RateChart(this.canvas[1], KEPT_POINTS);
  }

  show(member, sample) {
    const link = member.link;
    const state = linkState(member, sample);
    set(this.name, member.name);
    mark(this.root, 'state', state);
    mark(this.chip, 'state', state);
    const since = link.since === null ? '' : ' ' + age(link.since, sample.at);
    set(this.chip, state === 'cut' ? (link.cut ? 'cut by hand' : `cut by ${member.name}`) : (link.active ? 'active' : 'not active') + since);
    this.why.hidden = state === 'active';
    this.why.className = 'notice ' + (state === 'cut' ? 'warn' : 'bad');
    set(this.why, state === 'active' ? ''
      : link.cut ? `Everything to and from ${member.name} is dropped here until the link is mended.`
        : state === 'cut' ? `${member.name} drops everything to and from this member until the link is mended there.`
        : (link.why ?? 'It has not answered yet.') + (link.since ? ` Since ${time(link.since)}.` : ''));
    this.fault.hidden = !sample.faults;
    if (this.asked !== link.cut) {
      this.asked = undefined;
      this.fault.disabled = false;
    }
    this.cut = link.cut;
    set(this.fault, link.cut ? 'Mend link' : 'Cut link');
    this.fault.setAttribute('aria-label', `${link.cut ? 'Mend' : 'Cut'} the link to ${member.name}`);
    set(this.facts.rtt, millis(link.rtt));
    set(this.facts.clock, link.clock === null ? '–' : (link.clock > 0 ? '+' : '') + millis(link.clock));
    set(this.facts.queue, link.queueMessages === 0 ? 'empty' : `${count(link.queueMessages)}, ${bytes(link.queueBytes)}`);
    set(this.facts.dropped, count(link.dropped) + (link.dropRate > 0 ? `, ${rate(link.dropRate)}/s` : ''));
    for (const channel of link.channels) {
      const cells = this.rows.get(channel.name);
      figure(cells['sent-rate'], rate(channel.sent.messageRate), channel.sent.messageRate);
      figure(cells['received-rate'], rate(channel.received.messageRate), channel.received.messageRate);
      figure(cells.sent, scaled(channel.sent.messages), channel.sent.messages);
      figure(cells.received, scaled(channel.received.messages), channel.received.messages);
      figure(cells['sent-bytes'], bytes(channel.sent.bytes), channel.sent.bytes);
      figure(cells['received-bytes'], bytes(channel.received.bytes), channel.received.bytes);
    }
    const failures = link.channels
      .filter(each => each.sendFailures + each.receiveFailures > 0)
      .map(each => `${each.name} ${count(each.sendFailures)} to send, ${count(each.receiveFailures)} to receive`);
    const drops = link.drops.map(drop => `${count(drop.messages)} ${drop.messageClass} on ${drop.channel} (${drop.reason})`);
    this.drops.hidden = failures.length + drops.length === 0;
    set(this.drops, [drops.length ? 'Dropped: ' + drops.join(', ') + '.' : '', failures.length ? 'Failures: ' + failures.join('; ') + '.' : ''].join(' ').trim());
  }

  async ask() {
    const cut = !this.cut;
    this.asked = this.cut;
    this.fault.disabled = true;
    this.failed.hidden = true;
    try {
      const answer = await fetch(cut ? 'faults/cut' : 'faults/mend', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({peer: this.id}),
      });
      if (!answer.ok) throw new Error((await answer.json()).error);
    } catch (error) {
      this.asked = undefined;
      this.fault.disabled = false;
      this.failed.hidden = false;
      set(this.failed, `Could not ${cut ? 'cut' : 'mend'} the link: ${error.message}`);
    }
  }

  end() {
    this.sent.end();
    this.received.end();
    this.root.remove();
  }
}

function figure(cell, text, value) {
  set(cell, text);
  mark(cell, 'value', String(value));
  cell.classList.toggle('idle', value === 0);
}

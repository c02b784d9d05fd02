// Copyright 2026 The Raftwire Authors. SPDX-License-Identifier: Apache-2.0
// Small time series: messages a second by channel, over the last minutes.

import {rate, time} from './text.js';

export const CHANNELS = ['msgapp', 'message', 'pipeline', 'snapshot'];

const SHOWN_MILLIS = 120_000;
const dark = matchMedia('(prefers-color-scheme: dark)');
const charts = new Set();

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

/** One chart. Its series are those of CHANNELS, in their order. */
export class RateChart {
  constructor(canvas, keptPoints) {
    this.kept = keptPoints;
    this.chart = new Chart(canvas, {
      type: 'line',
      data: {datasets: CHANNELS.map(label => ({label, data: [], pointRadius: 0, borderWidth: 1.8, tension: 0}))},
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        interaction: {mode: 'index', intersect: false},
        layout: {padding: {top: 4, right: 2}},
        scales: {
          x: {
            type: 'linear',
            border: {display: false},
            grid: {display: false},
            afterBuildTicks: axis => {
              axis.ticks = [axis.min, axis.min + SHOWN_MILLIS / 2, axis.max].map(value => ({value}));
            },
            ticks: {
              maxRotation: 0,
              align: 'inner',
              callback: (value, index) => ['2 min ago', '1 min', 'now'][index],
            },
          },
          y: {
            beginAtZero: true,
            suggestedMax: 1,
            border: {display: false},
            // So that the charts of a card line up.
            afterFit: axis => { axis.width = 40; },
            ticks: {maxTicksLimit: 4, callback: value => rate(value)},
          },
        },
        plugins: {
          legend: {display: false},
          tooltip: {
            callbacks: {
              title: items => items.length ? time(items[0].parsed.x) : '',
              label: item => ` ${item.dataset.label} ${rate(item.parsed.y)}/s`,
            },
          },
        },
      },
    });
    charts.add(this);
    this.paint();
  }

  /** Replaces all points: [{at, rates}]. */
  reset(points) {
    this.chart.data.datasets.forEach((set, i) => {
      set.data = points.map(point => ({x: point.at, y: point.rates[i]}));
    });
    this.draw(points.length ? points[points.length - 1].at : Date.now());
  }

  add(at, rates) {
    this.chart.data.datasets.forEach((set, i) => {
      set.data.push({x: at, y: rates[i]});
      if (set.data.length > this.kept) set.data.shift();
    });
    this.draw(at);
  }

  draw(at) {
    const x = this.chart.options.scales.x;
    x.min = at - SHOWN_MILLIS;
    x.max = at;
    if (!document.hidden) this.chart.update('none');
  }

  paint() {
    const muted = color('muted');
    this.chart.data.datasets.forEach(set => {
      set.borderColor = color(set.label);
      set.backgroundColor = set.borderColor;
    });
    const {x, y} = this.chart.options.scales;
    x.ticks.color = muted;
    y.ticks.color = muted;
    y.grid = {color: color('line')};
    this.chart.update('none');
  }

  end() {
    charts.delete(this);
    this.chart.destroy();
  }
}

dark.addEventListener('change', () => charts.forEach(chart => chart.paint()));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) charts.forEach(chart => chart.chart.update('none'));
});

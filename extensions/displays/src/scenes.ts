/**
 * Structures beside each other that turn together, and below them what is told of them: what a run of a relaxation
 * shows (before and after). nanoos_lab/scenes/beside.py makes the data.
 */

import { Viewer, showScene } from '@nanoos/viewer-core';
import { ensureStyles, h, sign } from '@nanoos/look';
import type { Drawn } from './display';
import css from './scenes.css';

export const SCENES_MIME = 'application/vnd.nanoos.scenes+json';

interface Table {
  caption: string;
  headers: string[];
  numeric: string[];
  rows: string[][];
}

interface Payload {
  schema: string;
  version: number;
  title: string;
  state: string;
  subtitle: string;
  notes: [string, string][];
  scenes: { caption: string; scene: unknown; still?: string }[];
  facts: [string, string][];
  tables: Table[];
  picture: string;
}

/** Draw scenes with linked cameras, and the tables that belong to them. */
export function drawScenes(host: HTMLElement, data: unknown): Drawn {
  const root = h('div', { class: 'nanoos-ui nanoos-scenes' });
  host.append(root);
  ensureStyles(root, 'scenes', css);
  let viewers: (Viewer | null)[] = [];
  const clear = () => {
    viewers.forEach(viewer => viewer?.dispose());
    viewers = [];
    root.replaceChildren();
  };
  const update = (next: unknown) => {
    clear();
    const payload = next as Payload;
    if (payload?.schema !== 'nanoos.scenes' || payload.version !== 1) {
      root.append(h('p', { role: 'status' }, 'These scenes were made by another version of nanoos-lab.'));
      return;
    }
    if (payload.title || payload.state || payload.subtitle) {
      root.append(headOf(payload));
    }
    root.append(...payload.notes.map(([tone, text]) => h('p', { class: `ns-note ns-${tone}` }, text)));
    const row = h('div', { class: 'ns-row' });
    root.append(row);
    viewers = payload.scenes.map((one, index) => {
      const place = h('div', { class: 'ns-scene' });
      row.append(h('figure', {}, place, h('figcaption', {}, one.caption)));
      return showScene(place, one.scene, {
        still: one.still,
        onCamera: camera => viewers.forEach((other, k) => k !== index && other?.setCamera(camera))
      });
    });
    if (payload.facts.length || payload.tables.length) {
      row.append(h('div', {}, factsOf(payload.facts), ...payload.tables.slice(0, 1).map(tableOf)));
    } else {
      row.classList.add('ns-alone');
    }
    root.append(...payload.tables.slice(1).map(tableOf));
    if (payload.picture) {
      const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(payload.picture)}`;
      root.append(h('img', { class: 'ns-picture', src, alt: `Figure of ${payload.title}` }));
    }
  };
  update(data);
  return { update, dispose: clear };
}

function headOf(payload: Payload): HTMLElement {
  const { tone, symbol } = sign(payload.state);
  const badge = payload.state && h('span', { class: `ns-badge ns-${tone}` }, `${symbol} ${payload.state}`);
  return h('div', { class: 'ns-head' }, h('strong', {}, payload.title), badge, h('span', { class: 'ns-quiet' }, payload.subtitle));
}

function factsOf(facts: [string, string][]): HTMLElement | null {
  const rows = facts.map(([name, value]) => h('tr', {}, h('th', {}, name), h('td', {}, value)));
  return rows.length ? h('table', {}, h('tbody', {}, ...rows)) : null;
}

function tableOf(table: Table): HTMLElement {
  const kind = (k: number) => (table.numeric.includes(table.headers[k]) ? 'ns-number' : null);
  const head = h('tr', {}, ...table.headers.map((name, k) => h('th', { class: kind(k), scope: 'col' }, name)));
  const rows = table.rows.map(cells => h('tr', {}, ...cells.map((cell, k) => h('td', { class: kind(k) }, cell))));
  const caption = table.caption ? h('caption', {}, table.caption) : null;
  return h('table', {}, caption, h('thead', {}, head), h('tbody', {}, ...rows));
}


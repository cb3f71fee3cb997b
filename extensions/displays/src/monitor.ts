/** Monitors, told apart by their kind: how things stand, drawn alike with a kernel and without. */

import { ensureStyles, h } from '@nanoos/look';
/// <reference path="../../look/css.d.ts" />
import css from './monitor.css';
import type { Draw } from './display';
import type { MakePart, Part, Snapshot } from './monitor-parts';
import { batchPart } from './batch';
import { runsPart } from './monitor-runs';

export const MONITOR_MIME = 'application/vnd.nanoos.monitor+json';

/** By the snapshot's kind; a further monitor adds its own line. */
const KINDS: Record<string, MakePart> = { runs: runsPart, batch: batchPart };

function refusal(data: Partial<Snapshot> | null): string {
  if (data?.schema !== 'nanoos.monitor') return 'This is no monitor of NANO-OS Lab.';
  if (data.version !== 1) return `This monitor has version ${String(data.version)}; this page reads version 1: update nanoos-lab.`;
  return KINDS[data.kind ?? ''] ? '' : `There is no monitor of the kind ${JSON.stringify(data.kind)}: update nanoos-lab.`;
}

export const drawMonitor: Draw = (host, data, link) => {
  const root = h('div', { class: 'nanoos-ui nanoos-monitor' });
  host.append(root);
  ensureStyles(host, 'monitor', css);
  let [kind, part]: [string, Part | null] = ['', null];
  const update = (next: unknown) => {
    const snapshot = next as Snapshot;
    const no = refusal(snapshot);
    if (no || snapshot.kind !== kind) {
      part?.dispose();
      part = null;
      root.replaceChildren();
      kind = no ? '' : snapshot.kind;
      root.className = `nanoos-ui nanoos-monitor ${kind}`;
      if (no) root.append(h('p', { class: 'empty' }, no));
      else part = KINDS[kind]!(root, link);
    }
    part?.update(snapshot);
  };
  update(data);
  return {
    update,
    dispose() {
      part?.dispose();
      root.remove();
    }
  };
};

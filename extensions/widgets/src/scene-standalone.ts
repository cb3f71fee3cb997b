/**
 * For exported pages: make every `<div class="nanoos-scene">` turn. The div holds the still SVG and a
 * `<script type="application/vnd.nanoos.scene+json">`; without this script, or without WebGL, the still
 * remains. The still keeps the place, so that the page does not move.
 */

import { MIME_TYPE, showScene } from '@nanoos/viewer-core';

function enliven(div: HTMLElement): void {
  const script = div.querySelector<HTMLScriptElement>(`script[type="${MIME_TYPE}"]`);
  if (!script || div.dataset.nanoosLive) {
    return;
  }
  div.dataset.nanoosLive = '1';
  const still = div.querySelector<SVGElement>('svg');
  const box = (still ?? div).getBoundingClientRect();
  const host = document.createElement('div');
  host.style.height = `${Math.max(box.height, still ? 0 : 360, 160)}px`;
  host.style.maxWidth = '100%';
  div.appendChild(host);
  let json: unknown = null;
  try {
    json = JSON.parse(script.textContent ?? '');
  } catch {
    // left null: the viewer says that this is no scene
  }
  const viewer = showScene(host, json);
  if (viewer) {
    if (still) {
      still.style.display = 'none';
    }
  } else {
    host.style.height = '';
  }
}

function enlivenAll(): void {
  document.querySelectorAll<HTMLElement>('div.nanoos-scene').forEach(enliven);
}

if (document.readyState === 'loading') {
  document.addEventListener('DOMContentLoaded', enlivenAll);
} else {
  enlivenAll();
}

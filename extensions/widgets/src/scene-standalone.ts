/**
 * For exported pages: make every `<div class="nanoos-scene">` turn. The div holds the still SVG and a
 * `<script type="application/vnd.nanoos.scene+json">`; without this script, or without WebGL, the still
 * remains. The still keeps the place, so that the page does not move. Divs of one `data-nanoos-group` turn together.
 */

import { MIME_TYPE, showScene } from '@nanoos/viewer-core';
import { Link } from './viewer/links';
import { framesOf } from './viewer/live';

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
  let frame = 0;
  const goTo = (next: number) => {
    if (next !== frame) {
      frame = next;
      viewer?.setFrame(next);
    }
  };
  const link = new Link({ frames: framesOf(json), setCamera: camera => viewer?.setCamera(camera), setFrame: goTo });
  const viewer = showScene(host, json, {
    onCamera: camera => link.camera(camera),
    onFrame: next => {
      frame = next;
      link.frame(next);
    }
  });
  if (viewer) {
    link.join(div.dataset.nanoosGroup ?? '');
    Object.assign(div, { nanoosViewer: viewer }); // for scripts of the page
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

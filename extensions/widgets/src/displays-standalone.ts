/**
 * For exported pages: draw every `<div class="nanoos-display">` from the data block in it, and make scenes turn. The
 * div holds a still twin too; without this script, or where the data cannot be drawn, the twin remains.
 */

import { DISPLAYS } from '@nanoos/displays';
import './scene-standalone';

function enliven(div: HTMLElement): void {
  const block = div.querySelector<HTMLScriptElement>(':scope > script');
  const draw = block && DISPLAYS[block.type];
  if (!block || !draw || div.classList.contains('drawn')) {
    return;
  }
  const host = document.createElement('div');
  div.append(host);
  try {
    draw(host, JSON.parse(block.textContent ?? ''));
    div.classList.add('drawn');
  } catch (error) {
    host.remove();
    console.error(error);
  }
}

function enlivenAll(): void {
  document.querySelectorAll<HTMLElement>('div.nanoos-display').forEach(enliven);
}

if (document.readyState === 'loading') {
  document.addEventListener('DOMContentLoaded', enlivenAll);
} else {
  enlivenAll();
}

/**
 * The one entrance. Widgets, exported pages and the lab extension each carry this code; the first to load
 * serves the whole page, so that all viewers of a page share one WebGL context.
 */

import { MIME_TYPE } from './scene/scene';
import { ensureStyle } from './ui/style';
import { Viewer, ViewerOptions } from './viewer';

export { MIME_TYPE };
export type { Style } from './scene/scene';
export type { CameraState, Direction } from './view/camera';
export type { LabelMode } from './overlay/labels';
export type { Measured } from './view/measure';
export type { Shown } from './drawing/drawing';
export type { Viewer, ViewerOptions };

declare const CORE_VERSION: string;

interface Core {
  create(host: HTMLElement, json: unknown, options?: ViewerOptions): Viewer;
}

const KEY = Symbol.for(`nanoos.viewer-core/${CORE_VERSION}`);
const page = globalThis as unknown as Record<symbol, Core | undefined>;
const core: Core = (page[KEY] ??= { create: (host, json, options) => new Viewer(host, json, options) });

/** Show a message in place of a viewer, with the still picture where there is one. */
function explain(host: HTMLElement, message: string, still?: string): void {
  const note = document.createElement('div');
  note.className = 'nanoos-viewer-message nanoos-ui';
  note.setAttribute('role', 'status');
  note.textContent = message;
  host.append(note);
  if (still) {
    const picture = document.createElement('img');
    picture.className = 'nanoos-viewer-still';
    picture.alt = 'Still picture of the structure';
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(still)}`;
    host.append(picture);
  }
  ensureStyle(host);
}

/** Whether this browser can draw at all; asked once. */
let able: boolean | undefined;
function webgl(): boolean {
  if (able === undefined) {
    const probe = document.createElement('canvas').getContext('webgl2');
    able = probe !== null;
    probe?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return able;
}

/**
 * Show a scene in an element that has a height. Where that cannot be, say why and show the still picture;
 * then null is returned.
 */
export function showScene(host: HTMLElement, json: unknown, options: ViewerOptions = {}): Viewer | null {
  if (!webgl()) {
    explain(host, 'This browser offers no WebGL, so the structure cannot be turned here.', options.still);
    return null;
  }
  try {
    return core.create(host, json, options);
  } catch (error) {
    explain(host, `The structure cannot be shown: ${(error as Error).message}`, options.still);
    return null;
  }
}

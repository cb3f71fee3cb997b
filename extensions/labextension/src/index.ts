/** A JupyterLab MIME renderer: saved scenes turn and answer clicks with no kernel at all. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { MIME_TYPE, Viewer, showScene } from '@nanoos/viewer-core';

const HEIGHT = 380;

class SceneWidget extends Widget implements IRenderMime.IRenderer {
  private _viewer: Viewer | null = null;

  constructor() {
    super();
    this.addClass('nanoos-scene-output');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._viewer?.dispose();
    this.node.replaceChildren();
    const scene = model.data[MIME_TYPE] as any;
    const host = document.createElement('div');
    host.style.cssText = `height:${HEIGHT}px;flex:1 1 320px;max-width:640px;min-width:0`;
    const row = document.createElement('div');
    row.style.cssText = 'display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center';
    row.append(host);
    if (Array.isArray(scene?.facts) && scene.facts.length) {
      row.append(factsOf(String(scene.title ?? ''), scene.facts));
    }
    this.node.append(row);
    const still = model.data['image/svg+xml'];
    this._viewer = showScene(host, scene, {
      still: Array.isArray(still) ? still.join('') : (still as string | undefined)
    });
    if (!this._viewer) {
      host.style.height = '';
    }
  }

  dispose(): void {
    this._viewer?.dispose();
    this._viewer = null;
    super.dispose();
  }
}

/** What is known of the structure, as a small table beside it; texts are never read as markup. */
function factsOf(title: string, facts: unknown[]): HTMLElement {
  const box = document.createElement('div');
  box.style.cssText =
    'font-family:var(--jp-ui-font-family);font-size:var(--jp-ui-font-size1);color:var(--jp-ui-font-color1);flex:0 0 auto;max-width:100%';
  const head = document.createElement('div');
  head.style.cssText = 'font-weight:600;font-size:1.15em;margin-bottom:6px';
  head.textContent = title;
  const grid = document.createElement('dl');
  grid.style.cssText = 'display:grid;grid-template-columns:auto auto;gap:3px 14px;margin:0;justify-content:start';
  for (const fact of facts) {
    if (Array.isArray(fact)) {
      const name = document.createElement('dt');
      name.style.cssText = 'color:var(--jp-ui-font-color2);font-weight:400;margin:0;white-space:nowrap';
      name.textContent = String(fact[0]);
      const value = document.createElement('dd');
      value.style.cssText = 'margin:0;overflow-wrap:anywhere';
      value.textContent = String(fact[1]);
      grid.append(name, value);
    }
  }
  box.append(head, grid);
  return box;
}

const extension: IRenderMime.IExtension = {
  id: 'nanoos-lab:scene',
  description: 'Draws structure scenes of NANO-OS Lab.',
  rendererFactory: {
    safe: true, // JSON in, WebGL out: nothing of the output is run as code
    mimeTypes: [MIME_TYPE],
    defaultRank: 0,
    createRenderer: () => new SceneWidget()
  },
  dataType: 'json'
};

export default extension;

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
    const host = document.createElement('div');
    host.style.height = `${HEIGHT}px`;
    host.style.maxWidth = '640px';
    this.node.appendChild(host);
    const still = model.data['image/svg+xml'];
    this._viewer = showScene(host, model.data[MIME_TYPE], {
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

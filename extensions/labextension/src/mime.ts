/** JupyterLab's renderers of our MIME types: saved scenes, cards, tables and monitors read well with no kernel at all. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel, Widget } from '@lumino/widgets';
import { DISPLAYS } from '@nanoos/displays';
import { h } from '@nanoos/look';
import { whenLive } from './live';
import { dress, factsOf } from './parts';

const SCENE = 'application/vnd.nanoos.scene+json';
const HEIGHT = 380;
/** Before the widgets' own renderer, whose rank is -10: it does not fall back from a widget that is gone. */
const RANK = -20;

interface Shown {
  dispose(): void;
}

type Show = (host: HTMLElement, model: IRenderMime.IMimeModel) => Promise<Shown | null>;

class Output extends Panel implements IRenderMime.IRenderer {
  private _shown: Shown | null = null;
  private _stop: () => void = () => undefined;
  private _turn = 0;

  constructor(
    private _show: Show,
    private _options: IRenderMime.IRendererOptions
  ) {
    super();
    this.addClass('nanoos-output');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const turn = ++this._turn;
    this._clear();
    const still = new Widget();
    this.addWidget(still);
    this._stop = whenLive(model, this._options, this, live => {
      live.show();
      this._shown?.dispose();
      this._shown = null;
      still.dispose();
    });
    const shown = await this._show(still.node, model);
    if (turn === this._turn && !still.isDisposed) {
      this._shown = shown;
    } else {
      shown?.dispose();
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._turn++;
      this._clear();
      super.dispose();
    }
  }

  private _clear(): void {
    this._stop();
    this._shown?.dispose();
    this._shown = null;
    for (const widget of [...this.widgets]) {
      widget.dispose();
    }
  }
}

const showOutputScene: Show = async (host, model) => {
  const { showScene } = await import('@nanoos/viewer-core');
  const scene = model.data[SCENE] as any;
  const picture = h('div', {});
  picture.style.cssText = `height:${HEIGHT}px;flex:1 1 320px;max-width:640px;min-width:0`;
  const row = h('div', {}, picture, factsOf(String(scene?.title ?? ''), scene?.facts));
  row.style.cssText = 'display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center';
  host.append(row);
  dress(row);
  const still = model.data['image/svg+xml'];
  const viewer = showScene(picture, scene, { still: Array.isArray(still) ? still.join('') : (still as string | undefined) });
  if (!viewer) {
    picture.style.height = '';
  }
  return viewer;
};

const showDisplay =
  (mime: string): Show =>
  async (host, model) => {
    try {
      return DISPLAYS[mime](host, model.data[mime]);
    } catch (error) {
      host.replaceChildren(h('p', { role: 'alert' }, `This output cannot be shown: ${(error as Error).message}`));
      dress(host);
      return null;
    }
  };

const KINDS: [string, Show][] = [
  [SCENE, showOutputScene],
  ...Object.keys(DISPLAYS).map((mime): [string, Show] => [mime, showDisplay(mime)])
];

const extensions: IRenderMime.IExtension[] = KINDS.map(([mime, show]) => ({
  id: `nanoos-lab:${mime.replace(/^application\/vnd\.nanoos\.|\+json$/g, '')}`,
  description: `Draws outputs of the type ${mime}.`,
  rendererFactory: {
    safe: true, // JSON in, elements and WebGL out: nothing of an output is run as code or read as markup
    mimeTypes: [mime],
    defaultRank: RANK,
    createRenderer: options => new Output(show, options)
  },
  dataType: 'json'
}));

export default extensions;

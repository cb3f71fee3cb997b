/**
 * Our outputs may also carry a live widget. JupyterLab does not fall back from a widget whose model is gone, so the
 * choice is made here, for outputs of ours alone: what needs no kernel is drawn, and gives way when the widget comes.
 */

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Widget } from '@lumino/widgets';

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
type Live = Widget & IRenderMime.IRenderer;
let notebooks: INotebookTracker | null = null;

/** Say where the notebooks are; without this nothing is ever live. */
export function knowNotebooks(tracker: INotebookTracker): void {
  notebooks = tracker;
}

/** Make what shows the output's live widget, where it has one that this notebook can show. */
export function liveRenderer(model: IRenderMime.IMimeModel, options: IRenderMime.IRendererOptions): Live | null {
  if (!(WIDGET_VIEW in model.data) || !model.trusted || !notebooks) {
    return null;
  }
  const panel = notebooks.find(one => one.content.rendermime?.resolver === options.resolver);
  const registry = panel?.content.rendermime;
  return registry?.getFactory(WIDGET_VIEW) ? (registry.createRenderer(WIDGET_VIEW) as Live) : null;
}

/** Call back once the live widget is there: its renderer holds words before that, and elements afterwards. */
export function whenAlive(live: Live, then: () => void): () => void {
  const look = (): boolean => live.node.childElementCount > 0;
  if (look()) {
    then();
    return () => undefined;
  }
  const observer = new MutationObserver(() => {
    if (look()) {
      observer.disconnect();
      then();
    }
  });
  observer.observe(live.node, { childList: true });
  return () => observer.disconnect();
}

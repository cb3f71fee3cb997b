/**
 * Our outputs may also carry a live widget. JupyterLab does not fall back from a widget whose model is gone, so the
 * choice is made here, for outputs of ours alone: what needs no kernel is drawn, and gives way when the widget comes.
 */

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Panel, Widget } from '@lumino/widgets';

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
type Live = Widget & IRenderMime.IRenderer;
let notebooks: INotebookTracker | null = null;

/** Say where the notebooks are; without this nothing is ever live. */
export function knowNotebooks(tracker: INotebookTracker): void {
  notebooks = tracker;
}

/** Make what shows the output's live widget, where it has one that this notebook can show. */
function liveRenderer(model: IRenderMime.IMimeModel, options: IRenderMime.IRendererOptions): Live | null {
  if (!(WIDGET_VIEW in model.data) || !model.trusted || !notebooks) {
    return null;
  }
  const panel = notebooks.find(one => one.content.rendermime?.resolver === options.resolver);
  const registry = panel?.content.rendermime;
  return registry?.getFactory(WIDGET_VIEW) ? (registry.createRenderer(WIDGET_VIEW) as Live) : null;
}

/**
 * Call back once the live widget is there: its renderer holds words before that, and elements afterwards. One that was
 * restored from the notebook and has no kernel says so by a class; it would answer nothing, so what is drawn stays.
 */
function whenAlive(live: Live, then: () => void): () => void {
  const look = (): boolean => live.node.childElementCount > 0 && !live.node.querySelector('.jupyter-widgets-disconnected');
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
  observer.observe(live.node, { childList: true, subtree: true, attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}

const FIRST_MS = 250;
const LAST_MS = 30_000;

/**
 * Put the output's live widget into a panel, hidden, and call back once it is there. JupyterLab draws saved outputs
 * before it knows their notebook and before that notebook's widgets are restored: until then this asks again.
 */
export function whenLive(
  model: IRenderMime.IMimeModel,
  options: IRenderMime.IRendererOptions,
  home: Panel,
  then: (live: Widget) => void
): () => void {
  let timer = 0;
  let unwatch = (): void => undefined;
  let live: Live | null = null;
  const attempt = (pause: number): void => {
    if (live?.node.textContent?.startsWith('Error displaying widget')) {
      return; // its model is gone for good
    }
    unwatch();
    live?.dispose();
    live = liveRenderer(model, options);
    timer = pause < LAST_MS ? window.setTimeout(() => attempt(1.6 * pause), pause) : 0;
    if (live) {
      const made = live;
      made.hide();
      home.addWidget(made);
      unwatch = whenAlive(made, () => {
        window.clearTimeout(timer);
        then(made);
      });
      void Promise.resolve(made.renderModel(model)).catch(() => undefined); // then what is drawn there stays
    }
  };
  if (WIDGET_VIEW in model.data && model.trusted) {
    attempt(FIRST_MS);
  }
  return () => {
    window.clearTimeout(timer);
    unwatch();
  };
}

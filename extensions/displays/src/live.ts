/** A live display in the page (anywidget): draws what Python last saw, and tells Python whether somebody looks. */

import type { Draw } from './display';

/** What of an anywidget model a live display needs. */
export interface LiveModel {
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: unknown): void;
  on(event: string, heard: (...given: any[]) => void): void;
  off(event: string, heard: (...given: any[]) => void): void;
}

const SIGN_MS = 15_000;
const TRAITS = ['data', 'beat', 'problem', 'detail', 'said', 'asked'];

/** Show a model in an element and keep it up to date; returns what takes it away. */
export function showLive(model: LiveModel, el: HTMLElement, draw: Draw): () => void {
  let connected = true;
  let pictures: Record<string, string> = {};
  const now = () => ({
    ...model.get('data'),
    detail: model.get('detail'),
    asked: model.get('asked'),
    pictures: { ...(model.get('data').pictures ?? {}), ...pictures },
    live: { beat: model.get('beat'), problem: model.get('problem'), said: model.get('said'), connected }
  });
  const drawn = draw(el, now(), {
    send(message) {
      if (message.verb === 'asked') {
        model.set('asked', message.asked);
        model.save_changes();
      } else {
        model.send(message);
      }
    }
  });
  let due = 0;
  const redraw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      drawn.update(now());
    });
  };
  const hear = (content: any) => {
    if (content?.pictures) {
      pictures = { ...pictures, ...content.pictures };
      redraw();
    }
  };
  const gone = () => {
    connected = false;
    redraw();
  };
  let visible = true;
  const here = () => {
    if (visible && document.visibilityState === 'visible') model.send({ verb: 'here' });
  };
  const watch = new IntersectionObserver(entries => {
    const before = visible;
    visible = entries.some(entry => entry.isIntersecting);
    if (visible && !before) here();
  });
  watch.observe(el);
  const signs = window.setInterval(here, SIGN_MS);
  document.addEventListener('visibilitychange', here);
  for (const name of TRAITS) model.on(`change:${name}`, redraw);
  model.on('msg:custom', hear);
  model.on('comm:close', gone);
  model.on('destroy', gone);
  here();
  return () => {
    window.clearInterval(signs);
    cancelAnimationFrame(due);
    watch.disconnect();
    document.removeEventListener('visibilitychange', here);
    for (const name of TRAITS) model.off(`change:${name}`, redraw);
    model.off('msg:custom', hear);
    model.off('comm:close', gone);
    model.off('destroy', gone);
    drawn.dispose();
  };
}

/**
 * The script that every viewer carries: it fetches the real one from the kernel's shared model, and runs one copy
 * of it per page. Where that model is not to be had, it says so and shows the still picture.
 */

import type { RenderProps } from '@anywidget/types';

interface Model {
  _code: string;
  _still: DataView | undefined;
}

interface Code {
  default: { render(props: RenderProps<Model>): void | (() => void) | Promise<void | (() => void)> };
}

const KEY = Symbol.for('nanoos.code');
const page = globalThis as unknown as Record<symbol, Map<string, Promise<Code>> | undefined>;

async function unpack(bytes: DataView): Promise<string> {
  const stream = new Blob([bytes as unknown as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

async function run(packed: DataView): Promise<Code> {
  const address = URL.createObjectURL(new Blob([await unpack(packed)], { type: 'text/javascript' }));
  try {
    return (await import(/* webpackIgnore: true */ address)) as Code;
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function load(model: RenderProps<Model>['model']): Promise<Code> {
  const shared = await model.widget_manager.get_model(model.get('_code').replace('IPY_MODEL_', ''));
  const loaded = (page[KEY] ??= new Map());
  const digest = String(shared.get('digest'));
  let code = loaded.get(digest);
  if (!code) {
    code = run(shared.get('code') as DataView);
    loaded.set(digest, code);
    code.catch(() => loaded.delete(digest));
  }
  return code;
}

async function apologise(model: RenderProps<Model>['model'], el: HTMLElement, why: unknown): Promise<void> {
  const note = document.createElement('p');
  note.className = 'nanoos-unloaded';
  note.setAttribute('role', 'status');
  note.textContent =
    'This display cannot be turned or clicked here, as its script was not saved with the notebook: run the cell again. ' +
    `(${why instanceof Error ? why.message : String(why)})`;
  el.append(note);
  const still = model.get('_still');
  if (still?.byteLength) {
    const picture = document.createElement('img');
    picture.alt = 'Still picture';
    picture.style.maxWidth = '100%';
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await unpack(still))}`;
    el.append(picture);
  }
}

export default {
  async render(props: RenderProps<Model>): Promise<void | (() => void)> {
    let code: Code;
    try {
      code = await load(props.model);
    } catch (why) {
      return apologise(props.model, props.el, why);
    }
    return code.default.render(props);
  }
};

/** "Open in lab": a cell that puts a file into a lab, in the notebook at hand or a new one, and runs it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { ask } from './server';

interface Labs {
  labs: string[];
}

/** A text as Python writes it. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The cell's lines, seen from the notebook's folder. */
export function linesFor(path: string, which: number | null, lab: string, folder: string): string {
  const seen = (target: string) => PathExt.relative(folder || '.', target || '.') || '.';
  const source = which === null ? literal(seen(path)) : `read_structures(${literal(seen(path))})[${which}].structure`;
  return [
    'import nanoos_lab as nl',
    ...(which === null ? [] : ['from nanoos_lab.structures import read_structures']),
    '',
    `lab = nl.open(${literal(seen(lab))})`,
    `record = lab.add(${source})`,
    'record'
  ].join('\n');
}

/** Put the cell into the notebook at hand, or a new one beside the file, and run it. */
export async function openInLab(app: JupyterFrontEnd, notebook: any, path: string, which: number | null): Promise<void> {
  const folder = PathExt.dirname(path);
  let panel = notebook;
  if (!panel) {
    panel = await app.commands.execute('notebook:create-new', { cwd: folder, kernelName: '', activate: true });
    await panel.context.ready;
  }
  const home = PathExt.dirname(panel.context.path);
  const known = (await ask<Labs>('labs', { path })).labs;
  const lab = known.length ? known[0] : PathExt.dirname(path) ? `${PathExt.dirname(path)}/lab` : 'lab';
  app.commands.execute('docmanager:open', { path: panel.context.path });
  await panel.context.ready;
  await panel.sessionContext.ready;
  const { content } = panel;
  if (!panelIsEmpty(content)) {
    content.activeCellIndex = content.widgets.length - 1;
    await app.commands.execute('notebook:insert-cell-below');
  }
  content.activeCell.model.sharedModel.setSource(linesFor(path, which, lab, home));
  await app.commands.execute('notebook:run-cell');
}

function panelIsEmpty(content: any): boolean {
  const { widgets } = content;
  return widgets.length === 1 && !widgets[0].model.sharedModel.getSource().trim();
}

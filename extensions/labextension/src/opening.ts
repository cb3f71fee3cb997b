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

/** The import and the expression that read a file, of a kind that `lab.add` does not take by its path. */
function reading(path: string, which: number | null): [string, string] | null {
  const name = PathExt.basename(path).toUpperCase();
  if (name.startsWith('XDATCAR')) {
    return ['from ase.io import read', `read(${literal(path)}, format="vasp-xdatcar", index=-1)`];
  }
  if (name.endsWith('.TRAJ')) {
    return ['from ase.io import read', `read(${literal(path)}, index=-1)`];
  }
  if (/^(CHG|AECCAR|PARCHG|LOCPOT|ELFCAR)|\.(CUBE|CUB|CHGCAR)$/.test(name)) {
    return ['from nanoos_lab.scenes import read_volumetric', `read_volumetric(${literal(path)}).structure`];
  }
  if (which !== null) {
    return ['from nanoos_lab.structures import read_structures', `read_structures(${literal(path)})[${which}].structure`];
  }
  return null;
}

/** The cell's lines, seen from the notebook's folder; of a trajectory the last frame is added. */
export function linesFor(path: string, which: number | null, lab: string, folder: string): string {
  const seen = (target: string) => PathExt.relative(folder || '.', target || '.') || '.';
  const special = reading(seen(path), which);
  return [
    'import nanoos_lab as nl',
    ...(special ? [special[0]] : []),
    '',
    `lab = nl.open(${literal(seen(lab))})`,
    special ? `record = lab.add(${special[1]}, name=${literal(PathExt.basename(path))})` : `record = lab.add(${literal(seen(path))})`,
    'record'
  ].join('\n');
}

/** Put the cell into the notebook at hand, or a new one beside the file, and run it. */
export async function openInLab(app: JupyterFrontEnd, notebook: any, path: string, which: number | null): Promise<void> {
  const folder = PathExt.dirname(path);
  let panel = notebook;
  if (!panel) {
    const { kernelspecs } = app.serviceManager;
    await kernelspecs.ready;
    const kernelName = kernelspecs.specs?.default ?? 'python3';
    panel = await app.commands.execute('notebook:create-new', { cwd: folder, kernelName, activate: true });
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

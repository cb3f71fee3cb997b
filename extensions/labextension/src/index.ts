/**
 * The lab extension. Its plugins want JupyterLab's shell: elsewhere, as in Voila, they load and do nothing. What they
 * show is loaded when it is first seen.
 */

import { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { registerFiles } from './files';
import { knowNotebooks } from './live';

const files: JupyterFrontEndPlugin<void> = {
  id: 'nanoos-lab:files',
  description: 'Shows structure files without a kernel.',
  autoStart: true,
  optional: [ILabShell, INotebookTracker],
  activate: (app: JupyterFrontEnd, shell: ILabShell | null, notebooks: INotebookTracker | null) => {
    if (notebooks) {
      knowNotebooks(notebooks);
    }
    if (shell) {
      registerFiles(app, async (path, which) => {
        const { openInLab } = await import('./opening');
        await openInLab(app, notebooks?.currentWidget ?? null, path, which);
      });
    }
  }
};

export default [files];

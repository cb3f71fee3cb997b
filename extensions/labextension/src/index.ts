/**
 * The lab extension. Its plugins want JupyterLab's shell: elsewhere, as in Voila, they load and do nothing. What they
 * show is loaded when it is first seen; packages that only JupyterLab has are asked for when there is its shell.
 */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { registerFiles } from './files';
import { labIcon, templateIcon } from './icons';
import { knowNotebooks } from './live';
import { Tabs } from './tabs';

const LAB = 'nanoos-lab:lab';
const CATEGORY = 'NANO-OS Lab';

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

const lab: JupyterFrontEndPlugin<void> = {
  id: LAB,
  description: 'A sidebar with the structures and runs of a lab, and templates in the launcher.',
  autoStart: true,
  optional: [ILabShell, INotebookTracker, ILayoutRestorer, ISettingRegistry, ICommandPalette],
  activate: async (
    app: JupyterFrontEnd,
    shell: ILabShell | null,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null
  ) => {
    if (!shell) {
      return;
    }
    const tabs = new Tabs(shell);
    const [{ Sidebar }, { IDefaultFileBrowser }, { ILauncher }] = await Promise.all([
      import('./sidebar'),
      import('@jupyterlab/filebrowser'),
      import('@jupyterlab/launcher')
    ]);
    const [browser, launcher, settings] = await Promise.all([
      app.resolveOptionalService(IDefaultFileBrowser),
      app.resolveOptionalService(ILauncher),
      registry?.load(LAB).catch(() => null)
    ]);
    const known = () => ((settings?.get('labs').composite as string[] | undefined) ?? []).filter(place => place);
    const here = () => notebooks?.currentWidget?.context.path || browser?.model.path || '';
    const remember = (place: string) => {
      if (!known().includes(place) && !/:\/\/[^/]*:[^/]*@/.test(place)) {
        void settings?.set('labs', [...known(), place]);
      }
    };
    const sidebar = new Sidebar(tabs, here, known, remember);
    sidebar.id = 'nanoos-lab-sidebar';
    sidebar.title.icon = labIcon as any;
    sidebar.title.caption = CATEGORY;
    shell.add(sidebar, 'left', { rank: 150, type: CATEGORY });
    restorer?.add(sidebar, sidebar.id);
    notebooks?.currentChanged.connect(() => sidebar.isVisible && void sidebar.follow());
    settings?.changed.connect(() => sidebar.isVisible && void sidebar.follow());

    const command = 'nanoos-lab:template';
    app.commands.addCommand(command, {
      label: args => String(args.title ?? 'Run a template'),
      caption: args => `Run the template ${String(args.template ?? '')} and make its report`,
      icon: templateIcon as any,
      execute: async args => {
        await sidebar.find(String(args.cwd ?? ''));
        tabs.showTemplate(sidebar.lab, String(args.template), String(args.title));
      }
    });
    const { ask } = await import('./server');
    try {
      const { templates } = await ask<{ templates: { name: string; title: string }[] }>('templates');
      templates.forEach(({ name, title }, rank) => {
        const args = { template: name, title };
        launcher?.add({ command, args, category: CATEGORY, rank });
        palette?.addItem({ command, args, category: CATEGORY });
      });
    } catch (error) {
      console.warn(`NANO-OS Lab: no templates in the launcher: ${(error as Error).message}`);
    }
  }
};

export default [files, lab];

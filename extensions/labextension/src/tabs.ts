/** Opening things in tabs: each once, brought to the front when it is asked for again. */

import type { ILabShell } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { structureIcon, templateIcon, labIcon } from './icons';
import type { Desk, LabName } from './lab';

export class Tabs implements Desk {
  constructor(private _shell: ILabShell) {}

  showStructure(lab: LabName, id: string, name: string): void {
    void this._show(`structure-${id}`, name, structureIcon, async () => {
      const [{ StructurePane }, { ask }] = await Promise.all([import('./pane'), import('./server')]);
      const pane = new StructurePane((options, signal) => {
        const { which: _, ...drawing } = options;
        return ask('structure', { ...drawing, ...lab, id }, signal);
      });
      void pane.refresh();
      return pane;
    });
  }

  showRun(lab: LabName, id: string, name: string): void {
    void this._show(`run-${id}`, name, labIcon, async () => new (await import('./run')).RunView(lab, id, this));
  }

  showReport(lab: LabName, id: string, name: string): void {
    void this._show(`report-${id}`, name, templateIcon, async () => {
      const { ReportView } = await import('./report');
      return new ReportView(lab, id);
    });
  }

  showTemplate(lab: LabName, template: string, title: string): void {
    void this._show(`template-${template}-${lab.lab}`, title, templateIcon, async () => new (await import('./template')).TemplateView(template, lab, this));
  }

  private async _show(key: string, title: string, icon: LabIcon, make: () => Promise<Widget>): Promise<void> {
    const id = `nanoos-${key.replace(/[^\w-]/g, '_')}`;
    if (![...this._shell.widgets('main')].some(widget => widget.id === id)) {
      const widget = new MainAreaWidget({ content: await make() });
      widget.id = id;
      widget.title.label = title;
      widget.title.icon = icon as any;
      widget.title.closable = true;
      widget.toolbar.hide();
      this._shell.add(widget, 'main');
    }
    this._shell.activateById(id);
  }
}

/** Structure files: a double-click shows them. No kernel is started, and the file's text stays on the server. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ABCWidgetFactory, DocumentRegistry, DocumentWidget, TextModelFactory } from '@jupyterlab/docregistry';
import { Widget } from '@lumino/widgets';
import { structureIcon } from './icons';
import type { StructurePane } from './pane';

const FACTORY = 'NANO-OS Structure';
const MODEL = 'nanoos-file';
const LOOK_AGAIN_MS = 2000;

const TYPES = [
  { name: 'nanoos-cif', displayName: 'CIF', extensions: ['.cif', '.mcif'] },
  { name: 'nanoos-xyz', displayName: 'XYZ', extensions: ['.xyz', '.extxyz'] },
  { name: 'nanoos-poscar', displayName: 'POSCAR', extensions: ['.vasp', '.poscar', '.contcar'], pattern: '^(POSCAR|CONTCAR)([._-].*)?$' },
  { name: 'nanoos-xdatcar', displayName: 'XDATCAR', extensions: ['.xdatcar'], pattern: '^XDATCAR([._-].*)?$' },
  { name: 'nanoos-grid', displayName: 'Volumetric data', extensions: ['.cube', '.chgcar'], pattern: '^(CHGCAR|PARCHG|LOCPOT|ELFCAR|AECCAR[012])([._-].*)?$' }
];
const BINARY = { name: 'nanoos-traj', displayName: 'ASE trajectory', extensions: ['.traj'] };

/** A model that holds nothing: with no format, JupyterLab does not fetch the file's content. */
class NoContent extends TextModelFactory {
  get name(): string {
    return MODEL;
  }
  get fileFormat(): null {
    return null;
  }
}

class StructureFactory extends ABCWidgetFactory<DocumentWidget<Widget>> {
  constructor(
    private _app: JupyterFrontEnd,
    private _open: (path: string, which: number | null) => void,
    options: ConstructorParameters<typeof ABCWidgetFactory>[0]
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget<Widget> {
    const content = new FileView(this._app, context, this._open);
    const widget = new DocumentWidget({ content, context });
    widget.title.icon = structureIcon as any;
    widget.toolbar.hide();
    return widget;
  }
}

/** The view of one file; it looks again when the file has changed, while it is seen. */
class FileView extends Widget {
  private _pane: StructurePane | null = null;
  private _seen = '';
  private _timer = 0;

  constructor(
    private _app: JupyterFrontEnd,
    private _context: DocumentRegistry.Context,
    open: (path: string, which: number | null) => void
  ) {
    super();
    this.addClass('nanoos-file-view');
    this.node.style.height = '100%';
    void this._begin(open);
  }

  dispose(): void {
    window.clearInterval(this._timer);
    this._pane?.dispose();
    super.dispose();
  }

  protected onAfterShow(): void {
    void this._look();
  }

  private async _begin(open: (path: string, which: number | null) => void): Promise<void> {
    const [{ StructurePane }, { ask }] = await Promise.all([import('./pane'), import('./server'), this._context.ready]);
    if (this.isDisposed) {
      return;
    }
    this._pane = new StructurePane(
      (options, signal) => ask('scene', { ...options, path: this._context.path }, signal),
      which => open(this._context.path, which)
    );
    Widget.attach(this._pane, this.node);
    this._context.pathChanged.connect(() => void this._pane?.refresh());
    await this._look();
    this._timer = window.setInterval(() => void this._look(), LOOK_AGAIN_MS);
  }

  /** Draw again where the file is another one than before. */
  private async _look(): Promise<void> {
    if (!this._pane || (this._seen && (!this.isVisible || document.hidden))) {
      return;
    }
    let now = this._seen || 'unknown';
    try {
      const model = await this._app.serviceManager.contents.get(this._context.path, { content: false });
      now = `${model.last_modified} ${model.size}`;
    } catch {
      now = 'gone'; // the pane says why when it asks
    }
    if (now !== this._seen && this._pane && !this.isDisposed) {
      this._seen = now;
      await this._pane.refresh();
    }
  }
}

/** Teach JupyterLab the types of files and what shows them. */
export function registerFiles(app: JupyterFrontEnd, open: (path: string, which: number | null) => void): void {
  const { docRegistry } = app;
  for (const type of TYPES) {
    docRegistry.addFileType({ ...type, mimeTypes: ['text/plain'], fileFormat: 'text', contentType: 'file', icon: structureIcon });
  }
  docRegistry.addFileType({ ...BINARY, mimeTypes: [], fileFormat: 'base64', contentType: 'file', icon: structureIcon });
  docRegistry.addModelFactory(new NoContent());
  const fileTypes = [...TYPES, BINARY].map(type => type.name);
  const options = { name: FACTORY, label: 'Structure', modelName: MODEL, fileTypes, defaultFor: fileTypes, readOnly: true };
  docRegistry.addWidgetFactory(new StructureFactory(app, open, options));
}

/**
 * The few parts of JupyterLab's packages that the extension uses. JupyterLab itself brings the code; installing its
 * three hundred packages only for their types would be most of the workspace.
 */

declare module '@jupyterlab/application' {
  import type { CommandRegistry } from '@lumino/commands';
  import type { Token } from '@lumino/coreutils';
  import type { ISignal } from '@lumino/signaling';
  import type { Widget } from '@lumino/widgets';
  import type { DocumentRegistry } from '@jupyterlab/docregistry';
  import type { ServiceManager } from '@jupyterlab/services';

  export interface JupyterFrontEnd {
    readonly commands: CommandRegistry;
    readonly docRegistry: DocumentRegistry;
    readonly serviceManager: ServiceManager;
    readonly restored: Promise<unknown>;
    resolveOptionalService<T>(token: Token<T>): Promise<T | null>;
  }
  export interface JupyterFrontEndPlugin<T> {
    id: string;
    description?: string;
    autoStart?: boolean;
    requires?: Token<any>[];
    optional?: Token<any>[];
    provides?: Token<T>;
    activate(app: JupyterFrontEnd, ...services: any[]): T | Promise<T>;
  }
  export interface ILabShell {
    readonly currentWidget: Widget | null;
    readonly currentChanged: ISignal<ILabShell, unknown>;
    add(widget: Widget, area?: string, options?: { rank?: number; mode?: string; ref?: string; type?: string }): void;
    activateById(id: string): void;
    widgets(area?: string): IterableIterator<Widget>;
  }
  export interface ILayoutRestorer {
    add(widget: Widget, name: string): void;
    restore(tracker: unknown, options: object): Promise<unknown>;
  }
  export const ILabShell: Token<ILabShell>;
  export const ILayoutRestorer: Token<ILayoutRestorer>;
}

declare module '@jupyterlab/apputils' {
  import type { Token } from '@lumino/coreutils';
  import type { ISignal } from '@lumino/signaling';
  import { Widget } from '@lumino/widgets';

  export interface ICommandPalette {
    addItem(options: { command: string; category: string; args?: object }): unknown;
  }
  export const ICommandPalette: Token<ICommandPalette>;
  export interface IThemeManager {
    readonly theme: string | null;
    readonly themeChanged: ISignal<IThemeManager, unknown>;
  }
  export const IThemeManager: Token<IThemeManager>;
  export class Toolbar extends Widget {
    addItem(name: string, widget: Widget): boolean;
  }
  export class MainAreaWidget<T extends Widget = Widget> extends Widget {
    constructor(options: { content: T; toolbar?: Toolbar });
    readonly content: T;
    readonly toolbar: Toolbar;
  }
}

declare module '@jupyterlab/ui-components' {
  export class LabIcon {
    constructor(options: { name: string; svgstr: string });
    readonly name: string;
    element(options?: object): HTMLElement;
  }
}

declare module '@jupyterlab/services' {
  import type { ISignal } from '@lumino/signaling';

  export interface ContentsModel {
    name: string;
    path: string;
    type: string;
    last_modified: string;
    size?: number;
  }
  export interface ServiceManager {
    readonly contents: {
      get(path: string, options?: { content?: boolean; type?: string }): Promise<ContentsModel>;
      readonly fileChanged: ISignal<unknown, { type: string; newValue: ContentsModel | null }>;
    };
    readonly kernelspecs: { readonly ready: Promise<void>; readonly specs: { readonly default: string } | null };
    readonly serverSettings: ServerConnection.ISettings;
  }
  export namespace ServerConnection {
    interface ISettings {
      readonly baseUrl: string;
    }
    function makeSettings(): ISettings;
    function makeRequest(url: string, init: RequestInit, settings: ISettings): Promise<Response>;
  }
}

declare module '@jupyterlab/coreutils' {
  export namespace URLExt {
    function join(...parts: string[]): string;
    function objectToQueryString(value: object): string;
  }
  export namespace PathExt {
    function dirname(path: string): string;
    function basename(path: string): string;
    function relative(from: string, to: string): string;
  }
}

declare module '@jupyterlab/docregistry' {
  import type { ISignal } from '@lumino/signaling';
  import { Widget } from '@lumino/widgets';
  import type { Toolbar } from '@jupyterlab/apputils';
  import type { LabIcon } from '@jupyterlab/ui-components';

  export class DocumentRegistry {
    addFileType(type: {
      name: string;
      displayName: string;
      extensions?: readonly string[];
      pattern?: string;
      mimeTypes?: readonly string[];
      icon?: LabIcon;
      fileFormat?: 'text' | 'base64';
      contentType?: 'file';
    }): unknown;
    addModelFactory(factory: TextModelFactory): unknown;
    addWidgetFactory(factory: ABCWidgetFactory<any>): unknown;
  }
  export namespace DocumentRegistry {
    interface Context {
      readonly path: string;
      readonly ready: Promise<void>;
      readonly pathChanged: ISignal<Context, string>;
      readonly fileChanged: ISignal<Context, unknown>;
      readonly sessionContext: unknown;
    }
  }
  export class TextModelFactory {
    get name(): string;
    get contentType(): string;
    get fileFormat(): 'text' | null;
  }
  export class DocumentWidget<T extends Widget = Widget> extends Widget {
    constructor(options: { content: T; context: DocumentRegistry.Context; reveal?: Promise<void> });
    readonly content: T;
    readonly context: DocumentRegistry.Context;
    readonly toolbar: Toolbar;
  }
  export abstract class ABCWidgetFactory<T extends DocumentWidget> {
    constructor(options: {
      name: string;
      label?: string;
      modelName?: string;
      fileTypes: readonly string[];
      defaultFor?: readonly string[];
      readOnly?: boolean;
    });
    protected abstract createNewWidget(context: DocumentRegistry.Context): T;
  }
}

declare module '@jupyterlab/settingregistry' {
  import type { Token } from '@lumino/coreutils';
  import type { ISignal } from '@lumino/signaling';

  export interface Settings {
    get(key: string): { composite: unknown };
    set(key: string, value: unknown): Promise<void>;
    readonly changed: ISignal<Settings, void>;
  }
  export interface ISettingRegistry {
    load(id: string): Promise<Settings>;
  }
  export const ISettingRegistry: Token<ISettingRegistry>;
}

declare module '@jupyterlab/launcher' {
  import type { Token } from '@lumino/coreutils';

  export interface ILauncher {
    add(item: { command: string; args?: object; category?: string; rank?: number; kernelIconUrl?: string }): unknown;
  }
  export const ILauncher: Token<ILauncher>;
}

declare module '@jupyterlab/filebrowser' {
  import type { Token } from '@lumino/coreutils';

  export interface IDefaultFileBrowser {
    readonly model: { readonly path: string };
  }
  export const IDefaultFileBrowser: Token<IDefaultFileBrowser>;
}

declare module '@jupyterlab/notebook' {
  import type { Token } from '@lumino/coreutils';
  import type { ISignal } from '@lumino/signaling';
  import type { Widget } from '@lumino/widgets';
  import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

  export interface NotebookPanel extends Widget {
    readonly context: { readonly path: string; readonly ready: Promise<void> };
    readonly content: any;
    readonly sessionContext: any;
  }
  export interface INotebookTracker {
    readonly currentWidget: NotebookPanel | null;
    readonly currentChanged: ISignal<INotebookTracker, NotebookPanel | null>;
    find(test: (panel: NotebookPanel) => boolean): NotebookPanel | undefined;
  }
  export const INotebookTracker: Token<INotebookTracker>;
  export type Renderer = IRenderMime.IRenderer;
}

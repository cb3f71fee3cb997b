/** The sidebar: projects, structures and runs of one lab, as they stand. */

import { Widget } from '@lumino/widgets';
import { ensureStyles, h, sign } from '@nanoos/look';
import type { Desk, LabName, Overview, RunEntry, StructureEntry } from './lab';
import { button, dress, trouble } from './parts';
import { Poll } from './polling';
import { ask } from './server';
import css from './sidebar.css';

const OTHER = ' other';
const TYPING_MS = 300;

export class Sidebar extends Widget {
  private _lab = '';
  private _project = '';
  private _search = '';
  private _drawn = '';
  private _typed: string[] = [];
  private _around: string[] = [];
  private _poll = new Poll(this, () => this._look());
  private _labs = h('select', { 'aria-label': 'Lab', onchange: () => this._chosen() });
  private _projects = h('select', { 'aria-label': 'Project', onchange: () => this._enter(this._projects.value) });
  private _address = h('input', { type: 'text', placeholder: 'folder, or postgresql://me@host/lab', 'aria-label': 'Address of a lab' });
  private _find = h('input', {
    type: 'search', placeholder: 'Find: perovskite  elements=Li  n_sites<20', 'aria-label': 'Find structures', oninput: () => this._type()
  });
  private _typing = 0;
  private _other = h('form', { class: 'nl-row', hidden: true }, this._address, button('Open', () => this._open()));
  private _lists = h('div', { class: 'nl-lists' });

  /**
   * @param _desk opens what is clicked
   * @param _here the folder or file that somebody works on
   * @param _known labs of the settings
   * @param _remember keeps an address that was typed
   */
  constructor(
    private _desk: Desk,
    private _here: () => string,
    private _known: () => string[],
    private _remember: (lab: string) => void
  ) {
    super();
    this.addClass('nl');
    this.addClass('nl-lab');
    dress(this.node);
    ensureStyles(this.node, 'sidebar', css);
    this._other.addEventListener('submit', event => {
      event.preventDefault();
      this._open();
    });
    this.node.append(
      h('div', { class: 'nl-head' }, this._labs, this._other, this._projects, this._find),
      this._lists
    );
    this._projects.hidden = true;
  }

  /** The lab that is open here. */
  get lab(): LabName {
    return { lab: this._lab, project: this._project };
  }

  /** Somebody works elsewhere now: see which lab is near. */
  async follow(): Promise<void> {
    try {
      this._around = (await ask<{ labs: string[] }>('labs', { path: this._here() })).labs.map(lab => lab || '.');
    } catch (error) {
      this._lists.replaceChildren(trouble(error, () => void this.follow()));
      return;
    }
    const near = this._around[0];
    if (near && !this._typed.includes(this._lab) && near !== this._lab) {
      this._take(near);
    } else if (!this._lab && this._known().length) {
      this._take(this._known()[0]);
    } else {
      this._offer();
      void this._poll.now();
    }
  }

  /** Have a lab chosen: the one that is open here, or the nearest to a folder. */
  async find(folder: string): Promise<void> {
    if (!this._lab) {
      const { labs } = await ask<{ labs: string[] }>('labs', { path: folder || this._here() });
      this._around = labs.map(lab => lab || '.');
      this._take(this._around[0] ?? this._known()[0] ?? '');
    }
  }

  /** Look at the lab now. */
  refresh(): void {
    void this._poll.now();
  }

  dispose(): void {
    this._poll.stop();
    super.dispose();
  }

  protected onAfterShow(): void {
    void this.follow();
  }

  private _offer(): void {
    const labs = [...new Set([...this._around, ...this._known(), ...this._typed, ...(this._lab ? [this._lab] : [])])];
    const options = labs.map(lab => h('option', { value: lab, selected: lab === this._lab }, lab === '.' ? 'this folder' : lab));
    const none = labs.length ? [] : [h('option', { value: '', selected: true }, 'No lab here')];
    this._labs.replaceChildren(...none, ...options, h('option', { value: OTHER }, 'Another lab …'));
  }

  private _chosen(): void {
    if (this._labs.value === OTHER) {
      this._other.hidden = false;
      this._address.focus();
    } else if (this._labs.value) {
      this._typed.push(this._labs.value);
      this._take(this._labs.value);
    }
  }

  private _open(): void {
    const lab = this._address.value.trim().replace(/^\/+|\/+$/g, '');
    if (lab) {
      this._typed.push(lab);
      this._remember(lab);
      this._take(lab);
    }
  }

  private _take(lab: string): void {
    this._lab = lab;
    this._enter('');
    this._offer();
  }

  private _enter(project: string): void {
    this._project = project;
    this._drawn = '';
    this._other.hidden = true;
    void this._poll.now();
  }

  private _type(): void {
    window.clearTimeout(this._typing);
    this._typing = window.setTimeout(() => {
      this._search = this._find.value.trim();
      void this._poll.now();
    }, TYPING_MS);
  }

  private async _look(): Promise<boolean> {
    if (!this._lab) {
      this._show(
        'none',
        h('p', { class: 'nl-empty' }, 'There is no lab in this folder or above. Double-click a structure file and press “Open in lab”, or choose another lab above.')
      );
      return false;
    }
    const asked = { ...this.lab, search: this._search };
    try {
      const said = await ask<Overview>('overview', asked);
      if (asked.lab === this._lab && asked.search === this._search) {
        this._draw(said);
      }
      return said.unfinished > 0;
    } catch (error) {
      this._show(String(error), trouble(error, () => this.refresh()));
      return false;
    }
  }

  private _draw(said: Overview): void {
    const state = JSON.stringify(said);
    if (state === this._drawn) {
      return;
    }
    this._projects.hidden = said.projects.length < 2;
    this._projects.replaceChildren(
      ...said.projects.map(name => h('option', { value: name, selected: name === said.project }, `Project ${name}`))
    );
    const lab = { lab: this._lab, project: said.project };
    const nothing = this._search ? 'Nothing fits.' : 'No structure yet: double-click a file and press “Open in lab”.';
    this._show(
      state,
      heading('Structures', said.more ? `the newest ${said.structures.length}` : String(said.structures.length)),
      ...(said.structures.length ? said.structures.map(one => this._structure(lab, one)) : [h('p', { class: 'nl-empty' }, nothing)]),
      heading('Runs', said.unfinished ? `${said.unfinished} under way` : String(said.runs.length)),
      ...(said.runs.length ? said.runs.map(one => this._run(lab, one)) : [h('p', { class: 'nl-empty' }, 'No run yet: the launcher has templates.')])
    );
  }

  private _show(state: string, ...content: Node[]): void {
    if (state !== this._drawn) {
      this._drawn = state;
      const top = this._lists.scrollTop;
      this._lists.replaceChildren(...content);
      this._lists.scrollTop = top;
    }
  }

  private _structure(lab: LabName, one: StructureEntry): HTMLElement {
    const group = one.space_group && one.space_group !== '–' ? one.space_group : '';
    return h(
      'button',
      { type: 'button', class: 'nl-entry', 'data-structure': one.id, title: `${one.name} · ${one.id}`, onclick: () => this._desk.showStructure(lab, one.id, one.name) },
      h('span', { class: 'nl-sign idle', 'aria-hidden': 'true' }, one.derived ? '↳' : '•'),
      h('span', { class: 'nl-name' }, one.name),
      h('span', { class: 'nl-right' }, `${one.sites} sites`),
      h('span', { class: 'nl-under' }, [one.formula, group, ...one.tags].filter(Boolean).join(' · '))
    );
  }

  private _run(lab: LabName, one: RunEntry): HTMLElement {
    const { tone, symbol } = sign(one.state);
    const under = [one.profile, one.message].filter(Boolean).join(' · ');
    const going = one.state === 'RUNNING' && one.fraction !== null;
    const bar = going && h('span', { class: 'nl-progress' }, h('i', { style: `width:${Math.round(100 * (one.fraction ?? 0))}%` }));
    return h(
      'button',
      { type: 'button', class: 'nl-entry', 'data-run': one.id, 'data-state': one.state, title: `${one.task} ${one.id}`, onclick: () => this._desk.showRun(lab, one.id, one.task) },
      h('span', { class: `nl-sign ${tone}`, 'aria-hidden': 'true' }, symbol),
      h('span', { class: 'nl-name' }, [one.task, one.what].filter(Boolean).join(' · ')),
      h('span', { class: 'nl-right' }, one.state.toLowerCase()),
      h('span', { class: 'nl-under' }, under),
      bar
    );
  }
}

function heading(words: string, count: string): HTMLElement {
  return h('h3', {}, words, h('span', { class: 'nl-count' }, count));
}

/** A template's form: choose structures, fill in, see what it costs, send it off, open the report. */

import { Widget } from '@lumino/widgets';
import { ensureStyles, h } from '@nanoos/look';
import { field, type Field, type Parameter } from './fields';
import type { Desk, LabName, Overview, RunState } from './lab';
import { button, choice, dress, trouble } from './parts';
import { Poll } from './polling';
import { ask, tell } from './server';
import css from './sidebar.css';

interface Form {
  name: string;
  title: string;
  parameters: Parameter[];
}

interface Preflight {
  ok: boolean;
  problems: string[];
  warnings: string[];
  cost: string;
}

const EXECUTORS: Record<string, string> = { process: 'on this machine', slurm: 'SLURM', ssh: 'a cluster over SSH' };

export class TemplateView extends Widget {
  private _fields: Field[] = [];
  private _picked = new Set<string>();
  private _on = '';
  private _run = '';
  private _outcome = h('div', { 'aria-live': 'polite' });
  private _poll = new Poll(this, () => this._follow());

  constructor(
    private _template: string,
    private _lab: LabName,
    private _desk: Desk
  ) {
    super();
    this.addClass('nl');
    this.addClass('nl-page');
    dress(this.node);
    ensureStyles(this.node, 'sidebar', css);
    void this._begin();
  }

  dispose(): void {
    this._poll.stop();
    super.dispose();
  }

  protected onAfterShow(): void {
    if (this._run) {
      void this._poll.now();
    }
  }

  private async _begin(): Promise<void> {
    if (!this._lab.lab) {
      const how = 'Double-click a structure file and press “Open in lab” to make one, or choose one in the sidebar.';
      this.node.replaceChildren(trouble(Object.assign(new Error('A template needs a lab, and there is none here.'), { remedy: how })));
      return;
    }
    this.node.replaceChildren(h('p', { class: 'nl-sub' }, 'Reading …'));
    try {
      const [form, overview, { profiles }] = await Promise.all([
        ask<Form>('form', { template: this._template }),
        ask<Overview>('overview', { ...this._lab, limit: 500 }),
        ask<{ profiles: { name: string; executor: string }[] }>('profiles', { ...this._lab })
      ]);
      if (!this.isDisposed) {
        this._lab = { ...this._lab, project: overview.project };
        this._draw(form, overview, profiles);
      }
    } catch (error) {
      this.node.replaceChildren(trouble(error, () => void this._begin()));
    }
  }

  private _draw(form: Form, overview: Overview, profiles: { name: string; executor: string }[]): void {
    this._on = profiles[0]?.name ?? '';
    this._fields = form.parameters.map(field);
    const places = profiles.map(({ name, executor }): [string, string] => [name, `${name} · ${EXECUTORS[executor] ?? executor}`]);
    this.node.replaceChildren(
      h('h2', {}, form.title),
      h('p', { class: 'nl-sub' }, `Template ${form.name}, in the lab ${overview.name}, project ${overview.project}`),
      h(
        'div',
        { class: 'nl-form' },
        h('h3', {}, 'Structures'),
        this._picker(overview),
        h('h3', {}, 'Parameters'),
        ...this._fields.map(one => one.node),
        h(
          'div',
          { class: 'nl-actions' },
          choice('Run on', places, this._on, on => (this._on = on)),
          button('Check first', () => void this._check()),
          button('Run', () => void this._send(), { class: 'nl-button main', 'data-act': 'run' })
        ),
        this._outcome
      )
    );
  }

  private _picker(overview: Overview): HTMLElement {
    if (!overview.structures.length) {
      return h('p', { class: 'nl-note warn' }, 'This lab holds no structure yet: double-click a structure file and press “Open in lab”.');
    }
    const entries = overview.structures.map(one => {
      const box = h('input', {
        type: 'checkbox', value: one.id, onchange: () => (box.checked ? this._picked.add(one.id) : this._picked.delete(one.id))
      });
      return h('label', {}, box, h('span', {}, one.name), h('span', { class: 'nl-right' }, `${one.formula} · ${one.sites} sites`));
    });
    if (overview.structures.length === 1) {
      this._picked.add(overview.structures[0].id);
      entries[0].querySelector('input')!.checked = true;
    }
    return h('div', { class: 'nl-picker', role: 'group', 'aria-label': 'Structures' }, ...entries);
  }

  private _order(): object {
    const parameters = Object.fromEntries(this._fields.filter(one => one.changed()).map(one => [one.name, one.value()]));
    return { ...this._lab, template: this._template, structures: [...this._picked], parameters, on: this._on };
  }

  private async _check(): Promise<Preflight | null> {
    this._outcome.replaceChildren(h('p', { class: 'nl-sub' }, 'Checking …'));
    try {
      const said = await tell<Preflight>('preflight', this._order());
      this._outcome.replaceChildren(
        ...said.problems.map(problem => h('p', { class: 'nl-note bad' }, problem)),
        ...said.warnings.map(warning => h('p', { class: 'nl-note warn' }, warning)),
        ...(said.ok ? [h('p', { class: 'nl-note good' }, `Nothing is missing. Cost: ${said.cost}`)] : [])
      );
      return said;
    } catch (error) {
      this._outcome.replaceChildren(trouble(error));
      return null;
    }
  }

  private async _send(): Promise<void> {
    const said = await this._check();
    if (!said?.ok) {
      return;
    }
    try {
      this._run = (await tell<{ run: string }>('order', this._order())).run;
      void this._poll.now();
    } catch (error) {
      this._outcome.replaceChildren(trouble(error));
    }
  }

  private async _follow(): Promise<boolean> {
    try {
      const run = await ask<RunState>('run', { ...this._lab, id: this._run });
      this._progress(run);
      return run.unfinished;
    } catch (error) {
      this._outcome.replaceChildren(trouble(error, () => void this._poll.now()));
      return false;
    }
  }

  private _progress(run: RunState): void {
    const percent = run.fraction === null ? '' : ` · ${Math.round(100 * run.fraction)} %`;
    const tone = run.state === 'COMPLETED' ? 'good' : run.unfinished ? '' : 'bad';
    const error = run.monitor.detail?.error;
    this._outcome.replaceChildren(
      h('p', { class: `nl-note ${tone}`, 'data-state': run.state, role: 'status' }, `Run ${run.id} is ${run.state.toLowerCase()}${percent}${run.message ? ` · ${run.message}` : ''}`),
      h(
        'div',
        { class: 'nl-actions' },
        run.report && button('Open the report', () => this._desk.showReport(this._lab, run.id, this._template), { class: 'nl-button main', 'data-act': 'report' }),
        button('Show the run', () => this._desk.showRun(this._lab, run.id, run.task))
      ),
      ...(error ? [h('p', { class: 'nl-note bad' }, error)] : [])
    );
  }
}

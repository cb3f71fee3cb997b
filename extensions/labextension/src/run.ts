/** A run in a tab: its monitor, drawn as in notebooks, fed by the server while it is seen. */

import { Widget } from '@lumino/widgets';
import { DISPLAYS } from '@nanoos/displays';
import { ensureStyles, h, sign } from '@nanoos/look';
import type { Desk, LabName, RunState } from './lab';
import { button, dress, trouble } from './parts';
import { Poll } from './polling';
import { ask, tell } from './server';
import css from './sidebar.css';

const MONITOR = 'application/vnd.nanoos.monitor+json';

export class RunView extends Widget {
  private _head = h('div', {});
  private _monitor = h('div', {});
  private _log = h('div', {});
  private _said = '';
  private _drawn: { update(data: unknown): void; dispose(): void } | null = null;
  private _poll = new Poll(this, () => this._look());

  constructor(
    private _lab: LabName,
    private _id: string,
    private _desk: Desk
  ) {
    super();
    this.addClass('nl');
    this.addClass('nl-page');
    dress(this.node);
    ensureStyles(this.node, 'sidebar', css);
    this.node.append(this._head, this._monitor, this._log);
  }

  dispose(): void {
    this._poll.stop();
    this._drawn?.dispose();
    super.dispose();
  }

  protected onAfterShow(): void {
    void this._poll.now();
  }

  private async _look(): Promise<boolean> {
    try {
      const run = await ask<RunState>('run', { ...this._lab, id: this._id });
      if (!this.isDisposed) {
        this._show(run);
      }
      return run.unfinished;
    } catch (error) {
      this._head.replaceChildren(trouble(error, () => void this._poll.now()));
      return false;
    }
  }

  private _show(run: RunState): void {
    const { symbol } = sign(run.state);
    this._head.replaceChildren(
      h('h2', {}, [run.task, run.what].filter(Boolean).join(' · ')),
      h('p', { class: 'nl-sub', 'data-state': run.state, role: 'status' }, `${symbol} ${run.state.toLowerCase()} · ${run.id}`),
      h('div', { class: 'nl-actions' }, run.report && button('Open the report', () => this._desk.showReport(this._lab, run.id, run.what || run.task), { class: 'nl-button main' }))
    );
    const detail = run.monitor.detail ?? {};
    const live = { beat: Date.now() / 1000, problem: '', said: this._said, connected: true };
    const data = { ...run.monitor, live };
    const draw = DISPLAYS[MONITOR];
    if (this._drawn) {
      this._drawn.update(data);
    } else if (draw) {
      this._drawn = draw(this._monitor, data, { send: message => void this._act(message) });
    }
    const parts = [detail.error && h('p', { class: 'nl-note bad' }, detail.error)];
    if (detail.log) {
      parts.push(h('h3', {}, 'Log'), h('pre', { class: 'nl-log', tabindex: 0 }, detail.log));
    }
    const pre = this._log.querySelector('pre');
    const atEnd = !pre || pre.scrollTop + pre.clientHeight > pre.scrollHeight - 20;
    this._log.replaceChildren(...parts.filter(part => part instanceof Node));
    const now = this._log.querySelector('pre');
    if (now && atEnd) {
      now.scrollTop = now.scrollHeight;
    }
  }

  private async _act(message: Record<string, unknown>): Promise<void> {
    if (message.verb !== 'cancel' && message.verb !== 'retry') {
      return;
    }
    try {
      this._said = (await tell<{ said: string }>('run', { ...this._lab, id: this._id, verb: message.verb })).said;
    } catch (error) {
      const { remedy } = error as { remedy?: string };
      this._said = [(error as Error).message, remedy].filter(Boolean).join(' ');
    }
    void this._poll.now();
  }
}

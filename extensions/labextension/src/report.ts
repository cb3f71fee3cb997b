/** A report in a tab, as a stranger's page: it may run its own scripts, and may not speak to Jupyter. */

import { Widget } from '@lumino/widgets';
import { h } from '@nanoos/look';
import type { LabName } from './lab';
import { addressOf } from './server';

export class ReportView extends Widget {
  constructor(lab: LabName, id: string) {
    super();
    this.addClass('nl-report-view');
    const frame = h('iframe', { sandbox: 'allow-scripts', title: 'Report', src: addressOf('report', { ...lab, id }) });
    frame.style.cssText = 'border:0;width:100%;height:100%;display:block;background:#fff';
    this.node.append(frame);
  }
}

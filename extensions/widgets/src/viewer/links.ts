/**
 * Viewers of one group turn together. They find each other through the page, so that no message goes to Python,
 * and viewers of live widgets, exported pages and saved outputs may be in one group.
 */

import type { CameraState } from '@nanoos/viewer-core';

export interface Member {
  frames: number;
  setCamera(camera: CameraState): void;
  setFrame(frame: number): void;
}

const KEY = Symbol.for('nanoos.links');
const page = globalThis as unknown as Record<symbol, Map<string, Set<Member>> | undefined>;
const groups = (page[KEY] ??= new Map<string, Set<Member>>());

/** One viewer's end of its link; a member of no group until it joins one. */
export class Link {
  private _group = '';

  constructor(private readonly _me: Member) {}

  join(group: string): void {
    this.leave();
    this._group = group;
    if (group) {
      const members = groups.get(group) ?? new Set();
      groups.set(group, members.add(this._me));
    }
  }

  leave(): void {
    const members = groups.get(this._group);
    members?.delete(this._me);
    if (members && !members.size) {
      groups.delete(this._group);
    }
    this._group = '';
  }

  camera(camera: CameraState): void {
    this._others().forEach(other => other.setCamera(camera));
  }

  frame(frame: number): void {
    this._others().forEach(other => other.frames === this._me.frames && other.setFrame(frame));
  }

  private _others(): Member[] {
    return [...(groups.get(this._group) ?? [])].filter(other => other !== this._me);
  }
}

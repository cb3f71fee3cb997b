/** What the server says of a lab, and how one is named in a question. */

export interface LabName {
  lab: string;
  project: string;
}

export interface StructureEntry {
  id: string;
  name: string;
  formula: string;
  space_group: string;
  sites: number;
  tags: string[];
  derived: boolean;
}

export interface RunEntry {
  id: string;
  task: string;
  what: string;
  state: string;
  profile: string;
  created_at: number;
  fraction: number | null;
  message: string;
}

export interface Overview {
  name: string;
  place: string;
  project: string;
  projects: string[];
  structures: StructureEntry[];
  more: boolean;
  runs: RunEntry[];
  counts: Record<string, number>;
  unfinished: number;
}

export interface RunState {
  id: string;
  task: string;
  what: string;
  state: string;
  fraction: number | null;
  message: string;
  unfinished: boolean;
  monitor: Record<string, any>;
  report: boolean;
}

/** What views ask of their surroundings. */
export interface Desk {
  showStructure(lab: LabName, id: string, name: string): void;
  showRun(lab: LabName, id: string, name: string): void;
  showReport(lab: LabName, id: string, name: string): void;
}

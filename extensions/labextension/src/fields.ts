/** Fields of a form, made from the typed parameters of a template; the server reads and checks what is typed. */

import { h } from '@nanoos/look';

export interface Parameter {
  name: string;
  type: string;
  default: unknown;
  help: string;
  schema: { type?: string; enum?: unknown[]; const?: unknown };
  suggestions: string[];
}

export interface Field {
  readonly name: string;
  readonly node: HTMLElement;
  /** Whether it differs from the default; what does not is left to the template. */
  changed(): boolean;
  value(): unknown;
}

let count = 0;

export function field(parameter: Parameter): Field {
  const id = `nl-field-${++count}`;
  const [input, value] = control(parameter, id);
  const first = JSON.stringify(value());
  const help = parameter.help && h('span', { class: 'nl-help', id: `${id}-help` }, parameter.help);
  input.setAttribute('aria-describedby', `${id}-help`);
  const label = h('label', { for: id }, parameter.name.replace(/_/g, ' '));
  const list = parameter.suggestions.length
    ? h('datalist', { id: `${id}-list` }, ...parameter.suggestions.map(value => h('option', { value })))
    : null;
  return {
    name: parameter.name,
    node: h('div', { class: 'nl-param', 'data-parameter': parameter.name }, label, input, list, help),
    changed: () => JSON.stringify(value()) !== first,
    value
  };
}

/** What Python's own words for a default are, where JSON's are others. */
function words(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? 'None' : JSON.stringify(value);
}

/** JSON where it is some; else the text, which the server reads as Python. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function control({ schema, default: given, suggestions }: Parameter, id: string): [HTMLElement, () => unknown] {
  if (schema.type === 'boolean') {
    const box = h('input', { id, type: 'checkbox' });
    box.checked = given === true;
    return [box, () => box.checked];
  }
  if (Array.isArray(schema.enum)) {
    const options = schema.enum;
    const select = h('select', { id }, ...options.map((one, k) => h('option', { value: k, selected: one === given }, words(one))));
    return [select, () => options[Number(select.value)]];
  }
  if (schema.type === 'object' || schema.type === 'array') {
    const area = h('textarea', { id, rows: 1, spellcheck: 'false' });
    area.value = words(given);
    return [area, () => parsed(area.value)];
  }
  const numeric = schema.type === 'integer' || schema.type === 'number';
  const input = h('input', { id, type: 'text', inputmode: numeric ? 'decimal' : null, list: suggestions.length ? `${id}-list` : null });
  input.value = words(given);
  return [input, () => input.value];
}

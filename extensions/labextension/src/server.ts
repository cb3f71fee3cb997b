/** Asking the server extension; what it refuses comes as an error with a remedy. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

export class Refusal extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    readonly status: number
  ) {
    super(message);
  }
}

type Params = Record<string, string | number | boolean | undefined>;

const settings = ServerConnection.makeSettings();

/** The address of something that the browser itself opens, such as a report. */
export function addressOf(name: string, params: Params): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  const query = given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&');
  return URLExt.join(settings.baseUrl, 'nanoos-lab', name) + (query ? `?${query}` : '');
}

/** Ask for something. */
export function ask<T>(name: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return request(addressOf(name, params), { method: 'GET', signal });
}

/** Have something done. */
export function tell<T>(name: string, body: object): Promise<T> {
  return request(addressOf(name, {}), { method: 'POST', body: JSON.stringify(body) });
}

async function request<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    if ((error as Error).name === 'AbortError') {
      throw error;
    }
    throw new Refusal('Jupyter’s server does not answer.', 'See whether it still runs; this page tries again.', 0);
  }
  let said: any = null;
  try {
    said = await response.json();
  } catch {
    // an answer that is not ours, such as a proxy's page
  }
  if (!response.ok) {
    const absent = response.status === 404 && typeof said?.remedy !== 'string';
    throw new Refusal(
      absent ? 'Jupyter’s server has no NANO-OS Lab.' : String(said?.message ?? `The server answered ${response.status}.`),
      absent
        ? 'Install nanoos-lab where the server runs: pip install nanoos-lab[notebook], and start it again.'
        : String(said?.remedy ?? ''),
      response.status
    );
  }
  return said as T;
}

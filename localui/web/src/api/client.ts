import createClient, { type Middleware } from 'openapi-fetch';
import { t } from '../texts';
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];
export type AuditEntry = Schemas['AuditEntry'];
export type Adapter = Schemas['Adapter'];
export type AdapterSettings = Schemas['AdapterSettings'];
export type Check = Schemas['Check'];
export type Cluster = Schemas['Cluster'];
export type ClusterAccess = Schemas['ClusterAccess'];
export type ClusterEvent = Schemas['ClusterEvent'];
export type ClusterService = Schemas['ClusterService'];
export type ClusterDraft = Schemas['ClusterDraft'];
export type ContentItem = Schemas['ContentItem'];
export type DiagFile = Schemas['DiagFile'];
export type DiagResult = Schemas['DiagResult'];
export type Definition = Schemas['Definition'];
export type Host = Schemas['Host'];
export type HostCertificate = Schemas['HostCertificate'];
export type Link = Schemas['Link'];
export type LogEntry = Schemas['LogEntry'];
export type LinkedHost = Schemas['LinkedHost'];
export type Network = Schemas['Network'];
export type Operation = Schemas['Operation'];
export type PasswordRules = Schemas['PasswordRules'];
export type Plan = Schemas['Plan'];
export type SSHKey = Schemas['SSHKey'];
export type Proxy = Schemas['Proxy'];
export type ProxySettings = Schemas['ProxySettings'];
export type UserData = Schemas['UserData'];
export type User = Schemas['User'];
export type Step = Schemas['Step'];
export type Storage = Schemas['Storage'];
export type Upgrade = Schemas['Upgrade'];
export type MenuLink = Schemas['MenuLink'];
export type MenuPage = Schemas['MenuPage'];
export type Theme = Schemas['Theme'];
export type ThemeMenu = Schemas['ThemeMenu'];
export type Variable = Schemas['Variable'];
export type VIPProbe = Schemas['VIPProbe'];

/** What the host answered instead of doing what was asked; its message says what to do. */
export class Problem extends Error {
  readonly type: string;
  readonly status: number;
  readonly checks: Check[];

  constructor(status: number, body?: Partial<Schemas['Problem']>) {
    super(body?.detail || t.errors.status(status));
    this.type = body?.type ?? '';
    this.status = status;
    this.checks = body?.checks ?? [];
  }
}

let onSignedOut: () => void = () => {};

/** Names who is told when the session is over. */
export function whenSignedOut(fn: () => void) {
  onSignedOut = fn;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return new Problem(response.status, await response.clone().json());
  } catch {
    return new Problem(response.status);
  }
}

const refuse: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    if (problem.type === 'urn:slipway:login-needed') onSignedOut();
    throw problem;
  },
  onError() {
    return new Problem(0, { detail: t.errors.unreachable });
  },
};

/** The API of this host. Every call throws a Problem when the host refuses. */
export const api = createClient<paths>({ baseUrl: '/api/v1', fetch: (request) => fetch(request) });
api.use(refuse);

/** The data of an answer that has some. */
export async function dataOf<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await answer;
  if (data === undefined || data === null) throw new Problem(0, { detail: t.errors.empty });
  return data;
}

/** The sentence of whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Definition, Variable } from '../../api/client';
import { t } from '../../texts';
import { controlPlaneKey, idOf, inControlPlane, lines, taintsOf, type Draft } from './draft';

// These rules only answer while one types. The host checks everything again in the preflight, and what it says counts.

/** Why each field is not good yet, by its id. */
export type Faults = Record<string, string>;

const hostName = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const clusterName = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;
export const ipv4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

const formats: Record<Variable['format'], [RegExp, string] | undefined> = {
  string: undefined,
  multiline: undefined,
  number: [/^-?\d+(\.\d+)?$/, t.rules.number],
  boolean: [/^(true|false)$/, t.rules.boolean],
  version: [/^v?\d+(\.\d+){0,2}([-+].*)?$/, t.rules.version],
  ipv4: [ipv4, t.rules.ipv4],
  ipv6: [/^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/, t.rules.ipv6],
  cidr: [new RegExp(`${ipv4.source.slice(0, -1)}/(3[0-2]|[12]?\\d)$`), t.rules.cidr],
  base64: [/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, t.rules.base64],
};

/** Why a value is none for the variable; empty when it is one. */
export function variableFault(v: Variable, value: string): string {
  if (value === '') return v.required ? t.rules.required : '';
  if (v.masked && value === v.default) return '';
  if (v.options?.length && !v.options.some((o) => o.value === value)) return t.rules.option;
  const [format, why] = formats[v.format] ?? [];
  if (format && !format.test(value)) return why ?? '';
  if (!v.regex) return '';
  try {
    return new RegExp(`^(?:${v.regex})$`).test(value) ? '' : t.rules.match(v.regex);
  } catch {
    return ''; // Go's syntax, which this browser cannot read: the host will check it
  }
}

export function basicFaults(d: Draft): Faults {
  const faults: Faults = {};
  if (!clusterName.test(d.name.trim())) faults.name = t.rules.name;
  if (lines(d.tags).some((l) => !/[=:]/.test(l))) faults.tags = t.rules.pairs;
  return faults;
}

export function profileFaults(d: Draft, definitions: Definition[]): Faults {
  return definitions.some((x) => idOf(x) === d.definition) ? {} : { definition: t.rules.required };
}

export function variableFaults(d: Draft, definition?: Definition): Faults {
  const faults: Faults = {};
  for (const v of definition?.variables ?? []) {
    const why = v.hidden || v.readOnly ? '' : variableFault(v, d.variables[v.name] ?? v.default ?? '');
    if (why) faults[v.name] = why;
  }
  return faults;
}

/** A host name or IPv4 address, with or without a port. */
function isEndpoint(text: string): boolean {
  const [, host = '', port = '6443'] = /^([^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const name = hostName.test(host) && !/(^|\.)(\d+|localhost)$/i.test(host);
  return (ipv4.test(host) || name) && Number(port) >= 1 && Number(port) <= 65535;
}

export function clusterFaults(d: Draft): Faults {
  const vip = d.vip.trim();
  const faults: Faults = {};
  if (d.reached === 'vip' && !ipv4.test(vip)) faults.vip = vip ? t.rules.ipv4 : t.rules.vip;
  if (d.reached === 'balancer' && !isEndpoint(d.endpoint.trim())) faults.endpoint = t.rules.endpoint;
  if (d.ntpServers.split(/[\s,]+/).filter(Boolean).some((x) => !hostName.test(x) && !/^[0-9A-Fa-f:.]+$/.test(x))) faults.ntpServers = t.rules.ntp;
  if (lines(d.sshKeys).some((k) => !/^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+/.test(k))) faults.sshKeys = t.rules.sshKey;
  return faults;
}

/** What could be better about a control plane that is allowed. */
export function hintOf(d: Draft, hosts: number): string {
  const n = inControlPlane(d);
  if (n === 1 && hosts >= 3) return t.rules.haHint;
  return n === 1 ? t.rules.singleHint : '';
}

export function nodeFaults(d: Draft): Faults {
  const faults: Faults = {};
  const n = inControlPlane(d);
  if (n === 0) faults.hosts = t.rules.noControlPlane;
  else if (n % 2 === 0) faults.hosts = t.rules.odd(n);
  else if (n > 1 && d.reached === 'host') faults.hosts = t.rules.vipFirst;
  const workers = Object.values(d.hosts).some((h) => h.pool > controlPlaneKey);
  if (n > 0 && !workers && !d.pools.find((p) => p.key === controlPlaneKey)?.workerCapable) faults.workers = t.rules.noWorkers;
  const names = Object.values(d.hosts).map((h) => h.name.trim()).filter(Boolean);
  if (names.some((x) => !dnsLabel.test(x)) || new Set(names).size < names.length) faults.names = t.rules.nodeNames;
  for (const p of d.pools) {
    const bad = !dnsLabel.test(p.name) || lines(p.labels).some((l) => !/[=:]/.test(l)) || taintsOf(p.taints).some((x) => !/^(NoSchedule|PreferNoSchedule|NoExecute)$/.test(x.effect));
    if (bad) faults[`pool-${p.key}`] = t.rules.pool;
  }
  return faults;
}

/** `access-control` and the tags and views of its netblocks. */

import { parseRecordText } from '../../policy/zone-text/rdata.ts';
import { AccessTable } from './access.ts';
import { type LocalParts, tagsIn, typeOf } from './local-data.ts';
import type { Settings } from './settings.ts';
import type { UnboundView } from './world.ts';

const TTL = 3600;

export function readAccess(
  server: Settings,
  views: readonly UnboundView[],
  parts: LocalParts,
): AccessTable {
  const access = new AccessTable(parts.problems);
  for (const option of server.all('access-control')) access.add(option);
  for (const { values } of server.all('access-control-tag')) {
    const block = access.block(values[0]!);
    // Of lines for the same netblock the first counts, other than with access-control.
    if (block !== undefined) block.tags ??= tagsIn(values[1]!, parts);
  }
  readTagActions(server, access, parts);
  readTagData(server, access, parts);
  for (const { values } of server.all('access-control-view')) {
    const { text, place } = values[1]!;
    if (!views.some(({ name }) => name === text))
      parts.problems.add(place, `there is no view "${text}"; expect the name of one`);
    const block = access.block(values[0]!);
    // Of lines for the same netblock the first counts, other than with access-control.
    if (block !== undefined) block.view ??= text;
  }
  access.addDefaults();
  return access;
}

function readTagActions(server: Settings, access: AccessTable, parts: LocalParts): void {
  for (const { values } of server.all('access-control-tag-action')) {
    const [tag] = tagsIn(values[1]!, parts);
    const type = typeOf(values[2]!, parts.problems);
    if (tag !== undefined && type !== undefined)
      access.block(values[0]!)?.tagActions.set(tag, type);
  }
}

function readTagData(server: Settings, access: AccessTable, parts: LocalParts): void {
  for (const { values } of server.all('access-control-tag-data')) {
    const [tag] = tagsIn(values[1]!, parts);
    const record = parseRecordText(values[2]!.text);
    if (typeof record === 'string') parts.problems.add(values[2]!.place, record);
    else if (tag !== undefined) {
      const data = access.block(values[0]!)?.tagData;
      const { type, rdata, ttl = TTL } = record;
      data?.set(tag, [...(data.get(tag) ?? []), { type, rdata, ttl }]);
    }
  }
}

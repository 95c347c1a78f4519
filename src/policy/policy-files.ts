/** The files that policies are read from: read once, and given to all threads as images. */

import { type FetchedList, type ListState, NO_LIST, readCachedList } from './lists/fetched-list.ts';
import { type ListFormat, type ListImage, readList } from './lists/list-image.ts';
import type { ListMatch } from './lists/list-match.ts';
import { type HostsImage, readHostsFile } from './local/hosts-file.ts';
import type { Override, RpzImage } from './rpz/rpz-image.ts';
import { readRpz } from './rpz/rpz-zone.ts';
import {
  MISSING,
  readCachedState,
  type TransferredZone,
  type ZoneState,
} from './rpz/transfer/transferred-zone.ts';
import { matchSubdomains } from './rpz/zone-match.ts';
import { readTextFile } from './text-file.ts';

/** Gives the rules of policy files; throws an Error when one cannot be read. */
export interface PolicyFiles {
  rpz(file: string, override: Override, match?: ListMatch): RpzImage;
  list(file: string, format: ListFormat, match?: ListMatch): ListImage;
  /** A file of hosts and their addresses. */
  hosts(file: string): HostsImage;
  /** What is there of a list that comes by HTTP. */
  fetched(list: FetchedList): ListState;
  /** What is there of a zone that comes by transfer. */
  transferred(zone: TransferredZone): ZoneState;
}

/** From the files themselves; of transferred zones what their cache files have. */
export const READ_FILES: PolicyFiles = {
  rpz(file, override, match) {
    const image = readRpz(readTextFile(file), override, { file, readText: readTextFile });
    return match === 'subdomains' ? matchSubdomains(image) : image;
  },
  list: (file, format, match) => readList(readTextFile(file), format, file, match),
  hosts: (file) => readHostsFile(readTextFile(file), file),
  fetched: readCachedList,
  transferred: readCachedState,
};

/** What is there of transferred zones, by the names of their policies. */
export type ZoneStates = ReadonlyMap<string, ZoneState>;

/** What is there of lists that come by HTTP, by the names of their policies. */
export type ListStates = ReadonlyMap<string, ListState>;

/** A zone without rules, whose absence makes no query fail. */
const NOT_THERE: ZoneState = { standing: 'expired', image: undefined, since: 0 };

/** What has been read. */
export interface PolicyImages {
  readonly zones: ReadonlyMap<string, RpzImage>;
  readonly lists: ReadonlyMap<string, ListImage>;
  readonly hosts: ReadonlyMap<string, HostsImage>;
}

/** From the files themselves; `images` is what has been read of them so far. */
export class RecordedFiles implements PolicyFiles {
  readonly images: {
    readonly zones: Map<string, RpzImage>;
    readonly lists: Map<string, ListImage>;
    readonly hosts: Map<string, HostsImage>;
  } = { zones: new Map(), lists: new Map(), hosts: new Map() };
  readonly #states: ZoneStates;
  readonly #lists: ListStates;

  constructor(states: ZoneStates, lists: ListStates) {
    this.#states = states;
    this.#lists = lists;
  }

  rpz(file: string, override: Override, match?: ListMatch): RpzImage {
    const image = READ_FILES.rpz(file, override, match);
    this.images.zones.set(keyOf(file, override, match), image);
    return image;
  }

  list(file: string, format: ListFormat, match?: ListMatch): ListImage {
    const image = READ_FILES.list(file, format, match);
    this.images.lists.set(keyOf(file, format, match), image);
    return image;
  }

  hosts(file: string): HostsImage {
    const image = READ_FILES.hosts(file);
    this.images.hosts.set(file, image);
    return image;
  }

  fetched({ policy }: FetchedList): ListState {
    return this.#lists.get(policy) ?? NO_LIST;
  }

  /** What has not been transferred yet breaks no assertion. */
  transferred({ policy }: TransferredZone): ZoneState {
    const state = this.#states.get(policy);
    return state?.standing === 'loaded' ? state : NOT_THERE;
  }
}

/** From what was read before. */
export function replay(
  { zones, lists, hosts }: PolicyImages,
  states: ZoneStates,
  fetched: ListStates,
): PolicyFiles {
  return {
    rpz: (file, override, match) => zones.get(keyOf(file, override, match))!,
    list: (file, format, match) => lists.get(keyOf(file, format, match))!,
    hosts: (file) => hosts.get(file)!,
    fetched: ({ policy }) => fetched.get(policy) ?? NO_LIST,
    transferred: ({ policy }) => states.get(policy) ?? MISSING,
  };
}

function keyOf(file: string, reading: Override | ListFormat, match?: ListMatch): string {
  return `${reading} ${match ?? ''} ${file}`;
}

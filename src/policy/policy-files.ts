/** The files that policies are read from: read once, and given to all threads as images. */

import { type ListFormat, type ListImage, readList } from './lists/list-image.ts';
import { type Override, type RpzImage, readRpz } from './rpz/rpz-zone.ts';
import { readTextFile } from './text-file.ts';

/** Gives the rules of policy files; throws an Error when one cannot be read. */
export interface PolicyFiles {
  rpz(file: string, override: Override): RpzImage;
  list(file: string, format: ListFormat): ListImage;
}

/** From the files themselves. */
export const READ_FILES: PolicyFiles = {
  rpz: (file, override) => readRpz(readTextFile(file), override, { file, readText: readTextFile }),
  list: (file, format) => readList(readTextFile(file), format, file),
};

/** What has been read. */
export interface PolicyImages {
  readonly zones: ReadonlyMap<string, RpzImage>;
  readonly lists: ReadonlyMap<string, ListImage>;
}

/** From the files themselves; `images` is what has been read of them so far. */
export class RecordedFiles implements PolicyFiles {
  readonly images: {
    readonly zones: Map<string, RpzImage>;
    readonly lists: Map<string, ListImage>;
  } = { zones: new Map(), lists: new Map() };

  rpz(file: string, override: Override): RpzImage {
    const image = READ_FILES.rpz(file, override);
    this.images.zones.set(keyOf(file, override), image);
    return image;
  }

  list(file: string, format: ListFormat): ListImage {
    const image = READ_FILES.list(file, format);
    this.images.lists.set(keyOf(file, format), image);
    return image;
  }
}

/** From what was read before. */
export function replay({ zones, lists }: PolicyImages): PolicyFiles {
  return {
    rpz: (file, override) => zones.get(keyOf(file, override))!,
    list: (file, format) => lists.get(keyOf(file, format))!,
  };
}

function keyOf(file: string, reading: Override | ListFormat): string {
  return `${reading} ${file}`;
}

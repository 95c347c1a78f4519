/** Whether sources are fit to be released. */

export interface ClonedSources {
  /** By package.json. */
  readonly version: string;
  readonly changelog: string;
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly isChanged: boolean;
  /** Whether the version has its tag already. */
  readonly hasTag: boolean;
}

/** What is in the way, a sentence each. */
export function whyNotReleased(sources: ClonedSources): readonly string[] {
  const { version, isChanged, hasTag } = sources;
  const reasons: string[] = [];
  if (isChanged) reasons.push('files differ from the commit; expect git status to show none');
  if (hasTag) {
    reasons.push(`v${version} is a tag already; expect another version in package.json`);
  }
  const section = sectionOf(sources.changelog, version);
  if (section === undefined) {
    reasons.push(`CHANGELOG.md has no section "## ${version}"; expect it to have what is new`);
  } else if (section.trim() === '') {
    reasons.push(`the section "## ${version}" of CHANGELOG.md is empty; expect what is new`);
  }
  const unreleased = sectionOf(sources.changelog, 'Unreleased')?.trim();
  if (unreleased) {
    reasons.push(`CHANGELOG.md has entries under "Unreleased"; expect them under "## ${version}"`);
  }
  return reasons;
}

function sectionOf(changelog: string, title: string): string | undefined {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.split('\n', 1)[0]!.trim() === title);
  return section?.slice(section.indexOf('\n') + 1);
}

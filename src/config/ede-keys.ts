/** What clients get about errors besides their codes, and about this server. */

import { list, optional, scalar } from './kind.ts';
import { integer } from './scalars.ts';

/** Characters of a contact or a name: an answer should stay small. */
const MAX_LENGTH = 128;
/** draft-ietf-dnsop-structured-dns-error: the schemes of contacts. */
const CONTACT = /^(?:mailto|tel|sips):[!-~]+$/;
/** RFC 5646 section 2.1, as far as it has tags that anybody uses. */
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z\d]{1,8})*$/;
const MAX_URL = 255 - 'infourl='.length;

const contact = scalar(
  'a URI like mailto:dns@example.com, tel:+358-555-1234567 or sips:a@b',
  (uri) => (CONTACT.test(uri) && uri.length <= MAX_LENGTH ? uri : undefined),
);

const language = scalar('a language tag like en or pt-BR', (tag) =>
  LANGUAGE.test(tag) ? tag : undefined,
);

const organization = scalar(`a name of ${MAX_LENGTH} characters at most`, (name) =>
  name.length > 0 && name.length <= MAX_LENGTH ? name : undefined,
);

/** RFC 9606 section 5: the scheme is https. */
export const infoUrl = scalar('a URL like https://dns.example.com/info', (url) =>
  url.startsWith('https://') && url.length <= MAX_URL && /^[!-~]+$/.test(url) && URL.canParse(url)
    ? url
    : undefined,
);

export const STRUCTURED_ERRORS = {
  contacts: optional(
    list(contact),
    'contacts for questions about a blocked name: `mailto:`, `tel:` or `sips:` URIs',
    [],
    'none',
  ),
  organization: optional(organization, 'who blocks', undefined, 'none'),
  language: optional(language, 'the language of `organization`', 'en'),
  option: optional(
    integer(1, 65_534),
    'number of the EDNS option by which clients ask for it: IANA has not assigned one yet',
    undefined,
    'none',
  ),
};

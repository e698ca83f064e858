/** What a peer may not say, and what it may: the published vectors, the same for servers in every language. */
import { KIND } from '../../lib/frames.js';
import { framed } from './raw.js';
import { jsonVectors } from './vectors.js';

export const PROTOCOL_ERROR = 13;

const { violations, ignored, answered, greetings } = jsonVectors('peers.json');
const bytesOf = (vectors) => vectors.map(({ hex, ...vector }) => ({ ...vector, bytes: Buffer.from(hex, 'hex') }));

/** `name`, `bytes` after a greeting, and what the server `needs` beside echo. */
export const VIOLATIONS = bytesOf(violations);
/** `name` and `bytes` after a greeting that are passed over. */
export const IGNORED = bytesOf(ignored);
/** `name`, `bytes` after a greeting, and the header of their `answer`. */
export const ANSWERED = bytesOf(answered);
/** `name`, `bytes` instead of HELLO, and kind and status of their `answers`. */
export const GREETINGS = bytesOf(greetings);

/** A REQUEST of echo whose time is up, with the highest id. */
export const OVERDUE_ID = 2n ** 64n - 1n;
export const OVERDUE = framed(KIND.REQUEST, { flags: 2, id: OVERDUE_ID, body: '0000000000000000046563686fa0' });

/** What the GOAWAY of this package says to each violation. */
export const REASONS = new Map([
  ['a frame of 0 bytes', /limit=1 to 65536 bytes, announced=0/],
  ['a frame of 65,537 bytes', /announced=65537/],
  ['a frame shorter than its header', /minimum=12 bytes, actual=1/],
  ['an unknown kind', /expected 1 to 16, actual=99/],
  ['a second HELLO', /said once already/],
  ['a CHALLENGE', /said once already/],
  ['an EVENT in fragments of which one is missing', /announced=16 bytes, actual=12/],
  ['a REQUEST without a name', /1 bytes too early/],
  ['a name of no bytes', /minimum=1 byte/],
  ['a name that is not UTF-8', /not UTF-8/],
  ['a REQUEST without a message', /truncated/],
  ['bytes after a message', /1 bytes too many/],
  ['a message that is no map', /a ValueSet is a map/],
  ['an id that is under way', /request id 7: it is under way already/],
  ['a first credit past 63 bits', /credit of STREAM_OPEN/],
  ['a CREDIT of 0', /CREDIT: must be positive, actual=0/],
  ['a FRAGMENT that none began', /announced=0 bytes, actual=1/],
  ['a first FRAGMENT without a total', /first fragment: minimum=4 bytes/],
  ['a total past the limit', /limit=16777216 bytes/],
  ['a total below a header', /announced=11/],
  ['fragments that are shorter than their total', /announced=13 bytes, actual=12/],
  ['a FRAGMENT in fragments', /within a fragmented frame/],
]);

/** What a peer may not say, and what it may: the same for servers in every language. */
import { KIND } from '../../lib/frames.js';
import { framed, HELLO } from './raw.js';

export const PROTOCOL_ERROR = 13;

/**
 * Bytes after a greeting, each a violation, and what the GOAWAY that answers them says. The server offers echo; those of
 * which the last member is true need the service hang and the stream ticks besides.
 */
export const VIOLATIONS = [
  ['a frame of 0 bytes', Buffer.alloc(4), /limit=1 to 65536 bytes, announced=0/],
  ['a frame of 65,537 bytes', Buffer.from('00010001', 'hex'), /announced=65537/],
  ['a frame shorter than its header', Buffer.from('0000000103', 'hex'), /minimum=12 bytes, actual=1/],
  ['an unknown kind', framed(99), /expected 1 to 15, actual=99/],
  ['a second HELLO', HELLO, /said once already/],
  ['a CHALLENGE', framed(KIND.CHALLENGE, { body: 'a0' }), /said once already/],
  ['a REQUEST without a name', framed(KIND.REQUEST, { id: 1 }), /1 bytes too early/],
  ['a name of no bytes', framed(KIND.REQUEST, { id: 1, body: '00a0' }), /minimum=1 byte/],
  ['a name that is not UTF-8', framed(KIND.REQUEST, { id: 1, body: '01ffa0' }), /not UTF-8/],
  ['a REQUEST without a message', framed(KIND.REQUEST, { id: 1, body: '0161' }), /truncated/],
  ['bytes after a message', framed(KIND.EVENT, { body: '0161a000' }), /1 bytes too many/],
  ['a message that is no map', framed(KIND.EVENT, { body: '016101' }), /a ValueSet is a map/],
  ['an id that is under way', Buffer.concat(Array(2).fill(framed(KIND.REQUEST, { id: 7, body: '0468616e67a0' }))), /request id 7: it is under way already/, true],
  ['a first credit past 63 bits', framed(KIND.STREAM_OPEN, { id: 1, body: '80000000000000000161a0' }), /credit of STREAM_OPEN/],
  ['a CREDIT of 0', Buffer.concat([framed(KIND.STREAM_OPEN, { id: 3, body: '0000000000000000057469636b73a0' }), framed(KIND.CREDIT, { id: 3, body: '0000000000000000' })]), /CREDIT: must be positive, actual=0/, true],
  ['a FRAGMENT that none began', framed(KIND.FRAGMENT, { body: '00' }), /announced=0 bytes, actual=1/],
  ['a first FRAGMENT without a total', framed(KIND.FRAGMENT, { flags: 1, body: '0000' }), /first fragment: minimum=4 bytes/],
  ['a total past the limit', framed(KIND.FRAGMENT, { flags: 1, body: '01000001' }), /limit=16777216 bytes/],
  ['a total below a header', framed(KIND.FRAGMENT, { flags: 1, body: '0000000b' }), /announced=11/],
  ['fragments that are shorter than their total', framed(KIND.FRAGMENT, { flags: 3, body: `0000000d${'00'.repeat(12)}` }), /announced=13 bytes, actual=12/],
  ['a FRAGMENT in fragments', framed(KIND.FRAGMENT, { flags: 3, body: `0000000c0d${'00'.repeat(11)}` }), /within a fragmented frame/],
];

/**
 * Frames after a greeting that are passed over, all but two REQUESTs of echo: one in fragments, with id 9, and one whose
 * time is up, with the highest id. The unknown kind at the end ends the connection.
 */
export const LENIENT = [
  framed(99, { flags: 0x80 }),
  framed(KIND.RESPONSE, { id: 5, body: 'ff' }),
  framed(KIND.ERROR, { id: 5 }),
  framed(KIND.STREAM_ITEM, { id: 5, body: 'ff' }),
  framed(KIND.STREAM_END, { id: 5 }),
  framed(KIND.CREDIT, { id: 5, body: '0000000000000000' }),
  framed(KIND.CANCEL, { id: 5, status: 9 }),
  framed(KIND.EVENT, { body: '0161a0' }),
  framed(KIND.FRAGMENT, { flags: 1, body: '00000010' }),
  framed(KIND.FRAGMENT, { flags: 1, body: '00000012' }),
  framed(KIND.FRAGMENT),
  framed(KIND.FRAGMENT, { flags: 2, body: `03000000${'00'.repeat(7)}09046563686fa0` }),
  framed(KIND.REQUEST, { flags: 2, id: 2n ** 64n - 1n, body: '0000000000000000046563686fa0' }),
  framed(99),
];

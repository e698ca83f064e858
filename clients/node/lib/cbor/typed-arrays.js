/** Typed arrays of RFC 8746, big- and little-endian. */
import os from 'node:os';
import { half } from './decode.js';

const MACHINE_IS_LITTLE = os.endianness() === 'LE';

/** By the tag without its bit of byte order: type, bytes of an element, the array that has such elements. */
const KINDS = new Map([
  [65, ['UINT16_ARRAY', 2, Uint16Array, (array) => array]],
  [66, ['UINT32_ARRAY', 4, Uint32Array, (array) => array]],
  [67, ['UINT64_ARRAY', 8, BigUint64Array, (array) => array]],
  [73, ['INT16_ARRAY', 2, Int16Array, (array) => array]],
  [74, ['INT32_ARRAY', 4, Int32Array, (array) => array]],
  [75, ['INT64_ARRAY', 8, BigInt64Array, (array) => array]],
  [80, ['SINGLE_ARRAY', 2, Uint16Array, (array) => Float32Array.from(array, half)]],
  [81, ['SINGLE_ARRAY', 4, Float32Array, (array) => array]],
  [82, ['DOUBLE_ARRAY', 8, Float64Array, (array) => array]],
]);

/** Type and value of the array of a tag from 64 to 87. */
export function typedArray(input, tag) {
  if (tag === 64 || tag === 68 || tag === 72) {
    return ['UINT8_ARRAY', input.bytes(bytesHead(input))];
  }
  const [type, bytes, View, converted] = kind(input, tag);
  return [type, converted(elements(input, tag, bytes, View))];
}

/** The numbers of shapes below a tag: any array of 16- or 32-bit floats. */
export function floats(input, tag) {
  if (![80, 81, 84, 85].includes(tag)) {
    throw input.fail(`wanted an array of 32-bit floats, found tag ${tag}`);
  }
  return Array.from(typedArray(input, tag)[1]);
}

function kind(input, tag) {
  const found = KINDS.get(tag & ~4);
  if (found === undefined) {
    throw input.fail(
      tag === 76 ? 'tag 76 is reserved by RFC 8746' : `typed array of 128-bit floats (tag ${tag}) has no counterpart`);
  }
  return found;
}

function bytesHead(input) {
  const head = input.head();
  if (head >>> 5 !== 2) {
    throw input.unexpected(head, 'the byte string of a typed array');
  }
  return head;
}

function elements(input, tag, bytes, View) {
  const head = bytesHead(input);
  const data = input.bytes(head);
  if (data.length % bytes !== 0) {
    const where = head === 0x5f ? input.at : input.at - data.length;
    throw input.fail(`typed array: limit=a multiple of ${bytes} bytes, actual=${data.length}`, where);
  }
  const own = new Uint8Array(data); // at offset 0 of a buffer of its own, as a view of wider elements needs it
  if (((tag & 4) !== 0) !== MACHINE_IS_LITTLE) {
    Buffer.from(own.buffer)[`swap${bytes * 8}`]();
  }
  return new View(own.buffer);
}

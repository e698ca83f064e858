import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BigDecimal, decode, Duration, encode, Instant, IpcError, Point, Rect, Size, Uuid, V } from '../lib/index.js';

const quick = { timeout: 60_000 };
const hex = (value) => encode({ v: value }).subarray(3).toString('hex');

test('numbers have the narrowest type that keeps them', quick, () => {
  const expected = [
    [5, '05'], [-25, '3a00000018'], [2 ** 31 - 1, '1a7fffffff'], [2 ** 31, '1b0000000080000000'],
    [-(2 ** 31), '3a7fffffff'], [-(2 ** 31) - 1, '3b0000000080000000'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'], [2 ** 53, 'fb4340000000000000'], [1.5, 'fb3ff8000000000000'],
    [-0, 'fb8000000000000000'], [NaN, 'fb7ff8000000000000'],
    [5n, '1b0000000000000005'], [2n ** 63n - 1n, '1b7fffffffffffffff'], [2n ** 63n, 'c2488000000000000000'],
    [V.double(5), 'fb4014000000000000'], [V.bigInteger(5), 'c24105'],
  ];
  for (const [value, bytes] of expected) {
    assert.equal(hex(value), bytes, String(value?.type ?? value));
  }
});

test('64-bit numbers are bigints whatever their size, all others numbers', quick, () => {
  const read = decode(encode({ a: 1n, b: V.uint64(7), c: 2n ** 70n, d: V.int8(1), e: V.uint32(4_000_000_000), f: 2 ** 40 }));
  assert.deepEqual(read, { a: 1n, b: 7n, c: 2n ** 70n, d: 1, e: 4_000_000_000, f: 1_099_511_627_776n });
});

test('plain objects, Maps and arrays nest, and keep their members', quick, () => {
  const message = JSON.parse('{"b": [1, "x", null, {"__proto__": 1, "constructor": 2}], "a": {}}');
  const read = decode(encode(message));
  assert.deepEqual(read, message);
  assert.deepEqual(Object.keys(read), ['b', 'a']);
  assert.equal(Object.hasOwn(read.b[3], '__proto__'), true);
  assert.equal(encode(new Map([['k', new Map()]])).toString('hex'), encode({ k: {} }).toString('hex'));
});

test('what no message can hold is refused with its key', quick, () => {
  for (const [value, reason] of [
    [undefined, /key "v": a message has no value for undefined/], [() => 1, /function/], [Symbol('s'), /symbol/],
    [new Set(), /Set/], [new DataView(new ArrayBuffer(1)), /DataView/], ['\ud800', /surrogate/], [new Date(NaN), /invalid Date/],
  ]) {
    assert.throws(() => encode({ v: value }), reason);
  }
  assert.throws(() => encode({ '': 1 }), /key: limit=a text of 1 to 255/);
  assert.throws(() => encode({ ['k'.repeat(256)]: 1 }), /1 to 255/);
  assert.throws(() => encode([1]), /expected a plain object/);
});

test('32 levels can be written and read, 33 neither', quick, () => {
  const nested = (levels) => {
    let set = {};
    for (let i = 1; i < levels; i++) {
      set = { a: set };
    }
    return set;
  };
  assert.deepEqual(decode(encode(nested(32))), nested(32));
  assert.throws(() => encode(nested(33)), /limit=32 levels/);
  assert.throws(() => decode(Buffer.from(`${'a16161'.repeat(32)}a0`, 'hex')), IpcError);
});

test('types that hold a value refuse one that they cannot', quick, () => {
  for (const make of [
    () => V.int8(128), () => V.uint8(-1), () => V.int16(1.5), () => V.uint64(-1), () => V.int64(2n ** 63n),
    () => V.char('ab'), () => V.char(65_536), () => new Size(-1, 0), () => new Rect(0, 0, NaN, 0), () => new Uuid('x'),
    () => new Instant(0, 1e9), () => new Duration(2n ** 63n), () => new Instant(LAST + 1n), () => BigDecimal.parse('1.2.3'),
  ]) {
    assert.throws(make, RangeError);
  }
  assert.throws(() => V.strings([1]), /element 0/);
});

const LAST = 31556889864403199n;

test('times are read from and written as text and Date', quick, () => {
  for (const text of ['1970-01-01T00:00:00Z', '2030-01-31T12:00:00.500Z', '1969-12-31T23:59:59.999999999Z', '0000-02-29T00:00:00Z', '-0001-01-01T00:00:00Z', '+10000-01-01T00:00:00.000001Z']) {
    assert.equal(String(Instant.parse(text)), text);
  }
  assert.equal(String(Instant.parse('2030-01-31T12:00:00+02:30')), '2030-01-31T09:30:00Z');
  assert.equal(String(new Instant(LAST, 999_999_999)), '+1000000000-12-31T23:59:59.999999999Z');
  assert.throws(() => Instant.parse('2030-02-30T12:00:00Z'), RangeError);
  const date = new Date(-1);
  assert.deepEqual(Instant.ofDate(date).toDate(), date);
  assert.deepEqual(decode(encode({ date })).date, Instant.ofDate(date));
  for (const [duration, text] of [[new Duration(0), 'PT0S'], [new Duration(-2, 500_000_000), 'PT-1.5S'], [new Duration(-1, 500_000_000), 'PT-0.5S'], [new Duration(3_661), 'PT1H1M1S'], [new Duration(-3_600), 'PT-1H']]) {
    assert.equal(String(duration), text);
  }
  assert.equal(Duration.ofMillis(-1_500).toMillis(), -1_500);
});

test('decimals are read from and written as text', quick, () => {
  for (const text of ['273.15', '0', '-0.001', '1E+3', '1.5E-10', '123', '0.000001']) {
    assert.equal(String(BigDecimal.parse(text)), text);
  }
});

test('arrays keep their element type', quick, () => {
  const message = {
    shorts: Int16Array.of(1, -2), ints: Int32Array.of(1), longs: BigInt64Array.of(-2n), floats: Float32Array.of(1.5),
    doubles: Float64Array.of(1.5), uint16s: Uint16Array.of(65_535, 1), uint32s: Uint32Array.of(2 ** 32 - 1),
    uint64s: BigUint64Array.of(1n, 2n ** 64n - 1n), bytes: Buffer.from([1, 255]), points: V.points([new Point(1, 2)]),
  };
  assert.deepEqual(decode(encode(message), { exact: true }), message);
});

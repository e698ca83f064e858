/** A peer that says what it likes, byte by byte. */
import net from 'node:net';
import * as frames from '../../lib/frames.js';

/** A frame with its length before it. */
export function framed(kind, { flags = 0, status = 0, id = 0, body = '' } = {}) {
  const content = Buffer.from(body, 'hex');
  const frame = Buffer.alloc(frames.LENGTH_BYTES + frames.HEADER_BYTES);
  frame.writeUInt32BE(frames.HEADER_BYTES + content.length, 0);
  frame[4] = kind;
  frame[5] = flags;
  frame.writeUInt16BE(status, 6);
  frame.writeBigUInt64BE(BigInt(id), 8);
  return Buffer.concat([frame, content]);
}

export const HELLO = framed(1, { id: 1, body: '564c534500010002a0' });
export const WELCOME = framed(2, { id: 1, body: '0002a0' });

/** All frames in bytes that are frames: header, body in hexadecimal digits, and its text. */
export function split(bytes) {
  const found = [];
  const reader = new frames.FrameReader();
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const frame = bytes.subarray(at + 4, at + 4 + length);
    reader.begin(frame, 0, length);
    const { kind, flags, status, id } = reader;
    found.push({ kind, flags, status, id, body: frame.toString('hex', 12), text: frame.toString('utf8', 12) });
    at += 4 + length;
  }
  return found;
}

/** Connects, sends bytes, and answers all that comes until the other end closes. */
export function say(where, ...parts) {
  return talk(where, (socket) => parts.forEach((part) => socket.write(part)));
}

/** Like say, but the parts after the first follow its answer: a Java server that stalls may end a violation before it. */
export function sayAfterAnswer(where, first, ...parts) {
  return talk(where, (socket) => {
    socket.once('data', () => parts.forEach((part) => socket.write(part)));
    socket.write(first);
  });
}

function talk(where, begin) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(where);
    const heard = [];
    socket.on('data', (chunk) => heard.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(heard)));
    begin(socket);
  });
}

/** A server that says bytes to each client as soon as it connects; `heard` resolves to what the first that closed had said. */
export async function fakeServer(where, ...parts) {
  const server = net.createServer();
  const fake = { sockets: [] };
  const heard = new Promise((resolve) => {
    server.on('connection', (socket) => {
      fake.sockets.push(socket);
      const chunks = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', () => {});
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      parts.forEach((part) => socket.write(part));
    });
  });
  await new Promise((resolve) => server.listen(where, resolve));
  return Object.assign(fake, { heard, port: server.address().port, close: () => server.close() });
}

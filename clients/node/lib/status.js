import { inspect } from 'node:util';

/** Statuses of calls and connections, by their number in a frame (docs/protocol.md, "Statuses"). */
export const STATUSES = Object.freeze([
  'OK',
  'ENDPOINT_NOT_FOUND',
  'SERVICE_NOT_FOUND',
  'ACCESS_DENIED',
  'AUTHENTICATION_FAILED',
  'VERSION_MISMATCH',
  'MESSAGE_TOO_LARGE',
  'RESOURCE_EXHAUSTED',
  'TIMEOUT',
  'CANCELLED',
  'HANDLER_FAILED',
  'CONNECTION_CLOSED',
  'PEER_DIED',
  'PROTOCOL_ERROR',
  'TYPE_MISMATCH',
  'ADDRESS_IN_USE',
  'UNSUPPORTED',
]);

const NUMBERS = new Map(STATUSES.map((status, number) => [status, number]));

export function statusOf(number) {
  return STATUSES[number] ?? 'PROTOCOL_ERROR';
}

export function numberOf(status) {
  const number = NUMBERS.get(status);
  if (number === undefined) {
    throw new TypeError(`status: expected one of ${STATUSES.join(', ')}, actual=${String(status)}`);
  }
  return number;
}

/**
 * What went wrong with a call or a connection: `status`, one of STATUSES, and `delivery`, what is known of the call:
 * NOT_SENT and REJECTED are safe to repeat, UNKNOWN may have run.
 */
export class IpcError extends Error {
  constructor(status, message = 'no reason was given', delivery = 'UNKNOWN', options = undefined) {
    numberOf(status);
    super(`${status}: ${message}`, options);
    this.name = 'IpcError';
    this.status = status;
    this.delivery = delivery;
    this.reason = String(message);
  }
}

/** What was thrown, as a text without a stack trace; a program may throw anything, even what has no text. */
export function textOf(error) {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'an error without a text';
  }
}

/** What was thrown, with its stack trace. */
export function traceOf(error) {
  try {
    return inspect(error);
  } catch {
    return textOf(error);
  }
}

export function malformed(message) {
  return new IpcError('PROTOCOL_ERROR', message);
}

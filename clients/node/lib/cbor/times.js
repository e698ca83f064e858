/** Instants and durations with nanoseconds, as the protocol carries them. Immutable. */

const NANOS = 1_000_000_000n;
/** Seconds since 1970 of the first and last instant that the other end can hold. */
export const FIRST_SECOND = -31557014167219200n;
export const LAST_SECOND = 31556889864403199n;
const DAY = 86_400;

export class Instant {
  /** @param seconds whole seconds since 1970, rounded down @param nanos 0 to 999,999,999, added */
  constructor(seconds, nanos = 0) {
    this.seconds = BigInt(seconds);
    this.nanos = checkNanos(nanos);
    if (this.seconds < FIRST_SECOND || this.seconds > LAST_SECOND) {
      throw new RangeError(`seconds since 1970: limit=${FIRST_SECOND} to ${LAST_SECOND}, actual=${this.seconds}`);
    }
    Object.freeze(this);
  }

  static ofDate(date) {
    const millis = date.getTime();
    if (Number.isNaN(millis)) {
      throw new RangeError('date: it is an invalid Date');
    }
    const seconds = Math.floor(millis / 1000);
    return new Instant(seconds, (millis - seconds * 1000) * 1_000_000);
  }

  /** Reads ISO 8601 with an offset, such as 2030-01-31T12:00:00.5Z. */
  static parse(text) {
    const parts =
      /^([+-]?\d{4,9})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?(?:[Zz]|([+-])(\d\d):(\d\d)(?::(\d\d))?)$/.exec(text);
    if (parts === null) {
      throw new RangeError(`not a date and time of RFC 3339: "${text}"`);
    }
    const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
    const days = daysOf(year, month, day);
    const [, backMonth, backDay] = civilOf(days);
    const [offsetHour, offsetMinute, offsetSecond] = parts.slice(9, 12).map((part) => Number(part ?? 0));
    if (backMonth !== month || backDay !== day || hour > 23 || minute > 59 || second > 59 || offsetHour > 18
        || offsetMinute > 59 || offsetSecond > 59) {
      throw new RangeError(`not a date and time of RFC 3339: "${text}"`);
    }
    const offset = (offsetHour * 3600 + offsetMinute * 60 + offsetSecond) * (parts[8] === '-' ? -1 : 1);
    const seconds = BigInt(days) * BigInt(DAY) + BigInt(hour * 3600 + minute * 60 + second - offset);
    return new Instant(seconds, Number((parts[7] ?? '').padEnd(9, '0')));
  }

  /** The Date in the same millisecond; nanoseconds are rounded down. */
  toDate() {
    return new Date(Number(this.seconds) * 1000 + Math.floor(this.nanos / 1_000_000));
  }

  toString() {
    const days = Number(floorDiv(this.seconds, BigInt(DAY)));
    const inDay = Number(this.seconds - BigInt(days) * BigInt(DAY));
    const [year, month, day] = civilOf(days);
    const digits = String(Math.abs(year)).padStart(4, '0');
    const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
    const time = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60].map(two).join(':');
    return `${sign}${digits}-${two(month)}-${two(day)}T${time}${fraction(this.nanos)}Z`;
  }

  toJSON() {
    return this.toString();
  }
}

export class Duration {
  /** @param seconds whole seconds, rounded down @param nanos 0 to 999,999,999, added */
  constructor(seconds, nanos = 0) {
    this.seconds = BigInt(seconds);
    this.nanos = checkNanos(nanos);
    if (BigInt.asIntN(64, this.seconds) !== this.seconds) {
      throw new RangeError(`seconds: limit=64 bits with sign, actual=${this.seconds}`);
    }
    Object.freeze(this);
  }

  /** Reads ISO 8601 of days, hours, minutes and seconds, such as PT1H1.5S or PT-1.5S. */
  static parse(text) {
    const parts = /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?)(\d+)(?:\.(\d{0,9}))?S)?)?$/.exec(text);
    const units = parts === null ? [] : [parts[2], parts[3], parts[4], parts[6]];
    if (units.every((part) => part === undefined)) {
      throw new RangeError(`not a duration of ISO 8601: "${text}"`);
    }
    const whole = ['86400', '3600', '60'].reduce((sum, unit, at) => sum + BigInt(parts[at + 2] ?? 0) * BigInt(unit), 0n) * NANOS;
    const seconds = BigInt(parts[6] ?? 0) * NANOS + BigInt((parts[7] ?? '').padEnd(9, '0'));
    const total = (whole + (parts[5] === '-' ? -seconds : seconds)) * (parts[1] === '-' ? -1n : 1n);
    const floor = floorDiv(total, NANOS);
    return new Duration(floor, Number(total - floor * NANOS));
  }

  static ofMillis(millis) {
    const seconds = Math.floor(millis / 1000);
    return new Duration(seconds, Math.round((millis - seconds * 1000) * 1_000_000) % 1_000_000_000);
  }

  toMillis() {
    return Number(this.seconds) * 1000 + this.nanos / 1_000_000;
  }

  /** ISO 8601, such as PT1H1.5S. */
  toString() {
    const total = this.seconds * NANOS + BigInt(this.nanos);
    if (total === 0n) {
      return 'PT0S';
    }
    const sign = total < 0n ? '-' : '';
    const size = total < 0n ? -total : total;
    const seconds = size / NANOS;
    const part = (value, unit) => (value === 0n ? '' : `${sign}${value}${unit}`);
    const nanos = Number(size % NANOS);
    const decimals = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
    const last = seconds % 60n === 0n && nanos === 0 ? '' : `${sign}${seconds % 60n}${decimals}S`;
    return `PT${part(seconds / 3600n, 'H')}${part((seconds / 60n) % 60n, 'M')}${last}`;
  }

  toJSON() {
    return this.toString();
  }
}

function checkNanos(nanos) {
  if (!Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) {
    throw new RangeError(`nanoseconds: limit=0 to 999999999, actual=${nanos}`);
  }
  return nanos;
}

function two(number) {
  return String(number).padStart(2, '0');
}

function fraction(nanos) {
  if (nanos === 0) {
    return '';
  }
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(000){1,2}$/, '')}`;
}

function floorDiv(a, b) {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Days since 1970 of a date of the proleptic Gregorian calendar; years begin in March here, so that leap days end them. */
function daysOf(year, month, day) {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function civilOf(days) {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

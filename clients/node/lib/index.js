export { IpcError, STATUSES } from './status.js';
export { BigDecimal, Duration, Instant, Point, Rect, Size, Typed, Uuid, V } from './cbor/values.js';
export { encode } from './cbor/encode.js';
export { decode } from './cbor/decode.js';
export { connect } from './client.js';
export { serve } from './server.js';

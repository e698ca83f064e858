const ENDPOINT = /^([a-z]+):([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/** Scheme and name of an address such as pipe:quotes. */
export function parseEndpoint(text) {
  const parts = ENDPOINT.exec(text);
  if (parts === null) {
    throw new RangeError(`endpoint: expected scheme:name with a name of 1 to 64 of A-Z a-z 0-9 . _ -, such as any:quotes, actual=${String(text)}`);
  }
  return { scheme: parts[1], name: parts[2] };
}

"""A client of Valise in Python 3.9 or newer, of the standard library alone: pipe:, loopback: and any:, without identities.

It is written from docs/protocol-smallest.md. README.md shows how it is used."""
import asyncio
import hashlib
import hmac
import os
import re
import secrets
import socket
import stat
import struct
import sys
import typing

STATUSES = tuple('''OK ENDPOINT_NOT_FOUND SERVICE_NOT_FOUND ACCESS_DENIED AUTHENTICATION_FAILED VERSION_MISMATCH MESSAGE_TOO_LARGE
    RESOURCE_EXHAUSTED TIMEOUT CANCELLED HANDLER_FAILED CONNECTION_CLOSED PEER_DIED PROTOCOL_ERROR TYPE_MISMATCH ADDRESS_IN_USE
    UNSUPPORTED'''.split())


class IpcError(Exception):
    """What went wrong: `status`, one of STATUSES, and `delivery`: NOT_SENT, REJECTED (both safe to repeat) or UNKNOWN."""

    def __init__(self, status, reason, delivery='UNKNOWN'):
        super().__init__(f'{status}: {reason}')
        self.status, self.reason, self.delivery = status, reason, delivery


def _malformed(reason):
    return IpcError('PROTOCOL_ERROR', reason)


def _told(status, text, delivery='UNKNOWN'):
    """The error of an ERROR or GOAWAY."""
    known = STATUSES[status] if 0 < status < len(STATUSES) else 'PROTOCOL_ERROR'
    return IpcError(known, str(text[:2_000], 'utf-8', 'replace'), delivery)


class Int(int):
    """An integer with the width, in bytes, of its argument: 1 is INT8, 2 INT16, 4 INT32, 8 INT64; 0 is INT32."""

    def __new__(cls, value, width):
        number = super().__new__(cls, value)
        number.width = width
        return number


class Single(float):
    """A float of 32 bits."""


class Tag(typing.NamedTuple):
    """A value with a tag: an array of RFC 8746, 2 and 3 for long integers, 37 for UUIDs, 1001 for instants."""

    number: int
    value: object


def _is_key(key, is_time):
    """Times are maps with keys of RFC 9581, which are integers."""
    return isinstance(key, int) if is_time else isinstance(key, str) and 1 <= len(key.encode('utf-16-le')) // 2 <= 255


_NOT_SENT = 'NOT_SENT'
_DEEPEST, _TIMES = 32, (1001, 1002)
_WIDTHS = {24: (1, '>B'), 25: (2, '>H'), 26: (4, '>I'), 27: (8, '>Q')}


class _Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, count):
        if count > len(self.data) - self.at:
            raise _malformed(f'message: {count - len(self.data) + self.at} bytes are missing at byte {self.at}')
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, 0
        if info in _WIDTHS:
            width, form = _WIDTHS[info]
            return major, struct.unpack(form, self.take(width))[0], width
        if info == 31 and major in (2, 3, 4, 5, 7):
            return major, None, 0
        raise _malformed(f'message: head 0x{first:02x} at byte {self.at - 1}')

    def count(self, length):
        """Counts to a length, or up to a break, which it takes."""
        done = 0
        while done != length and (length is not None or self.data[self.at:self.at + 1] != b'\xff'):
            yield done
            done += 1
        self.at += length is None

    def value(self, depth, is_time=False):
        major, argument, width = self.head()
        if major in (0, 1):
            return Int(~argument if major else argument, width)
        if major in (2, 3):
            return self.string(major, argument)
        if major == 6:
            return Tag(argument, self.value(depth, argument in _TIMES))
        if major == 7:
            return self.simple(argument, width)
        if depth == _DEEPEST:
            raise _malformed(f'message: nested maps and lists: limit={_DEEPEST}')
        if major == 4:
            return [self.value(depth + 1) for _ in self.count(argument)]
        found = {}
        for _ in self.count(argument):
            key = self.value(depth + 1)
            if not _is_key(key, is_time) or key in found:
                raise _malformed(f'message: key {key!r} is no text of 1 to 255 units, or is there twice')
            found[key] = self.value(depth + 1)
        return found

    def string(self, major, length):
        if major not in (2, 3):
            raise _malformed('message: a chunk of another type')
        if length is None:
            heads = (self.head() for _ in self.count(None))
            chunks = [self.string(major if kind == major and size is not None else 0, size) for kind, size, _ in heads]
            return (b'' if major == 2 else '').join(chunks)
        data = self.take(length)
        try:
            return bytes(data) if major == 2 else str(data, 'utf-8')
        except UnicodeDecodeError as cause:
            raise _malformed('message: text is not UTF-8') from cause

    def simple(self, argument, width):
        if width > 1:
            number, = struct.unpack({2: '>e', 4: '>f', 8: '>d'}[width], argument.to_bytes(width, 'big'))
            return number if width == 8 else Single(number)
        if width or argument not in (20, 21, 22, 23):
            raise _malformed(f'message: simple value {argument}')
        return {20: False, 21: True}.get(argument)


def _head(major, argument, width=None):
    if width == 0 or (width is None and argument < 24):
        return bytes([major << 5 | argument])
    for info, (size, form) in _WIDTHS.items():
        if width == size or (width is None and argument < 1 << 8 * size):
            return bytes([major << 5 | info]) + struct.pack(form, argument)
    raise ValueError(f'no head for {argument}')


def _integer(value):
    argument, major = (value, 0) if value >= 0 else (~value, 1)
    if isinstance(value, Int):
        return _head(major, argument, value.width)
    if argument < 1 << 31:
        return _head(major, argument, 0 if argument < 24 else 4)
    if argument < 1 << 63:
        return _head(major, argument, 8)
    return _head(6, 2 + major) + _encoded(argument.to_bytes((argument.bit_length() + 7) // 8, 'big'), 0)


def _encoded(value, depth, is_time=False):
    if value is None:
        return b'\xf6'
    if isinstance(value, bool):
        return b'\xf5' if value else b'\xf4'
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return b'\xfa' + struct.pack('>f', value) if isinstance(value, Single) else b'\xfb' + struct.pack('>d', value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _head(2, len(value)) + bytes(value)
    if isinstance(value, str):
        data = value.encode('utf-8')
        return _head(3, len(data)) + data
    if isinstance(value, Tag):
        return _head(6, value.number) + _encoded(value.value, depth, value.number in _TIMES)
    if not isinstance(value, (dict, list, tuple)):
        raise TypeError(f'a message has no value for {type(value).__name__}')
    if depth == _DEEPEST:
        raise ValueError(f'nested maps and lists: limit={_DEEPEST}')
    if isinstance(value, dict):
        for key in value:
            if not _is_key(key, is_time):
                raise ValueError(f'key: limit=a text of 1 to 255 UTF-16 units, actual={key!r}')
        return _head(5, len(value)) + b''.join(_encoded(key, depth + 1) + _encoded(of, depth + 1) for key, of in value.items())
    return _head(4, len(value)) + b''.join(_encoded(of, depth + 1) for of in value)


def encode(message):
    """The bytes of a message, a dict."""
    if not isinstance(message, dict):
        raise TypeError(f'message: expected a dict, actual={type(message).__name__}')
    return _encoded(message, 0)


def decode(data):
    """The message that these bytes are, and nothing else. Values that Python has no type for are Int, Single and Tag."""
    reader = _Reader(bytes(data))
    try:
        message = reader.value(0)
    except RecursionError as cause:
        raise _malformed('message: too many tags') from cause
    if not isinstance(message, dict) or reader.at < len(data):
        raise _malformed(f'message: expected one map, actual={type(message).__name__} and {len(data) - reader.at} bytes more')
    return message


def _private(path):
    """The path of a directory, which must be this user's, who alone can enter it, unless it is absent."""
    found = os.lstat(path) if os.path.lexists(path) else None
    if found and (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700):
        raise IpcError('ACCESS_DENIED', f'{path}: expected a directory of this user with mode 0700', _NOT_SENT)
    return path


def _folder(name):
    home, xdg = (os.environ.get(key, '').strip() for key in ('VALISE_HOME', 'XDG_RUNTIME_DIR'))
    if home:
        return os.path.join(_private(os.path.abspath(home)), name)
    try:
        found = os.lstat(xdg)
        if os.path.isabs(xdg) and stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022:
            return os.path.join(_private(os.path.join(xdg, 'valise')), name)
    except (OSError, IpcError):
        pass  # the next place is taken
    temporary = os.environ.get('TMPDIR', '/tmp') if sys.platform == 'darwin' else '/tmp'
    return os.path.join(_private(os.path.join(temporary, f'valise-{os.geteuid()}')), name)


def _absent(address):
    return IpcError('ENDPOINT_NOT_FOUND', f'no server answers at {address}: start it first', _NOT_SENT)


async def _open_pipe(name):
    path = os.path.join(os.path.realpath(_private(_folder('pipe'))), name)
    if len(os.fsencode(path)) > 103:
        path = os.path.join(_private(f'/tmp/valise-{os.geteuid()}'), hashlib.sha256(os.fsencode(path)).hexdigest()[:32])
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(path)
            break
        except (FileNotFoundError, ConnectionRefusedError) as cause:
            raise _absent(f'pipe:{name}') from cause
        except BlockingIOError:
            await asyncio.sleep(0.005)  # the server's queue is full
    if hasattr(socket, 'SO_PEERCRED'):
        credentials = writer.get_extra_info('socket').getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if struct.unpack('iII', credentials)[1] != os.geteuid():
            writer.close()
            raise IpcError('AUTHENTICATION_FAILED', f'pipe:{name}: another user answers', _NOT_SENT)
    return reader, writer


def _endpoint_file(name):
    path = os.path.join(_private(_folder('loopback')), name)
    try:
        with open(path, encoding='ascii', errors='replace', opener=lambda file, flags: os.open(file, flags | os.O_NOFOLLOW)) as file:
            found = os.fstat(file.fileno())
            text = file.read(1_025)
    except FileNotFoundError as cause:
        raise _absent(f'loopback:{name}') from cause
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o600:
        raise IpcError('ACCESS_DENIED', f'{path}: expected a file of this user with mode 0600', _NOT_SENT)
    lines = text.split('\n')
    values = dict(line.split('=', 1) for line in lines if '=' in line)
    port, port6, pid = (int(values[key]) if re.fullmatch('[0-9]{1,18}', values.get(key, '')) else -1 for key in ('port', 'port6', 'pid'))
    if (lines[0] != 'valise-loopback 1' or len(text) > 1_024 or not re.fullmatch('[0-9a-f]{64}', values.get('secret', ''))
            or not (0 < port < 65_536 and 0 <= port6 < 65_536 and pid >= 0)):
        raise IpcError('PROTOCOL_ERROR', f'{path}: not an endpoint file; restart the server to replace it', _NOT_SENT)
    if values.get('name') != name:
        raise _absent(f'loopback:{name}')
    return port, port6, bytes.fromhex(values['secret'])


async def _open_loopback(name):
    port, port6, secret = _endpoint_file(name)
    for host, at in (('127.0.0.1', port), ('::1', port6)):
        try:
            reader, writer = await asyncio.open_connection(host, at)
            break
        except OSError:
            continue
    else:
        raise _absent(f'loopback:{name}')
    try:
        own = writer.get_extra_info('sockname')[1]
        await _prove(reader, writer, secret, f'loopback:{name} {host}/{own}>{host}/{at}'.encode('ascii'))
        return reader, writer
    except (asyncio.IncompleteReadError, ConnectionError, IpcError) as cause:
        writer.close()
        raise cause if isinstance(cause, IpcError) else IpcError('PEER_DIED', f'loopback:{name}: the server hung up', _NOT_SENT)


async def _prove(reader, writer, secret, context):
    """The server's proof is checked before this end's own is sent."""
    nonce = secrets.token_bytes(32)
    writer.write(b'VALISE\x01\x00' + nonce)
    head = await reader.readexactly(8)
    if head != b'VALISE\x01\x00':
        status = 'VERSION_MISMATCH' if head[:6] == b'VALISE' else 'PROTOCOL_ERROR'
        raise IpcError(status, 'handshake: the server speaks another version, or is no Valise program', _NOT_SENT)
    theirs, said = await reader.readexactly(32), await reader.readexactly(32)
    proofs = [hmac.new(secret, b'valise 1 ' + role + nonce + theirs + context, hashlib.sha256).digest() for role in (b'server', b'client')]
    if not hmac.compare_digest(said, proofs[0]):
        raise IpcError('AUTHENTICATION_FAILED', "what answers does not know the server's secret", _NOT_SENT)
    writer.write(proofs[1])
    if (await reader.readexactly(1))[0] != 0:
        raise IpcError('AUTHENTICATION_FAILED', 'the server did not accept the proof', _NOT_SENT)


_HEADER = struct.Struct('>BBHQ')
(_HELLO, _WELCOME, _REQUEST, _RESPONSE, _ERROR, _EVENT, _STREAM_OPEN, _STREAM_ITEM, _STREAM_END, _CREDIT, _CANCEL, _GOAWAY,
 _FRAGMENT, _CHALLENGE, _PROOF, _REPLY_METADATA) = range(1, 17)
_METADATA, _DEADLINE, _REJECTED, _DRAIN, _FIRST, _LAST, _OPTIONAL = 1, 2, 4, 4, 1, 2, 0x80
_LONGEST_FRAME = 65_536
_TRANSPORTS = {'pipe': _open_pipe, 'loopback': _open_loopback}


async def connect(address, *, timeout=5.0, max_message_bytes=1 << 24, application=None, events=None):
    """Connects to pipe:NAME, loopback:NAME, or any:NAME. `events` are functions by name, plain or async."""
    if (found := re.fullmatch('([a-z]+):([A-Za-z0-9][A-Za-z0-9._-]{0,63})', address)) is None:
        raise ValueError(f'address: expected scheme:name, such as any:quotes, actual={address!r}')
    if not 4_096 <= max_message_bytes <= 1 << 30:
        raise ValueError(f'max_message_bytes: limit=4096 to {1 << 30}, actual={max_message_bytes}')
    scheme, name = found.groups()
    if scheme != 'any' and scheme not in _TRANSPORTS:
        raise IpcError('UNSUPPORTED', f'transport {scheme}: this client has pipe, loopback and any', _NOT_SENT)
    about = {'pid': Int(os.getpid(), 8), 'application': application or os.path.basename(sys.argv[0]) or 'python',
             'maxMessageBytes': max_message_bytes}
    try:
        return await asyncio.wait_for(_connect(scheme, name, about, events or {}), timeout)
    except asyncio.TimeoutError as cause:
        raise IpcError('TIMEOUT', f'connecting to {address}: not within {timeout} s', _NOT_SENT) from cause


async def _connect(scheme, name, about, events):
    for transport in _TRANSPORTS if scheme == 'any' else [scheme]:
        try:
            streams = await _TRANSPORTS[transport](name)
        except IpcError as error:
            if scheme != 'any' or error.status != 'ENDPOINT_NOT_FOUND':
                raise
            continue
        connection = Connection(f'{transport}:{name}', *streams, about, events)
        try:
            await connection._greeting
        except BaseException:
            await connection.close()
            raise
        return connection
    raise _absent(f'any:{name}')


class _Call:
    """A call that waits: a future of its reply, or a queue of the items of a stream, whose last is an error or None."""

    def __init__(self, number, window):
        self.number, self.credit, self.metadata = number, window, {}
        self.reply = asyncio.get_running_loop().create_future() if window is None else None
        self.items = None if window is None else asyncio.Queue()

    def end(self, result):
        if self.items is not None:
            self.items.put_nowait((True, result))
        elif not self.reply.done():
            (self.reply.set_exception if isinstance(result, Exception) else self.reply.set_result)(result)


class Connection:
    """A connection to a server, made by `connect`. `peer` is what the server says of itself."""

    def __init__(self, endpoint, reader, writer, about, events):
        loop = asyncio.get_running_loop()
        self.endpoint, self.peer, self.closed = endpoint, {}, loop.create_future()
        self._reader, self._writer, self._limit, self._events = reader, writer, about['maxMessageBytes'], dict(events)
        self._calls, self._next_id, self._sent = {}, 2, 0
        self._version, self._taken, self._drains, self._reason = 0, float('inf'), False, None
        self._peer_limit, self._whole, self._total = 1 << 24, None, 0
        self._greeting, self._noted = loop.create_future(), asyncio.Queue()
        self._send(_HELLO, b'VLSE\x00\x01\x00\x02' + encode(about), number=1)
        self._tasks = [asyncio.ensure_future(self._read()), asyncio.ensure_future(self._handle_events())]

    async def request(self, service, message=None, *, timeout=30.0, metadata=None):
        """The reply to a request; raises IpcError. Cancelling it tells the server."""
        reply, _ = await self.exchange(service, message, timeout=timeout, metadata=metadata)
        return reply

    async def exchange(self, service, message=None, *, timeout=30.0, metadata=None):
        """As `request`: the reply, and the metadata of the reply, which are empty where the server sends none."""
        flags, body = (0, b'') if timeout is None else (_DEADLINE, struct.pack('>q', int(timeout * 1e9)))
        number, call = self._begin(_REQUEST, flags, body, service, message, metadata, None)
        try:
            return await asyncio.wait_for(call.reply, timeout), call.metadata
        except asyncio.TimeoutError as cause:
            self._give_up(number, 'TIMEOUT')
            raise IpcError('TIMEOUT', f'request {service}: no reply within {timeout} s; the handler may still have run') from cause
        except asyncio.CancelledError:
            self._give_up(number, 'CANCELLED')
            raise

    async def stream(self, service, message=None, *, window=32, metadata=None):
        """The items of a stream, which the server sends ahead by `window` at most; leaving the loop ends it."""
        if not 1 <= window < 1 << 63:
            raise ValueError(f'window: limit=1 or more items, actual={window}')
        number, call = self._begin(_STREAM_OPEN, 0, struct.pack('>Q', window), service, message, metadata, window)
        try:
            while True:
                ended, item = await call.items.get()
                if isinstance(item, Exception):
                    raise item
                if ended:
                    return
                if number in self._calls:
                    call.credit += 1
                    self._send(_CREDIT, struct.pack('>Q', 1), number=number)
                yield item
        finally:
            self._give_up(number, 'CANCELLED')

    async def send(self, event, message=None):
        """Sends a one-way event; returns when there is room for more."""
        self._check_open()
        self._send(_EVENT, self._named(event, message), what=f'event {event}')
        try:
            await self._writer.drain()
        except ConnectionError as cause:
            raise IpcError('PEER_DIED', f'event {event}: the connection ended; the server may still have got it') from cause

    def on(self, event, handler):
        """Sets the handler of an event; they run one at a time, in order."""
        self._events[event] = handler

    async def close(self):
        """Closes the connection; `closed` is then the reason: status, whether by the peer, and text."""
        self._end('CONNECTION_CLOSED', 'this end closed the connection')
        await asyncio.wait([task for task in self._tasks if task is not asyncio.current_task()], timeout=2)  # a handler may close
        self._writer.close()

    def _named(self, name, message, metadata=None):
        data = name.encode('utf-8')
        if not 1 <= len(data) <= 255:
            raise ValueError(f'name: limit=1 to 255 bytes of UTF-8, actual={name!r}')
        return bytes([len(data)]) + data + (b'' if metadata is None else encode(metadata)) + encode(message or {})

    def _begin(self, kind, flags, body, service, message, metadata, window):
        self._check_open()
        number, self._next_id = self._next_id, self._next_id + 1
        body, flags = body + self._named(service, message, metadata), flags | (0 if metadata is None else _METADATA)
        self._send(kind, body, flags=flags, number=number, what=f'request {service}')
        self._sent += 1
        self._calls[number] = _Call(self._sent, window)
        return number, self._calls[number]

    def _give_up(self, number, status):
        if self._calls.pop(number, None) is not None:
            self._send(_CANCEL, status=status, number=number)

    def _check_open(self):
        if self._reason is not None or self._drains:
            status, _, text = self._reason or ('CONNECTION_CLOSED', True, 'the server takes no new calls')
            raise IpcError(status, text, _NOT_SENT)

    def _send(self, kind, body=b'', *, flags=0, status='OK', number=0, what=None):
        frame = _HEADER.pack(kind, flags, STATUSES.index(status), number) + body
        if what is not None and len(frame) > self._peer_limit:
            raise IpcError('MESSAGE_TOO_LARGE', f'{what}: limit={self._peer_limit} bytes, actual={len(frame)}', _NOT_SENT)
        if len(frame) <= _LONGEST_FRAME:
            self._writer.write(struct.pack('>I', len(frame)) + frame)
            return
        room, at = _LONGEST_FRAME - _HEADER.size - 4, 0
        while at < len(frame):
            part = frame[at:at + room]
            head = struct.pack('>I', len(frame)) if at == 0 else b''
            at += len(part)
            self._send(_FRAGMENT, head + part, flags=(_FIRST if head else 0) | (_LAST if at == len(frame) else 0))

    async def _read(self):
        """Reads until the server's end: to close with bytes unread would lose what was sent last."""
        try:
            while True:
                length, = struct.unpack('>I', await self._reader.readexactly(4))
                if not 1 <= length <= _LONGEST_FRAME:
                    raise _malformed(f'frame: limit=1 to {_LONGEST_FRAME} bytes, announced={length}')
                frame = await self._reader.readexactly(length)
                if not self.closed.done():
                    self._frame(frame)
        except IpcError as error:
            self._end(error.status, error.reason)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._finish(self._reason or ('PEER_DIED', True, 'the server ended without GOAWAY'))
        self._writer.close()

    def _frame(self, frame):
        if len(frame) < _HEADER.size:
            raise _malformed(f'frame: minimum={_HEADER.size} bytes, actual={len(frame)}')
        kind, flags, status, number = _HEADER.unpack_from(frame)
        body = frame[_HEADER.size:]
        if self._version == 0:
            self._greeted(kind, status, number, body)
        elif kind == _FRAGMENT:
            self._fragment(flags, body)
        elif kind in (_RESPONSE, _ERROR, _STREAM_ITEM, _STREAM_END):
            self._answer(kind, flags, status, number, body)
        elif kind == _REPLY_METADATA:
            if number in self._calls:
                self._calls[number].metadata = decode(body)
        elif kind == _EVENT:
            name = _Reader(body, 1).string(3, body[0]) if body else ''
            if not name:
                raise _malformed('name of an event: it is empty')
            self._noted.put_nowait((name, decode(body[1 + body[0]:])))
        elif kind in (_REQUEST, _STREAM_OPEN):
            self._send(_ERROR, b'this client offers no services', flags=_REJECTED, status='SERVICE_NOT_FOUND', number=number)
        elif kind == _GOAWAY:
            self._goaway(flags, status, number, body)
        elif kind not in (_CREDIT, _CANCEL) and (kind <= _PROOF or not flags & _OPTIONAL):
            raise _malformed(f'frame kind: unexpected, actual={kind}')

    def _greeted(self, kind, status, number, body):
        if kind == _WELCOME and number == 1 and len(body) > 2:
            version, = struct.unpack_from('>H', body)
            if version not in (1, 2):
                raise IpcError('VERSION_MISMATCH', f'protocol version: here 1 to 2, at the server {version}', _NOT_SENT)
            self._version, self.peer = version, decode(body[2:])
            limit = self.peer.get('maxMessageBytes')
            self._peer_limit = min(limit, 1 << 30) if isinstance(limit, int) and limit >= 4_096 else 1 << 24
            self._greeting.set_result(None)
        elif kind in (_ERROR, _GOAWAY):
            raise _told(status, body, _NOT_SENT)
        else:
            raise _malformed(f'greeting: expected WELCOME, actual kind={kind}')

    def _fragment(self, flags, body):
        if flags & _FIRST:
            self._total = int.from_bytes(body[:4], 'big')
            if len(body) < 4 or not _HEADER.size <= self._total <= self._limit:
                raise _malformed(f'fragmented frame: limit={self._limit} bytes, announced={self._total}')
            self._whole, body = bytearray(), body[4:]
        if self._whole is None or len(self._whole) + len(body) > self._total:
            raise _malformed('fragments: more bytes than announced')
        self._whole += body
        if flags & _LAST:
            whole, self._whole = bytes(self._whole), None
            if len(whole) != self._total or whole[0] == _FRAGMENT:
                raise _malformed('fragments: not the frame that was announced')
            self._frame(whole)

    def _answer(self, kind, flags, status, number, body):
        call = self._calls.get(number)
        if call is None:
            return
        if kind == _STREAM_ITEM:
            if call.items is None or call.credit == 0:
                raise _malformed('STREAM_ITEM: the call is no stream, or there is no credit')
            call.credit -= 1
            call.items.put_nowait((False, decode(body)))
            return
        if (kind == _STREAM_END) != (call.items is not None) and kind != _ERROR:
            raise _malformed(f'call {number}: an answer of another kind, actual={kind}')
        result = decode(body) if kind == _RESPONSE else None
        if kind == _ERROR:
            result = _told(status, body, 'REJECTED' if flags & _REJECTED else 'UNKNOWN')
            self._drains |= (result.status, result.delivery) == ('CONNECTION_CLOSED', 'REJECTED')
        del self._calls[number]
        call.end(result)

    def _goaway(self, flags, status, taken, body):
        if self._version == 2:
            self._taken = min(self._taken, taken)
        self._drains = True
        if not flags & _DRAIN and self._reason is None:
            error = _told(status or STATUSES.index('CONNECTION_CLOSED'), body)
            self._reason = (error.status, True, error.reason)

    async def _handle_events(self):
        while (event := await self._noted.get()) is not None:
            name, message = event
            try:
                handled = self._events[name](message) if name in self._events else None
                if asyncio.iscoroutine(handled):
                    await handled
            except Exception as error:  # a handler must not end the others
                asyncio.get_running_loop().call_exception_handler({'message': f'the handler of event {name} failed', 'exception': error})

    def _end(self, status, text):
        """Ends it here, and tells the server."""
        if not self.closed.done():
            good = status == 'CONNECTION_CLOSED'
            self._send(_GOAWAY, b'' if good else text.encode('utf-8')[:2_000], status='OK' if good else status)
            self._finish((status, False, text))
            if self._writer.can_write_eof():
                self._writer.write_eof()

    def _finish(self, reason):
        if self.closed.done():
            return
        self._reason = reason
        self.closed.set_result(reason)
        status, _, text = reason
        if not self._greeting.done():
            self._greeting.set_exception(IpcError(status, text, _NOT_SENT))
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.end(IpcError(status, text, 'REJECTED' if call.number > self._taken else 'UNKNOWN'))
        self._noted.put_nowait(None)

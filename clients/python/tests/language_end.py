"""The Python client's end of the test protocol (docs/languages.md): one line of words in, one line of words out."""
import asyncio
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import valise  # noqa: E402


def word(message):
    return valise.encode(message).hex()


def message(text):
    return valise.decode(bytes.fromhex(text))


def option(words, name, absent=None):
    return next((text[len(name) + 1:] for text in words if text.startswith(name + '=')), absent)


def failed(error):
    return f'failed {error.status} {error.delivery} {error.reason.encode("utf-8").hex() or "00"}'


class End:
    def __init__(self):
        self.connection, self.begun, self.heard = None, {}, asyncio.Queue()

    async def answer(self, words):
        command = getattr(self, f'do_{words[0]}', None)
        if command is None:
            return f'unknown {words[0]}'
        try:
            return await command(words)
        except valise.IpcError as error:
            return failed(error)

    async def do_connect(self, words):
        self.connection = await valise.connect(
            words[1], timeout=60, max_message_bytes=int(option(words, 'max', 1 << 24)),
            events={'note': lambda received: self.heard.put_nowait(f'note {word(received)}')})
        return 'ok'

    async def do_close(self, words):
        if self.connection is not None:
            await self.connection.close()
        return 'ok'

    def call(self, words, at):
        metadata = option(words, 'metadata')
        return self.connection.request(
            words[at], message(words[at + 1]), timeout=int(option(words, 'timeout', 60_000)) / 1_000,
            metadata=None if metadata is None else message(metadata))

    async def do_request(self, words):
        return f'reply {word(await self.call(words, 1))}'

    async def do_exchange(self, words):
        reply, metadata = await self.connection.exchange(words[1], message(words[2]), timeout=60)
        return f'reply {word(reply)} {word(metadata)}'

    async def do_begin(self, words):
        self.begun[words[1]] = asyncio.ensure_future(self.call(words, 2))
        await asyncio.sleep(0)  # it is sent
        return 'ok'

    async def do_end(self, words):
        try:
            return f'reply {word(await self.begun.pop(words[1]))}'
        except asyncio.CancelledError:
            return 'failed CANCELLED UNKNOWN 00'

    async def do_cancel(self, words):
        return f'ok {self.begun[words[1]].cancel()}'

    async def do_send(self, words):
        await self.connection.send(words[1], message(words[2]))
        return 'ok'

    async def do_stream(self, words):
        most = int(option(words, 'take', 1_000_000))
        items = []
        stream = self.connection.stream(words[1], message(words[2]), window=2)
        try:
            async for item in stream:
                items.append(word(item))
                if len(items) == most:
                    await stream.aclose()
                    return ' '.join(['items', *items, 'more'])
            return ' '.join(['items', *items, 'end'])
        except valise.IpcError as error:
            return ' '.join(['items', *items, failed(error)])

    async def do_closed(self, words):
        status, by_peer, _ = await self.connection.closed
        return f'closed {status} {"peer" if by_peer else "here"}'

    async def do_heard(self, words):
        return ' '.join(['heard'] + [await self.heard.get() for _ in range(int(words[1]))])


async def main():
    end = End()
    loop = asyncio.get_running_loop()
    print('ready client exchanges', flush=True)
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        print(await end.answer(line.split()), flush=True)


asyncio.run(main())

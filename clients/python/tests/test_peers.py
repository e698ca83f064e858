"""A client and servers that do not keep to the protocol: `python3 -m unittest discover -s tests` in clients/python."""
import asyncio
import json
import os
import struct
import sys
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir))
import valise  # noqa: E402

VECTORS = os.path.join(HERE, *[os.pardir] * 3, 'ipc-api', 'src', 'test', 'resources', 'vectors')
WELCOME = bytes.fromhex('0000000f' '02000000' '0000000000000001' '0002a0')


def vectors(name):
    with open(os.path.join(VECTORS, name), encoding='utf-8') as file:
        return json.load(file)


def frame(kind, body=b'', *, number=0):
    return struct.pack('>IBBHQ', 12 + len(body), kind, 0, 0, number) + body


class PeersTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory(prefix='valise-python-')
        self.addCleanup(home.cleanup)
        for folder in ('pipe', 'loopback'):
            os.mkdir(os.path.join(home.name, folder), 0o700)
        before = os.environ.get('VALISE_HOME')
        os.environ['VALISE_HOME'] = self.home = home.name
        self.addCleanup(lambda: os.environ.pop('VALISE_HOME') if before is None else os.environ.update(VALISE_HOME=before))

    async def served(self, said=b'', after=b''):
        """A server that welcomes, and says bytes when it has heard others; what it hears until the end is put into `heard`."""
        self.heard = asyncio.Queue()

        async def serve(reader, writer):
            writer.write(WELCOME)
            heard = b''
            while after not in heard:
                heard += await reader.read(1_000)
            writer.write(said)
            self.heard.put_nowait(heard + await reader.read())
            writer.close()

        path = os.path.join(self.home, 'pipe', 'peer')
        server = await asyncio.start_unix_server(serve, path)
        os.chmod(path, 0o600)
        self.addCleanup(server.close)

    async def ended(self, connection):
        status, by_peer, _ = await asyncio.wait_for(connection.closed, 30)
        await connection.close()
        return status, by_peer

    async def test_a_violation_ends_the_connection_with_status_13(self):
        own = [('a STREAM_ITEM without credit', b''.join(frame(8, b'\xa0', number=2) for _ in range(4))),
               ('an event with a name that is not UTF-8', frame(6, b'\x01\xff\xa0')),
               ('an event with a name of no bytes', frame(6, b'\x00\xa0'))]
        # what only one who serves looks into
        passed = ('REQUEST', 'a name', 'an id', 'a first credit', 'a CREDIT')
        for name, said in own + [(vector['name'], bytes.fromhex(vector['hex'])) for vector in vectors('peers.json')['violations']]:
            if not any(word in name for word in passed):
                with self.subTest(name):
                    await self.served(said, after=b'ticks')
                    connection = await valise.connect('pipe:peer')
                    stream = connection.stream('ticks', window=2).__anext__()
                    waiting = asyncio.ensure_future(stream)
                    self.assertEqual(await self.ended(connection), ('PROTOCOL_ERROR', False))
                    await asyncio.wait([waiting])
                    waiting.exception()
                    heard = await self.heard.get()
                    self.assertTrue(b'\x0c\x00\x00\x0d' in heard, 'a GOAWAY with status 13')

    async def test_what_is_no_violation_is_passed_over(self):
        said = b''.join(bytes.fromhex(vector['hex']) for vector in vectors('peers.json')['ignored'])
        await self.served(said + frame(4, b'\xa1\x61n\x01', number=2), after=b'any')
        connection = await valise.connect('pipe:peer')
        self.assertEqual(await connection.request('any'), {'n': 1})
        await connection.close()

    async def test_endpoint_files_are_read_as_the_vectors_say(self):
        files = vectors('places.json')['endpointFiles']
        path = os.path.join(self.home, 'loopback', 'quotes')

        def put(vector):
            with open(path, 'w', encoding='ascii', newline='') as file:
                file.write(vector['text'])
            os.chmod(path, int(vector.get('mode', '0600'), 8))

        for vector in files['refused']:
            with self.subTest(vector['name']):
                put(vector)
                with self.assertRaises(valise.IpcError) as caught:
                    await valise.connect('loopback:quotes')
                self.assertEqual((caught.exception.status, caught.exception.delivery), (vector['status'], 'NOT_SENT'))
        for vector in files['accepted']:
            put(vector)
            expected = (vector['port'], vector['port6'], bytes.fromhex(vector['secret']))
            self.assertEqual(valise._endpoint_file('quotes'), expected)
        with open(path, 'wb') as file:
            file.write(b'\xff\xfe')
        with self.assertRaises(valise.IpcError) as caught:
            await valise.connect('loopback:quotes')
        self.assertEqual(caught.exception.status, 'PROTOCOL_ERROR')

    async def test_options_that_cannot_be_are_refused(self):
        for limit in (4_095, (1 << 30) + 1):
            with self.assertRaises(ValueError):
                await valise.connect('pipe:peer', max_message_bytes=limit)
        await self.served()
        connection = await valise.connect('pipe:peer')
        for window in (0, 1 << 63):
            with self.assertRaises(ValueError):
                await connection.stream('ticks', window=window).__anext__()
        await connection.close()

    async def test_a_handler_that_closes_the_connection_does_not_wait_for_itself(self):
        await self.served(frame(6, b'\x03bye\xa0'), after=b'ready')
        connection = await valise.connect('pipe:peer')
        really_wait, awaited, closed = asyncio.wait, [], asyncio.get_running_loop().create_future()

        async def wait(tasks, **options):
            awaited.extend(tasks)
            return await really_wait(tasks, **options)

        async def bye(_):
            await connection.close()
            closed.set_result(asyncio.current_task() in awaited)

        connection.on('bye', bye)
        with unittest.mock.patch.object(asyncio, 'wait', wait):
            await connection.send('ready')
            self.assertFalse(await asyncio.wait_for(closed, 30))
        self.assertEqual(len(awaited), 1)
        self.assertEqual(await self.ended(connection), ('CONNECTION_CLOSED', False))

    async def test_an_event_to_a_server_that_is_gone_fails_with_a_status(self):
        await self.served()
        connection = await valise.connect('pipe:peer')
        connection._writer.transport.abort()
        with self.assertRaises(valise.IpcError) as caught:
            while True:
                await connection.send('note', {'data': bytes(1 << 16)})
        self.assertIn(caught.exception.status, ('PEER_DIED', 'CONNECTION_CLOSED'))
        await connection.close()


if __name__ == '__main__':
    unittest.main()

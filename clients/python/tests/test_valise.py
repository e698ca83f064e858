"""The codec against the vectors of the project: `python3 -m unittest discover -s tests` in clients/python."""
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir))
import valise  # noqa: E402

VECTORS = os.path.join(HERE, *[os.pardir] * 3, 'ipc-api', 'src', 'test', 'resources', 'vectors', 'valueset.json')


class CodecTest(unittest.TestCase):
    def setUp(self):
        with open(VECTORS, encoding='utf-8') as file:
            self.vectors = json.load(file)

    def test_what_is_accepted_is_written_as_it_was_read(self):
        self.assertGreater(len(self.vectors['accepted']), 100)
        for vector in self.vectors['accepted']:
            with self.subTest(vector['name']):
                data = bytes.fromhex(vector['hex'])
                message = valise.decode(data)
                self.assertEqual(list(message), ['v'])
                written = valise.encode(message)
                self.assertTrue(written == data or not vector['encodes'], written.hex())
                self.assertEqual(repr(valise.decode(written)), repr(message))

    def test_the_start_of_a_message_is_refused(self):
        for vector in self.vectors['accepted']:
            data = bytes.fromhex(vector['hex'])
            for length in range(len(data)):
                with self.subTest(vector['name'], length=length), self.assertRaises(valise.IpcError):
                    valise.decode(data[:length])

    def test_what_is_malformed_outside_of_tags_is_refused(self):
        """The content of tags is not read: what is wrong in it is seen by the program that uses it."""
        refused = [vector for vector in self.vectors['malformed'] if self.is_refused(vector['hex'])]
        self.assertGreater(len(refused), len(self.vectors['malformed']) // 3)
        for data in ('', 'a1', 'a16176', 'a161761c', 'a1617661ff', 'a161765f7fffff', 'a161767f7fffff', '80', 'a0a0', 'a20001', 'a2617601617602', 'a16176' * 40, 'c6' * 10_000):
            self.assertTrue(self.is_refused(data), data[:40])

    @staticmethod
    def is_refused(data):
        try:
            valise.decode(bytes.fromhex(data))
            return False
        except valise.IpcError as error:
            return error.status == 'PROTOCOL_ERROR'

    def test_what_no_message_can_hold_is_refused(self):
        for value in ({'k': object()}, {1: 2}, {'': 1}, {'k' * 256: 1}):
            with self.assertRaises((TypeError, ValueError)):
                valise.encode(value)
        with self.assertRaises(TypeError):
            valise.encode([1])


if __name__ == '__main__':
    unittest.main()

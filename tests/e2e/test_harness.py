#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tests' own tools: the scripted registry does the wrong that it promises, and the checks
after a run catch what they are for."""
import base64
import http.client
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class ScriptedRegistry(Scenario):

    def setUp(self):
        super().setUp()
        self.server = self.mock('distribution')
        self.image = self.server.seed(images.image('x', layers=1, size=1000), 'a', '1')
        self.layer = self.image.layers[0]

    def get(self, target=None, method='GET', body=None, **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=5)
        self.addCleanup(connection.close)
        connection.request(method, target or f'/v2/a/blobs/{self.layer}', body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def test_content(self):
        self.assertEqual(self.get()[1], self.image.blobs[self.layer])
        answer, data = self.get(Range='bytes=10-19')
        self.assertEqual((answer.status, data), (206, self.image.blobs[self.layer][10:20]))
        answer, data = self.get('/v2/a/manifests/1')
        self.assertEqual(data, self.image.data)
        self.assertEqual(answer.getheader('Docker-Content-Digest'), self.image.digest)

    def test_cut_and_reset(self):
        for framing in ('length', 'chunked'):
            self.server.fault('blobs', mock.cut(500, framing))
            self.assertRaises(http.client.IncompleteRead, self.get)
        for framing in ('close', 'http10'):
            self.server.fault('blobs', mock.cut(500, framing))
            self.assertEqual(len(self.get()[1]), 500)
        self.server.fault('blobs', mock.reset(500))
        self.assertRaises(ConnectionResetError, self.get)
        self.server.fault('blobs', mock.silent())
        self.assertRaises(http.client.RemoteDisconnected, self.get)

    def test_wrong_bytes(self):
        self.server.fault('blobs', mock.flip(3))
        wrong, right = self.get()[1], self.image.blobs[self.layer]
        self.assertEqual([i for i in range(1000) if wrong[i] != right[i]], [3])
        self.server.fault('blobs', mock.longer(1))
        self.assertEqual(len(self.get()[1]), 1001)

    def test_lost_replies(self):
        for stored in (True, False):
            answer, _ = self.get('/v2/b/blobs/uploads/', 'POST')
            target = answer.getheader('Location').replace(self.server.url, '') + \
                f'&digest={self.layer}'
            self.server.fault('^PUT', mock.lost(stored))
            self.assertRaises(http.client.RemoteDisconnected, self.get, target, 'PUT',
                              self.image.blobs[self.layer])
            self.assertEqual(self.server.state.blob('b', self.layer) is not None, stored)
            if stored:
                self.assertEqual(self.get(target, 'PUT', b'')[0].status, 404)
            self.server.state.repositories.pop('b', None)

    def test_incomplete_manifests_are_refused(self):
        kind = {'Content-Type': images.OCI_MANIFEST}
        self.assertEqual(self.get('/v2/b/manifests/1', 'PUT', self.image.data, **kind)[0].status,
                         400)
        self.server.state.put_manifest('b', images.OCI_MANIFEST, self.image.data, '1')
        self.assertRaises(AssertionError, self.server.state.check)

    def test_order_is_checked(self):
        server = self.mock(mock.profile('generic', validates=False))
        connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=5)
        self.addCleanup(connection.close)
        connection.request('PUT', '/v2/a/manifests/1', self.image.data,
                           {'Content-Type': images.OCI_MANIFEST})
        connection.getresponse().read()
        self.assertRaises(AssertionError, self.assertOrder, server)

    def test_ordinal_and_times(self):
        self.server.fault('', mock.status(503), ordinal=2)
        self.server.fault('manifests', mock.status(500), times=2)
        self.assertEqual([self.get()[0].status for _ in range(3)], [200, 503, 200])
        self.assertEqual([self.get('/v2/a/manifests/1')[0].status for _ in range(3)],
                         [500, 500, 200])

    def test_trap_sees_coded_secrets(self):
        trap = self.trap()
        secret = self.secret()
        connection = http.client.HTTPConnection('127.0.0.1', trap.port, timeout=5)
        self.addCleanup(connection.close)
        coded = base64.b64encode(f'user:{secret}'.encode()).decode()
        connection.request('GET', '/x', headers={'Authorization': f'Basic {coded}'})
        connection.getresponse().read()
        self.assertRaises(AssertionError, trap.check, self.secrets)


class ScriptedRepository(Scenario):

    def get(self, server, path, **headers):
        connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=5)
        self.addCleanup(connection.close)
        connection.request('GET', f'/charts/{path}', headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer

    def test_files_validators_and_credentials(self):
        server = self.running(mock.ChartRepository(validators=('etag', 'date')))
        found = charts.chart('demo', '1.0.0', provenance=True)
        server.add(found)
        self.assertEqual(self.get(server, 'demo-1.0.0.tgz')[:2], (200, found.data))
        self.assertEqual(self.get(server, 'demo-1.0.0.tgz', Range='bytes=5-')[:2],
                         (206, found.data[5:]))
        answer = self.get(server, 'index.yaml')[2]
        for name, value in (('If-None-Match', answer.getheader('ETag')),
                            ('If-Modified-Since', answer.getheader('Last-Modified'))):
            self.assertEqual(self.get(server, 'index.yaml', **{name: value})[:2], (304, b''))
            self.assertEqual(self.get(server, 'index.yaml', **{name: 'x'})[0], 200)
        for hides, status in ((False, 401), (True, 404)):
            server.basic, server.hides = ('a', 'b'), hides
            self.assertEqual(self.get(server, 'index.yaml')[0], status)
            self.assertEqual(self.get(server, 'index.yaml', Authorization='Basic YTpi')[0], 200)
        server.fault('index', mock.cut(10))
        server.basic = None
        self.assertRaises(http.client.IncompleteRead, self.get, server, 'index.yaml')

    def test_a_chart_of_helm_gets_the_digest_that_helm_gives_it(self):
        self.assertEqual(charts.as_pushed(charts.signed_chart()).digest,
                         'sha256:b57e8ffd938c43253f30afedb3c209136288e6b3af3b33473e95ea3b805888e6')


class Checks(harness.TestCase):

    def test_output(self):
        secret = self.secret()
        bad = [f'password {secret}', 'bell \a', 'c1 \x9b31m', '::error::x', 'line\n::set-env::',
               'x: runtime error: signed integer overflow', 'ERROR: AddressSanitizer: x']
        for text in bad:
            with self.subTest(text=text):
                self.assertRaises(AssertionError, harness.check_output, ['mirror'], text, 'stderr')
        harness.check_output(['matrix', '--format', 'github'], '::error::x\n', 'stdout')
        harness.check_output(['mirror'], 'tab\t and line\n', 'stdout')

    def test_graph(self):
        image = images.multi_platform('x')
        manifests = {digest: data for digest, (_, data) in image.manifests.items()}
        self.assertEqual(images.check_graph(image.digest, manifests.get, image.blobs.get), 9)
        blobs = dict(image.blobs)
        blobs[next(iter(blobs))] = b'other'
        self.assertRaises(AssertionError, images.check_graph, image.digest, manifests.get,
                          blobs.get)
        blobs.pop(next(iter(blobs)))
        self.assertRaises(AssertionError, images.check_graph, image.digest, manifests.get,
                          blobs.get)


if __name__ == '__main__':
    harness.main()

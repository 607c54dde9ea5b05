#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Registries that mean harm: redirects, headers, certificates, documents, graphs."""
import json
import os
import resource
import ssl
import sys
import time
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from fault_case import BLOB, LAYER, MANIFEST, FaultCase  # noqa: E402

EVER = {'times': -1}


class Redirects(FaultCase):

    def test_n9_followed(self):
        """A blob may be elsewhere: relative, on another host, behind a few hops."""
        for code in (301, 302, 303, 307, 308):
            with self.subTest(code=code):
                name = f'moved {code}'
                layer = self.image(name).layers[0]
                content = self.image(name).blobs[layer]
                store = self.trap(lambda _request, c=content: mock.Response(200, body=c),
                                  name='localhost')
                self.one(name, ('s', [(LAYER, mock.redirect(f'{store.url}/x?signature=1', code),
                                       EVER)], 0))
                self.assertTrue(store.requests('^GET /x.signature=1'))
                self.assertFalse([each for each in store.requests()
                                  if each.header('Authorization')])
        self.one('relative', ('s', [(BLOB, mock.redirect('{target}?again'))], 0))

    def test_n9_refused(self):
        trap = self.trap()
        away = {
            'loop': '{target}',
            'file': 'file:///etc/passwd',
            'userinfo': f'http://user:password@127.0.0.1:{trap.port}/x',
            'metadata': 'http://169.254.169.254/latest/meta-data/',
            'no host': 'http:///x',
            'not a URL': 'http://[bad',
            'other scheme': 'gopher://127.0.0.1/x',
        }
        start = time.monotonic()
        self.each({name: ('s', [(BLOB, mock.redirect(url), EVER)]) for name, url in away.items()},
                  self.fails)
        self.assertLess(time.monotonic() - start, 15 * harness.PATIENCE)
        self.assertEqual([str(each) for each in trap.requests()], [])

    def test_n9_chains_are_counted(self):
        source, _, path = self.prepare('loop')
        source.fault(BLOB, mock.redirect('{target}'), times=-1)
        self.mirror(path, status=None)
        self.assertLess(len(source.requests(BLOB)), 2 * 12 * 5)

    def test_n9_tls_is_not_left(self):
        trap = self.trap()
        certificates = self.authority()
        source = self.mock(tls=certificates.issue('server'))
        target = self.mock()
        source.seed(self.image('downgrade'), 'app', '1')
        source.fault(BLOB, mock.redirect(f'http://127.0.0.1:{trap.port}/blob'), times=-1)
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries={source.address: {'ca': str(certificates.certificate)}},
                           run={'retries': 0})
        found = self.mirror(path, status=None)
        self.assertIn(found.done.returncode, (1, 3))
        self.assertEqual(trap.requests(), [])


class Headers(FaultCase):

    def test_n11_odd_headers(self):
        """Either a whole copy or a clean failure; never a crash, and memory stays."""
        whole = b'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n'
        lines = {
            'large': b'X-Large: ' + b'x' * 300_000 + b'\r\n',
            'many': b''.join(b'X-%d: y\r\n' % i for i in range(20000)),
            'nul': b'X-Nul: a\0b\r\n',
            'no colon': b'what is this\r\n',
            'two lengths': b'Content-Length: 5\r\nContent-Length: 7\r\n',
            'length and chunks': b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
            'absurd length': b'Content-Length: 99999999999999999999999\r\n',
            'negative length': b'Content-Length: -1\r\n',
        }
        actions = {name: mock.raw_head(whole + line + b'\r\n') for name, line in lines.items()}
        actions['http/0.9'] = mock.raw_head(b'')
        actions['interim'] = mock.raw_head(b'HTTP/1.1 100 Continue\r\n\r\n' * 300)
        actions['garbage'] = mock.raw_head(bytes(range(256)) * 10 + b'\r\n\r\n')
        actions['status'] = mock.raw_head(b'HTTP/1.1 99999 What\r\n\r\n')
        cases = {f'{name} {what}': (match, action) for name, action in actions.items()
                 for what, match in (('blob', BLOB), ('manifest', MANIFEST))}
        self.each(cases, self.survives)
        if not harness.SANITIZED:
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            self.assertLess(used, 192 * 1024, 'KiB of memory')

    def survives(self, name, case):
        match, action = case
        source, target, path = self.prepare(name.replace('/', '-'))
        source.fault(match, action, times=1)
        found = self.mirror(path, status=None, timeout=30)
        self.assertIn(found.done.returncode, (0, 1, 6, 8))
        self.check_state(source, target, found.done.returncode, found)


class Certificates(FaultCase):

    def test_n14_bad_certificates(self):
        ca = self.authority()
        other = harness.Path(self.tmp / 'other')
        stranger = type(ca)(other)
        self.each({'expired': ca.issue('expired', days=-1),
                   'wrong host': ca.issue('wrong', ('registry.example',)),
                   'unknown CA': stranger.issue('unknown')}, self.refused)

    def refused(self, name, certificate):
        source, target = self.mock(tls=certificate), self.mock()
        source.seed(self.image(name), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries={source.address: {'ca': str(self.tmp / 'ca/ca.pem')}},
                           run={'retries': 1}, name=f'{name.replace(" ", "-")}.yaml')
        found = self.mirror(path, status=None)
        self.assertNotEqual(found.done.returncode, 0)
        self.assertEqual(source.journal, [])
        self.assertEqual(source.downgrades, 0, 'plain http after a certificate error')
        self.assertIn('certificate', (found.said).lower())

    def test_n14_old_protocol(self):
        ca = self.authority()
        source, target = self.mock(tls=ca.issue('server')), self.mock()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            source.context.minimum_version = ssl.TLSVersion.TLSv1
            source.context.maximum_version = ssl.TLSVersion.TLSv1_1
        source.context.set_ciphers('ALL:@SECLEVEL=0')
        source.seed(self.image('old'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries={source.address: {'ca': str(ca.certificate)}},
                           run={'retries': 1})
        self.assertNotEqual(self.mirror(path, status=None).done.returncode, 0)
        self.assertEqual((source.journal, source.downgrades), ([], 0))


class Documents(FaultCase):

    def document(self, **changes) -> dict:
        return {**self.image('document').document, **changes}

    def layer(self, **changes) -> dict:
        good = self.image('document').document
        return {**good, 'layers': [{**good['layers'][0], **changes}]}

    def test_j1_hostile_manifests(self):
        good = images.encode(self.document())
        raw = {
            'truncated': good[:-20],
            'empty': b'',
            'not JSON': b'<html>',
            'duplicate keys': good[:-1] + b',"schemaVersion":2}',
            'deep': b'{"a":' + b'[' * 3000 + b']' * 3000 + b'}',
            'many objects': b'{"layers":[' + b'{},' * 1_000_000 + b'{}]}',
            'above the limit': good[:-1] + b',"x":"' + b'x' * (5 << 20) + b'"}',
            'exponent': good.replace(b'"size":300000', b'"size":3e5'),
            'too large a number': good.replace(b'"size":300000', b'"size":9223372036854775808'),
            'nul': good + b'\0',
            'byte order mark': b'\xef\xbb\xbf' + good,
            'not UTF-8': good[:-1] + b',"x":"\xff\xfe"}',
            'array': b'[]', 'null': b'null', 'number': b'42',
        }
        sha = 'sha256:'
        documents = {
            'negative size': self.layer(size=-1),
            'size is text': self.layer(size='300000'),
            'no size': {**self.document(), 'layers': [{'digest': sha + 'a' * 64}]},
            'path as digest': self.layer(digest=sha + '../../../../etc/passwd'),
            'upper case digest': self.layer(digest=sha + 'A' * 64),
            'short digest': self.layer(digest=sha + 'a' * 63),
            'unknown algorithm': self.layer(digest='md5:' + 'a' * 32),
            'digest is a number': self.layer(digest=5),
            'layers is an object': self.document(layers={}),
            'layer is null': self.document(layers=[None]),
            'config is text': self.document(config='x'),
            'no config': {k: v for k, v in self.document().items() if k != 'config'},
            'manifest and index': self.document(manifests=[]),
            'schema 1': {'schemaVersion': 1, 'name': 'a', 'tag': '1', 'fsLayers': [],
                         'history': []},
            'media type of another kind': self.document(mediaType=images.OCI_INDEX),
            'unknown media type': self.document(mediaType='application/x-unheard-of'),
            'manifests is text': {'schemaVersion': 2, 'mediaType': images.OCI_INDEX,
                                  'manifests': 'x'},
            'platform is text': {'schemaVersion': 2, 'mediaType': images.OCI_INDEX, 'manifests': [
                {**images.descriptor(images.OCI_MANIFEST, good), 'platform': 'linux'}]},
        }
        cases = {**raw, **{name: json.dumps(each).encode() for name, each in documents.items()}}
        self.each(cases, self.refuses_document)
        if not harness.SANITIZED:
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            self.assertLess(used, 192 * 1024, 'KiB of memory')

    def refuses_document(self, name, data):
        source, target, path = self.prepare(name)
        try:
            media_type = json.loads(data)['mediaType']
        except (ValueError, TypeError, KeyError, RecursionError):
            media_type = images.OCI_MANIFEST
        good = self.image('document')
        for blob in good.blobs.values():
            source.state.put_blob('app', blob)
        source.state.put_manifest('app', media_type, data, '1')
        start = time.monotonic()
        found = self.mirror(path, status=None, timeout=30)
        self.assertLess(time.monotonic() - start, 6 * harness.PATIENCE)
        self.assertIn(found.done.returncode, (1, 6, 8), str(found))
        self.assertEqual(target.state.check(), 0)
        self.assertEqual([str(each) for each in target.requests('^PUT .*manifests')], [])

    def test_j1_unknown_fields_are_kept(self):
        source, target, path = self.prepare('unknown')
        image = images.image('unknown', **{'x-new': [1, {'y': None}], 'artifactType': 'a/b'})
        source.seed(image, 'app', '1')
        self.mirror(path)
        self.assertEqual(target.state.tag('m/app', '1'), image.digest)


class Graphs(FaultCase):

    def test_j3_hostile_graphs(self):
        nested = images.image('leaf')
        for _ in range(50):
            nested = images.index([nested])
        leaf = images.image('leaf')
        many = images.index([images.descriptor(images.OCI_MANIFEST, b'%d' % i)
                             for i in range(10000)])
        lie = leaf.descriptor()
        lie['mediaType'] = images.OCI_INDEX
        liar = images.index([lie])
        liar.manifests.update({**leaf.manifests, **{liar.digest: liar.manifests[liar.digest]}})
        liar.blobs.update(leaf.blobs)
        absent = images.index([images.image('absent').descriptor()])
        layers = images.image('layers', layers=0, extra_layers=[
            images.descriptor(images.OCI_LAYER, b'%d' % i) for i in range(1000)])
        self.each({'depth 50': nested, '10,000 children': many, 'two media types': liar,
                   'absent child': absent, '1,000 layers that are not there': layers},
                  self.refuses_graph)

    def refuses_graph(self, name, image):
        source, target, path = self.prepare(name)
        source.seed(image, 'app', '1')
        found = self.mirror(path, status=None, timeout=30)
        self.assertIn(found.done.returncode, (1, 4, 6, 8), str(found))
        self.assertEqual(target.state.check(), 0)
        self.assertLess(len(source.requests('manifests')), 100)

    def test_j3_same_child_a_thousand_times(self):
        source, target, path = self.prepare('same')
        leaf = images.image('leaf')
        image = images.index([leaf] * 500)
        source.seed(image, 'app', '1')
        self.mirror(path)
        self.assertEqual(target.state.tag('m/app', '1'), image.digest)
        self.assertLessEqual(len(source.requests('^GET .*/manifests/')), 3)
        self.assertEqual(target.state.check(), 1)


if __name__ == '__main__':
    harness.main()

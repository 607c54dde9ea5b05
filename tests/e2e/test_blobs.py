#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How few blobs are moved, in which order things are written, and what is never believed."""
import json
import os
import sys
import time
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from mock import profile  # noqa: E402
from scenario import Scenario  # noqa: E402

EVER = {'times': -1}
# A mount that is more than the question whether the repository has the blob itself.
FROM_ANOTHER = r'^POST /v2/(\S+)/blobs/uploads/\?mount=\S+&from=(?!\1$)'


class BlobCase(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()

    def path(self, *names, prefix='', **more):
        return self.config([self.entry(self.source, name, '1') for name in names],
                           self.target.address + prefix, **more)

    def clear(self):
        self.source.clear()
        self.target.clear()

    @staticmethod
    def digests(entries, where):
        """How often each blob was in a request's path ('path') or its query ('digest')."""
        return Counter(each.path.rpartition('/')[2] if where == 'path' else each.query[where]
                       for each in entries)


class Shared(BlobCase):

    def test_one_download_one_upload_then_mounts(self):
        """A base layer of twenty images."""
        base = images.random_bytes('base', 40000)
        names = [f'app{i}' for i in range(20)]
        for name in names:
            self.source.seed(images.image(name, layers=1, size=300, shared=[base]), name, '1')
        found = self.mirror(self.path(*names, run={'parallel': 8}))
        digest = images.digest_of(base)
        self.assertEqual(len(self.source.requests(f'^GET .*{digest}')), 1)
        self.assertEqual(len(self.target.requests(f'^PUT .*{digest}')), 1)
        mounts = [each for each in self.target.requests(FROM_ANOTHER) if digest in each.target]
        self.assertEqual(len(mounts), 19)
        self.assertEqual({each.status for each in mounts}, {201})
        self.assertEqual(found.document['totals']['blobs'],
                         {'sent': 41, 'mounted': 19, 'present': 0})
        self.assertEqual(self.target.state.check(), 20)
        self.assertOrder(self.target)

    def test_in_one_repository_not_even_a_mount(self):
        base = images.random_bytes('base', 4000)
        tags = [str(i) for i in range(10)]
        for tag in tags:
            self.source.seed(images.image(tag, layers=1, size=300, shared=[base]), 'app', tag)
        path = self.config([self.entry(self.source, 'app', *tags)], self.target.address)
        found = self.mirror(path)
        self.assertEqual(len(self.source.requests(f'^GET .*{images.digest_of(base)}')), 1)
        self.assertEqual(self.target.requests(FROM_ANOTHER), [])
        self.assertEqual(found.document['totals']['blobs'],
                         {'sent': 21, 'mounted': 0, 'present': 9})

    def test_against_the_real_registry(self):
        base = images.random_bytes('base', 40000)
        target = self.registry('real')
        names = [f'app{i}' for i in range(5)]
        for name in names:
            self.source.seed(images.image(name, layers=1, size=300, shared=[base]), name, '1')
        self.target = target
        self.mirror(self.path(*names))
        digest = images.digest_of(base)
        self.assertEqual(len(self.source.requests(f'^GET .*{digest}')), 1)
        self.assertEqual(len(target.requests(f'^PUT .*{digest}')), 1)
        self.assertEqual(len([each for each in target.requests(FROM_ANOTHER)
                              if digest in each.target]), 4)
        self.assertEqual(target.walk(), 5)

    def test_mounts_that_are_refused_become_uploads(self):
        base = images.random_bytes('base', 4000)
        for kind in ('no', '401', '404'):
            with self.subTest(mount=kind):
                self.target = self.mock(profile('generic', mount=kind))
                for name in ('a', 'b'):
                    self.source.seed(images.image(name, shared=[base]), name, '1')
                found = self.mirror(self.path('a', 'b'))
                self.assertEqual(found.document['totals']['blobs']['mounted'], 0)
                self.assertEqual(self.target.state.check(), 2)
                self.assertEqual(self.target.state.uploads, {})

    def test_a_failed_bringer_passes_its_turn_on(self):
        """The first of three that need a blob fails at it; the others do not fail with it."""
        base = images.random_bytes('base', 4000)
        for name in ('a', 'b', 'c'):
            self.source.seed(images.image(name, layers=0, shared=[base]), name, '1')
        self.target.fault(f'^PUT .*{images.digest_of(base)}', mock.status(403))
        found = self.mirror(self.path('a', 'b', 'c'), status=3)
        self.assertEqual(sorted(found.statuses()), ['created', 'created', 'failed'])
        self.assertEqual(self.target.state.check(), 2)

    def test_from_the_source_in_the_same_registry(self):
        self.source.seed(images.image('a'), 'from/app', '1')
        path = self.config([self.entry(self.source, 'from/app', '1',
                                       destination='to/app:{version}')], self.source.address)
        self.mirror(path)
        self.assertEqual(self.source.requests('^GET .*blobs'), [])
        self.assertEqual(self.source.requests('^PUT .*blobs'), [])
        self.assertEqual(self.source.state.check(), 2)

    def test_what_is_there_is_not_sent(self):
        image = self.source.seed(images.image('a', layers=3), 'app', '1')
        for data in list(image.blobs.values())[:2]:
            self.target.state.put_blob('app', data)
        found = self.mirror(self.path('app'))
        self.assertEqual(found.document['totals']['blobs'],
                         {'sent': 2, 'mounted': 0, 'present': 2})
        self.assertEqual(len(self.target.requests('^PUT .*blobs')), 2)


class Updates(BlobCase):

    def test_one_new_layer_is_all_that_is_sent(self):
        """What the old manifest lists need not be asked for."""
        shared = [images.random_bytes(i, 2000) for i in range(12)]
        self.source.seed(images.image('old', layers=1, shared=shared), 'app', '1')
        path = self.path('app')
        self.mirror(path)
        self.source.seed(images.image('new', layers=1, shared=shared), 'app', '1')
        self.clear()
        found = self.mirror(path)
        self.assertEqual(found.statuses(), ['updated'])
        self.assertEqual(len(self.target.requests('^PUT .*blobs')), 2)  # layer and config
        self.assertEqual(len(self.target.requests('^POST .*blobs')), 2)
        self.assertEqual(self.target.requests('^HEAD .*blobs'), [])
        self.assertEqual(len(self.source.requests('^GET .*blobs')), 2)
        self.assertEqual(found.jobs[0]['blobs'], {'sent': 2, 'mounted': 0, 'present': 12})
        self.assertOrderFrom(shared)

    def assertOrderFrom(self, _shared):
        self.assertEqual(self.target.state.check(), 1)
        self.assertEqual(self.target.requests('^PUT')[-1].path, '/v2/app/manifests/1')

    def test_one_platform_of_an_index(self):
        children = [images.image(name, platform=name, layers=4) for name in
                    ('linux/amd64', 'linux/arm64', 'linux/arm/v7')]
        self.source.seed(images.index(children), 'app', '1')
        path = self.path('app')
        self.mirror(path)
        layers = [children[1].blobs[digest] for digest in children[1].layers]
        children[1] = images.image('new', platform='linux/arm64', layers=1, shared=layers)
        self.source.seed(images.index(children), 'app', '1')
        self.clear()
        self.mirror(path)
        self.assertEqual(len(self.target.requests('^PUT .*blobs')), 2)
        self.assertLessEqual(len(self.target.requests('^HEAD .*blobs')), 2)
        self.assertEqual(len(self.target.requests('^PUT .*manifests')), 2)
        self.assertEqual(self.target.state.check(), 1)

    def test_a_belief_that_was_wrong(self):
        """The registry lost a layer that its old manifest lists; the same for a child."""
        lost_layer, lost_child = self.lost('blobs'), self.lost('manifests')
        for forget in (lost_layer, lost_child):
            self.setUp()
            children = [images.image(name, platform=name) for name in
                        ('linux/amd64', 'linux/arm64')]
            self.source.seed(images.index(children), 'app', '1')
            path = self.path('app')
            self.mirror(path)
            forget(children[0])
            children[1] = images.image('new', platform='linux/arm64')
            self.source.seed(images.index(children), 'app', '1')
            self.clear()
            found = self.mirror(path)
            self.assertEqual(found.statuses(), ['updated'])
            self.assertEqual(self.target.state.check(), 1)
            document = found.document['totals']['blobs']
            self.assertEqual(sum(document.values()), 6, 'a blob is counted twice')

    def lost(self, kind):
        def forget(child):
            repository = self.target.state.repositories['app']
            if kind == 'blobs':
                repository.blobs.remove(child.layers[0])
            del repository.manifests[child.digest]
        return forget

    def test_nothing_is_believed_of_a_registry_that_takes_anything(self):
        """A layout takes an index whose children are missing."""
        folder = self.tmp / 'layout'
        children = [images.image(name, platform=name) for name in ('linux/amd64', 'linux/arm64')]
        self.source.seed(images.index(children), 'app', '1')
        path = self.config([self.entry(self.source, 'app', '1')], str(folder))
        self.mirror(path)
        lost = folder / 'app/blobs/sha256' / children[0].digest[7:]
        lost.unlink()
        children[1] = images.image('new', platform='linux/arm64')
        self.source.seed(images.index(children), 'app', '1')
        self.mirror(path)
        self.assertTrue(lost.exists())


class BlobUnknown(BlobCase):

    def setUp(self):
        super().setUp()
        self.image = self.source.seed(images.image('a', layers=4), 'app', '1')
        self.unknown = mock.status(400, {'errors': [{'code': 'MANIFEST_BLOB_UNKNOWN'}]})

    def test_each_is_asked_for_and_the_missing_one_is_brought(self):
        """A blob that got lost after its upload was confirmed."""
        def forget(_request):
            blobs = self.target.state.repositories['app'].blobs
            if len(self.target.requests('^PUT .*manifests')) == 1:
                blobs.remove(self.image.layers[2])
        self.target.fault('^PUT .*manifests', mock.faults.Action('forget', forget), **EVER)
        found = self.mirror(self.path('app'))
        asked = self.digests(self.target.requests('^HEAD .*blobs'), 'path')
        self.assertEqual(set(asked.values()), {1})
        sent = self.digests(self.target.requests('^PUT .*blobs'), 'digest')
        self.assertEqual(sent[self.image.layers[2]], 2)
        self.assertEqual(sum(sent.values()), 6)
        self.assertEqual(found.jobs[0]['blobs'], {'sent': 5, 'mounted': 0, 'present': 0})
        self.assertEqual(self.target.state.check(), 1)

    def test_a_mount_that_was_not_one(self):
        """Mounted, says the registry, and then misses the blob."""
        base = images.random_bytes('base', 4000)
        for name in ('a', 'b'):
            self.source.seed(images.image(name, layers=0, shared=[base]), name, '1')
        lie = mock.status(201)
        self.target.fault('^POST .*mount=', lie)
        self.mirror(self.path('a', 'b'))
        self.assertEqual(self.target.state.check(), 2)

    def test_for_ever_ends(self):
        self.target.fault('^PUT .*manifests', self.unknown, **EVER)
        start = time.monotonic()
        found = self.mirror(self.path('app'), status=1)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertLessEqual(len(self.target.requests('^PUT .*manifests')), 6)
        self.assertLess(time.monotonic() - start, 20 * harness.PATIENCE)
        self.assertEqual(self.target.state.check(), 0)


class Leaves(BlobCase):

    def test_foreign_layers_are_reported_and_not_fetched(self):
        for docker in (False, True):
            with self.subTest(docker=docker):
                trap = self.trap()
                layer = images.foreign_layer('w', docker, f'{trap.url}/layer')
                image = self.source.seed(images.image(f'f{docker}', docker=docker,
                                                      extra_layers=[layer]), 'app', '1')
                found = self.mirror(self.path('app'))
                note = f'foreign layer {layer["digest"]} is not mirrored'
                self.assertEqual(found.jobs[0]['notes'], [note])
                self.assertIn(note, found.said)
                self.assertEqual(self.target.state.manifest('app', '1')[1], image.data)
                self.assertEqual(trap.requests(), [])
                for server in (self.source, self.target):
                    self.assertEqual(server.requests(f'blobs/.*{layer["digest"]}'), [])

    def test_empty_blobs(self):
        """The empty descriptor ({}), and a blob of no bytes."""
        empty = b'{}'
        for name, content in (('two', empty), ('none', b'')):
            document = {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
                        'artifactType': 'application/vnd.example',
                        'config': images.descriptor('application/vnd.oci.empty.v1+json', empty),
                        'layers': [images.descriptor('text/plain', content)]}
            self.source.seed(images.from_document(document, {
                images.digest_of(each): each for each in (empty, content)}), name, '1')
        found = self.mirror(self.path('two', 'none'))
        self.assertEqual(found.statuses(), ['created'] * 2)
        self.assertEqual(self.target.state.check(), 2)

    def test_the_same_layer_twice_in_one_image(self):
        data = images.random_bytes('twice', 3000)
        self.source.seed(images.image('a', layers=1, shared=[data, data]), 'app', '1')
        self.mirror(self.path('app'))
        self.assertEqual(len(self.source.requests(f'^GET .*{images.digest_of(data)}')), 1)
        self.assertEqual(self.target.state.check(), 1)

    def test_deep_indexes(self):
        inner = images.multi_platform('i')
        self.source.seed(images.index([images.index([inner]), images.image('beside')]), 'app', '1')
        self.mirror(self.path('app'))
        self.assertEqual(self.target.state.check(), 1)
        self.assertOrder(self.target)

    def manifest_of(self, size):
        """An image whose manifest has so many bytes."""
        image = images.image('big', annotations={'org.example.fill': ''})
        fill = 'x' * (size - len(image.data))
        return images.image('big', annotations={'org.example.fill': fill})

    def test_manifests_of_at_most_4_mib(self):
        self.source.seed(self.manifest_of(4 << 20), 'fits', '1')
        self.source.seed(self.manifest_of((4 << 20) + 1), 'over', '1')
        found = self.mirror(self.path('fits', 'over'), status=None)
        self.assertEqual(found.statuses(), ['created', 'failed'])
        self.assertIn('4 MiB', found.jobs[1]['error']['message'])
        self.assertNotEqual(found.done.returncode, 0)

    def test_a_child_of_another_size_than_its_index_says(self):
        child = images.image('c')
        document = images.index([child]).document
        document['manifests'][0]['size'] += 1
        whole = images.from_document(document, child.blobs)
        whole.manifests = {**child.manifests, **whole.manifests}
        self.source.seed(whole, 'app', '1')
        self.mirror(self.path('app'), status=6)
        self.assertEqual(self.target.requests('^PUT .*manifests'), [])


class Order(BlobCase):

    def test_blobs_then_children_then_index_then_tag(self):
        self.source.seed(images.index([images.multi_platform('n', attestations=True),
                                       images.image('m')]), 'app', '1')
        self.mirror(self.path('app'))
        self.assertOrder(self.target)
        puts = self.target.requests('^PUT .*manifests')
        self.assertEqual([each.path for each in puts if ':' not in each.path],
                         ['/v2/app/manifests/1'])
        self.assertEqual(puts[-1].path, '/v2/app/manifests/1')
        last_blob = self.target.requests('^(POST|PUT) .*blobs')[-1]
        self.assertLess(last_blob.number, puts[0].number)
        self.assertEqual(len(puts), 7)  # five images, two indexes: each once

    def test_uploads_are_one_post_and_one_put_of_known_length(self):
        image = self.source.seed(images.image('a', layers=2, size=400000), 'app', '1')
        self.mirror(self.path('app'))
        self.assertEqual(self.target.requests('^PATCH'), [])
        for digest, data in image.blobs.items():
            put = self.target.requests(f'^PUT .*{digest}')
            self.assertEqual(len(put), 1)
            self.assertEqual(put[0].header('Content-Length'), str(len(data)))
            self.assertIsNone(put[0].header('Transfer-Encoding'))
        self.assertEqual(len(self.target.requests('^POST')), len(image.blobs))

    def test_the_tag_is_looked_at_after_its_put(self):
        self.source.seed(images.image('a'), 'app', '1')
        self.mirror(self.path('app'))
        last = self.target.journal[-1]
        self.assertEqual((last.method, last.path), ('HEAD', '/v2/app/manifests/1'))

    def test_nothing_is_deleted(self):
        for name in ('a', 'b'):
            self.source.seed(images.image(name), 'app', '1')
            self.mirror(self.path('app'))
        self.assertEqual(self.target.requests('^DELETE'), [])

    def test_a_tag_that_somebody_else_moves(self):
        """Written, and found with other content right after: not a success."""
        self.source.seed(images.image('mine'), 'app', '1')
        other = images.image('theirs')

        def move(_request, response):
            self.target.state.add(other, 'app', '1')
            return response
        self.target.fault('^PUT .*manifests/1$', mock.faults.Action('moved', change=move))
        found = self.mirror(self.path('app'), status=7)
        self.assertIn(other.digest, found.jobs[0]['error']['message'])

    def test_a_tag_that_vanishes(self):
        self.source.seed(images.image('mine'), 'app', '1')

        def forget(_request, response):
            del self.target.state.repositories['app'].tags['1']
            return response
        self.target.fault('^PUT .*manifests/1$', mock.faults.Action('gone', change=forget))
        self.mirror(self.path('app'), status=7)


class YesSayer(BlobCase):
    """A server that answers 200 or 201 to everything and keeps nothing."""

    def test_is_caught(self):
        self.source.seed(images.multi_platform('a'), 'app', '1')
        bodies = {'page': b'<html>Welcome!</html>', 'nothing': b'', 'json': b'{}',
                  'manifest': images.image('other').data}
        for name, body in bodies.items():
            with self.subTest(body=name):
                self.target = self.mock()
                self.target.fault('', mock.status(200, body), **EVER)
                found = self.mirror(self.path('app'), status=None)
                self.assertIn(found.done.returncode, range(1, 9))
                self.assertEqual(found.statuses(), ['failed'])

    def test_that_only_pretends_to_store(self):
        """Honest about what it lacks; every PUT is a success that leaves nothing."""
        self.source.seed(images.image('a'), 'app', '1')
        self.target.fault('^PUT .*manifests', mock.status(201), **EVER)
        found = self.mirror(self.path('app'), status=None)
        self.assertEqual(found.statuses(), ['failed'])


class Attempts(BlobCase):
    """What is tried again ends, and attempts of several floors do not multiply."""

    def attempts(self, name, case):
        """case: side, requests, action, retries, most requests, exit status."""
        side, match, action, retries, most, status = case
        source, target = self.mock(), self.mock()
        image = source.seed(images.image(name, layers=1, size=300000), 'app', '1')
        match = match.replace('LAYER', image.layers[0])
        server = source if side == 's' else target
        server.fault(match, action, **EVER)
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           run={'retries': retries}, name=f'{name.replace(" ", "-")}.yaml')
        found = self.mirror(path, status=status)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertEqual(target.state.check(), 0)
        count = len(server.requests(match))
        self.assertLessEqual(count, most)
        self.assertGreaterEqual(count, min(most, retries + 1))

    def test_one_floor_alone_tries_again(self):
        self.each({
            'download': ('s', '^GET .*LAYER', mock.status(503), 2, 3, 1),
            'download cut': ('s', '^GET .*LAYER', mock.cut(0), 2, 3, 1),
            'manifest': ('s', '^GET .*manifests', mock.status(503), 2, 3, 1),
            'manifest cut': ('s', '^GET .*manifests', mock.cut(9), 2, 3, 1),
            'session': ('t', '^POST', mock.status(503), 2, 6, 1),  # of two blobs
            'tag': ('t', '^PUT .*manifests', mock.status(503), 2, 3, 1),
            'upload': ('t', '^PUT .*LAYER', mock.status(500), 2, 3, 1),
            'upload cut': ('t', '^PUT .*LAYER', mock.broken_upload(1000), 2, 3, 1),
            'none': ('t', '^PUT .*LAYER', mock.status(500), 0, 1, 1),
        }, self.attempts)

    def test_what_is_final_is_not_tried_again(self):
        self.each({str(code): ('s', '^GET .*LAYER', mock.status(code), 2, 1, status)
                   for code, status in ((401, 3), (403, 3), (404, 4))}, self.attempts)

    def test_a_download_that_makes_progress_goes_on(self):
        """Broken eight times, a MiB further each time, with two retries."""
        data = images.random_bytes('long', 9 << 20)
        image = self.source.seed(images.image('l', layers=0, shared=[data]), 'app', '1')
        self.source.fault(f'^GET .*{image.layers[0]}', mock.cut((1 << 20) + 1000), times=8)
        self.mirror(self.path('app', run={'retries': 2}))
        self.assertEqual(self.target.state.check(), 1)
        uploads = self.target.requests(f'^PUT .*{image.layers[0]}')
        self.assertEqual(len(uploads), 1, 'the upload began anew')
        sent = sum(each.sent for each in self.source.requests('^GET .*blobs'))
        self.assertLess(sent, len(data) * 1.1)


if __name__ == '__main__':
    harness.main()

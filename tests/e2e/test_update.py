#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A second run in which a layer of some tags changed: what it asks, what it sends, and that nothing
remembered is believed of a target that lost something meanwhile."""
import os
import shutil
import sqlite3
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402

TAGS = [str(i) for i in range(10)]
CHANGED = TAGS[3:5]
PLATFORMS = ('linux/amd64', 'linux/arm64')
BASE = [images.random_bytes(f'base {i}', 20000) for i in range(2)]


def version(tag, change='') -> images.Image:
    """Two platforms on the same base layers; a change is one other layer of the second one."""
    children = []
    for platform in PLATFORMS:
        top = change if platform == PLATFORMS[1] else ''
        layer = images.random_bytes(f'{tag} {platform} {top}', 3000)
        children.append(images.image(f'{tag} {platform}', layers=0, platform=platform,
                                     shared=BASE + [layer]))
    return images.index(children)


class UpdateCase(Scenario):
    """Ten tags of one repository, mirrored once."""
    more = {}

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        self.images = {tag: self.source.push(version(tag), 'app', tag) for tag in TAGS}
        self.path = self.config([self.entry(self.source, 'app', *TAGS, **self.more)],
                                f'{self.target.address}/m')
        self.mirror(self.path)
        self.old = dict(self.images)

    def change(self, tags=CHANGED, change='new'):
        for tag in tags:
            self.images[tag] = self.source.push(version(tag, change), 'app', tag)
        self.clear()

    def clear(self):
        self.source.clear()
        self.target.clear()

    def asked(self, server, pattern=''):
        return [each for each in server.requests(pattern) if each.target != '/v2/']

    def counts(self) -> int:
        return len(self.asked(self.source)) + len(self.asked(self.target))

    def changed_bytes(self, tag) -> int:
        """What the new image has and the old one had not."""
        return sum(len(data) for digest, data in self.images[tag].blobs.items()
                   if digest not in self.old[tag].blobs)

    def check_complete(self):
        self.assertEqual(self.target.walk(), len(TAGS))
        self.assertEqual(self.target.tags(),
                         {f'm/app:{tag}': image.digest for tag, image in self.images.items()})

    def check_updated(self, found, tags=CHANGED):
        self.assertEqual(found.statuses(),
                         ['updated' if tag in tags else 'unchanged' for tag in TAGS])
        self.check_complete()

    @property
    def cache(self):
        return self.tmp / 'home/.cache/artmirror'

    @property
    def layers(self):
        """Where the target links the blobs of the repository."""
        return (self.target.folder
                / 'storage/docker/registry/v2/repositories/m/app/_layers/sha256')

    def lose(self, digests):
        for digest in digests:
            shutil.rmtree(self.layers / digest[7:], ignore_errors=True)


class Requests(UpdateCase):

    def test_a_changed_layer(self):
        self.change()
        found = self.mirror(self.path)
        self.check_updated(found)
        for tag, job in zip(TAGS, found.jobs):
            sent = self.changed_bytes(tag) if tag in CHANGED else 0
            self.assertEqual(job['bytes']['sent'], sent)
            self.assertEqual(job['blobs']['sent'], 2 if sent else 0)
        at_source = [len(self.asked(self.source, f'^{method} .*/{kind}/'))
                     for method, kind in (('HEAD', 'manifests'), ('GET', 'manifests'),
                                          ('GET', 'blobs'))]
        self.assertEqual(at_source, [10, 4, 4])
        at_target = [len(self.asked(self.target, f'^{method} .*/{kind}/'))
                     for method, kind in (('HEAD', 'manifests'), ('GET', 'manifests'),
                                          ('PUT', 'manifests'), ('PUT', 'blobs'))]
        self.assertEqual(at_target, [12, 0, 4, 4])
        self.assertLessEqual(self.counts(), 2 * len(TAGS) + 12 * len(CHANGED))

    def test_without_the_cache_it_costs_more_and_ends_the_same(self):
        self.change()
        shutil.rmtree(self.cache)
        self.check_updated(self.mirror(self.path))
        reads = [self.asked(server, '^GET .*/manifests/') for server in (self.source, self.target)]
        self.assertEqual([len(each) for each in reads], [6, 4])
        self.change(CHANGED, 'newer')  # remembered again
        self.check_updated(self.mirror(self.path))
        self.assertEqual(self.asked(self.target, '^GET '), [])

    def test_nothing_to_do_opens_nothing(self):
        shutil.rmtree(self.cache)
        self.clear()
        self.mirror(self.path)
        self.assertEqual(self.counts(), 2 * len(TAGS))
        self.assertFalse((self.cache / 'manifests.db').exists())

    def test_a_plan_reads_it_and_adds_nothing(self):
        self.change()
        before = self.digests()
        self.plan(self.path)
        self.assertEqual(self.asked(self.target, '^GET .*/manifests/'), [])
        self.assertEqual(self.digests(), before)
        self.assertEqual(self.target.writes(), [])

    def digests(self):
        with sqlite3.connect(self.cache / 'manifests.db') as store:
            return sorted(store.execute('SELECT digest, data FROM manifest'))

    def test_other_bytes_under_a_digest_are_not_used(self):
        with sqlite3.connect(self.cache / 'manifests.db') as store:
            store.execute("UPDATE manifest SET data = replace(data, 'amd64', 'arm64')")
        store.close()
        self.change()
        self.check_updated(self.mirror(self.path))

    def test_a_damaged_file(self):
        path = self.cache / 'manifests.db'
        self.assertTrue(path.exists())
        path.write_bytes(b'\xff' * path.stat().st_size)
        self.change()
        found = self.mirror(self.path)
        self.check_updated(found)
        self.assertIn('manifests.db.damaged', found.said)


class CutIndex(UpdateCase):
    more = {'platforms': [PLATFORMS[1]]}

    def check_complete(self):
        self.assertEqual(self.target.walk(), len(TAGS))

    def test_a_changed_layer(self):
        self.change()
        found = self.mirror(self.path)
        self.check_updated(found)
        self.assertEqual(found.document['totals']['bytes']['sent'],
                         sum(self.changed_bytes(tag) for tag in CHANGED))
        self.assertLessEqual(self.counts(), 2 * len(TAGS) + 12 * len(CHANGED))


class Lost(UpdateCase):
    """The cache is kept; what it remembers is gone."""

    def test_the_target_was_emptied(self):
        self.target.stop()
        self.target.wipe()
        self.target.start()
        found = self.mirror(self.path)
        self.assertEqual(found.statuses(), ['created'] * 10)
        self.check_complete()
        self.target.stop()
        self.target.wipe()
        self.target.start()
        self.change()
        found = self.mirror(self.path)
        self.assertEqual(found.statuses(), ['created'] * 10)
        self.check_complete()

    def test_blobs_that_manifests_list(self):
        """A careless collector took every blob of the tags that change."""
        self.lose(digest for tag in CHANGED for digest in self.images[tag].blobs
                  if digest not in {images.digest_of(each) for each in BASE})
        self.lose(images.digest_of(each) for each in BASE)
        self.change()
        self.check_updated(self.mirror(self.path))

    def test_blobs_of_all_tags(self):
        shutil.rmtree(self.layers)
        self.change(TAGS)
        self.check_updated(self.mirror(self.path), TAGS)

    def test_one_blob(self):
        self.lose([images.digest_of(BASE[1])])
        self.change()
        found = self.mirror(self.path)
        self.check_updated(found)
        self.assertEqual(len(self.asked(self.target, f'^PUT .*{images.digest_of(BASE[1])}')), 1)

    def test_a_child_that_did_not_change(self):
        for tag in CHANGED:
            shutil.rmtree(self.layers.parents[1] / '_manifests/revisions/sha256'
                          / self.images[tag].children[0][7:])
        self.change()
        self.check_updated(self.mirror(self.path))


class Collector(threading.Thread):
    """Once in each repository of a registry, as soon as it has blobs and no manifest: removes
    them, links and content."""

    def __init__(self, registry):
        super().__init__(daemon=True)
        self.top = registry.folder / 'storage/docker/registry/v2'
        self.collected = {}
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            for layers in self.top.glob('repositories/app/*/_layers/sha256'):
                name = layers.parents[1]
                if name not in self.collected and not (name / '_manifests').exists():
                    self.collected[name] = self.collect(layers)
            time.sleep(0.002)

    def collect(self, layers) -> int:
        found = list(layers.glob('*/link'))
        for link in found:
            digest = link.parent.name
            shutil.rmtree(link.parent, ignore_errors=True)
            shutil.rmtree(self.top / 'blobs/sha256' / digest[:2] / digest, ignore_errors=True)
        return len(found)

    def stop(self):
        self.ends.set()
        self.join()


class CollectedDuringTheRun(Scenario):

    def test_ends_complete(self):
        source, target = self.registry('source'), self.registry('target')
        names = [f'app/{i}' for i in range(12)]
        shared = [images.random_bytes('shared', 50000)]
        for name in names:
            source.push(images.multi_platform(name, layers=3, size=200000, shared=shared), name,
                        '1')
        path = self.config([self.entry(source, name, '1') for name in names], target.address)
        collector = Collector(target)
        collector.start()
        self.addCleanup(collector.stop)
        found = self.mirror(path)
        collector.stop()
        self.assertGreater(sum(collector.collected.values()), 0, 'nothing was collected')
        self.assertEqual(found.statuses(), ['created'] * len(names))
        self.assertEqual(target.walk(), len(names))


if __name__ == '__main__':
    harness.main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""From layout to layout: what skopeo reads, what a second run writes, what is refused."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402

REF_NAME = 'org.opencontainers.image.ref.name'


def snapshot(folder) -> dict:
    """{path: (inode, mtime, size)} of all files below a folder."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            stat = os.lstat(path)
            found[path] = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
    return found


def layout_tags(layout) -> dict:
    document = json.loads((layout / 'index.json').read_text(encoding='utf-8'))
    return {each['annotations'][REF_NAME]: each['digest'] for each in document['manifests']}


def check_layout(layout, allow_missing=()) -> None:
    """Every tag's graph is whole, and every blob has the content that its name says."""
    def read(digest):
        path = layout / 'blobs' / 'sha256' / digest[7:]
        return path.read_bytes() if path.is_file() else None
    for digest in layout_tags(layout).values():
        images.check_graph(digest, read, read, allow_missing)
    for path in layout.glob('blobs/sha256/*'):
        if images.digest_of(path.read_bytes()) != 'sha256:' + path.name:
            raise AssertionError(f'{path} has other content')


class Layouts(Scenario):

    def setUp(self):
        super().setUp()
        self.target = self.tmp / 'mirror'
        self.images = {}
        self.entries = []

    def source(self, name, image, *tags, **more) -> None:
        for tag in tags:
            images.write_layout(image, self.tmp / 'source' / name, tag)
        self.images[name] = image
        self.entries.append({'name': name, 'path': f'source/{name}', 'versions': list(tags),
                             **more})

    def write_config(self, **more):
        return self.config(None, './mirror', layouts=self.entries, **more)

    def test_copies_are_whole_and_second_run_writes_nothing(self):
        base = [images.random_bytes('base', 50000)]
        self.source('app/multi', images.multi_platform('multi', shared=base), '1.0', '1.1')
        self.source('app', images.image('single', shared=base), 'latest')
        self.source('attested', images.multi_platform('attested', attestations=True), '1')
        self.source('nested', images.index([images.multi_platform('inner')]), '1')
        self.source('docker/list', images.multi_platform('list', docker=True), '1')
        self.source('docker/single', images.image('docker', docker=True), '1')
        self.source('foreign', images.image('f', extra_layers=[images.foreign_layer('w')]), '1')
        self.source('empty', images.image('empty', shared=[b'']), '1')
        config = self.write_config()
        first = self.mirror(config)
        self.assertEqual(set(first.statuses()), {'created'}, first)
        for name, image in self.images.items():
            check_layout(self.target / name)
            self.assertEqual(set(layout_tags(self.target / name).values()), {image.digest})
            if not name.startswith('docker'):
                tag = next(iter(layout_tags(self.target / name)))
                self.assertEqual(
                    self.skopeo('inspect', '--raw', f'oci:{self.target / name}:{tag}'), image.data)
        self.skopeo('copy', '--all', f'oci:{self.target}/app/multi:1.0', f'dir:{self.tmp}/copy')
        before = snapshot(self.target)
        second = self.mirror(config)
        self.assertEqual(set(second.statuses()), {'unchanged'}, second)
        self.assertEqual(snapshot(self.target), before)
        self.stored_once(base[0])

    def test_crane_reads_the_copies(self):
        crane = harness.peer('crane')
        registry = self.registry()
        self.source('multi', images.multi_platform('multi'), '1')
        self.source('single', images.image('single'), '1')
        self.mirror(self.write_config())
        for name, image in self.images.items():
            subprocess.run([crane, 'push', '--insecure', self.target / name,
                            f'{registry.address}/{name}:1'], check=True, capture_output=True)
            self.assertEqual(registry.tags()[f'{name}:1'], image.digest)

    def stored_once(self, blob) -> None:
        name = images.digest_of(blob)[7:]
        found = [path for path in self.target.rglob(name)]
        self.assertGreaterEqual(len(found), 3)
        self.assertEqual(len({path.stat().st_ino for path in found}), 1)

    def test_plan_writes_nothing(self):
        self.source('a', images.image('a'), '1')
        self.artmirror('plan', '--config', self.write_config())
        self.assertFalse(self.target.exists())

    def test_platforms_are_cut(self):
        image = images.multi_platform('p')
        self.source('filtered', image, '1', platforms=['linux/arm64'])
        self.source('sparse', image, '1', platforms=['linux/arm64'], index='sparse')
        self.mirror(self.write_config())
        check_layout(self.target / 'filtered')
        root = json.loads(self.skopeo('inspect', '--raw', f'oci:{self.target}/filtered:1'))
        self.assertEqual([each['digest'] for each in root['manifests']], [image.children[1]])
        self.assertEqual(layout_tags(self.target / 'sparse'), {'1': image.digest})
        check_layout(self.target / 'sparse', allow_missing=[image.children[0]])

    def test_two_processes_keep_all_tags(self):
        configs = []
        for process in range(2):
            self.entries = []
            for i in range(12):
                name = f's{process}-{i}'
                images.write_layout(images.image(f'{i % 3}'), self.tmp / 'source' / name, name)
                self.entries.append({'name': name, 'path': f'source/{name}', 'versions': [name],
                                     'destination': 'all:{version}'})
            configs.append(self.config(None, './mirror', name=f'c{process}.yaml',
                                       layouts=self.entries, run={'parallel': 6}))
        running = [harness.start('mirror', '--config', each) for each in configs]
        for process in running:
            done = harness.finish(process)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(layout_tags(self.target / 'all')), 24)
        check_layout(self.target / 'all')

    def test_killed_at_any_moment(self):
        for i in range(6):
            self.source(f'n{i}', images.image(f'{i}', layers=4, size=300000), '1')
        config = self.write_config()
        for delay in range(8):
            process = harness.start('mirror', '--config', config)
            time.sleep(0.01 * 2 ** (delay / 2))
            process.send_signal(signal.SIGKILL)
            harness.finish(process)
            for layout in self.target.glob('n*'):
                if (layout / 'index.json').exists():
                    check_layout(layout)
        self.mirror(config)
        self.assertEqual(len(list(self.target.glob('n*/index.json'))), 6)
        for name, image in self.images.items():
            check_layout(self.target / name)
            self.assertEqual(layout_tags(self.target / name), {'1': image.digest})

    def test_reference_of_the_command_line(self):
        image = images.multi_platform('cli')
        images.write_layout(image, self.tmp / 'Hello', '1.0')
        for reference in ('oci-layout:Hello:1.0', f'oci-layout:{self.tmp}/Hello:1.0'):
            target = self.tmp / f'out{len(reference)}'
            self.artmirror('mirror', reference, '--target', target, cwd=self.tmp)
            self.assertEqual(layout_tags(target / 'hello'), {'1.0': image.digest})

    def test_reserved_names_are_refused(self):
        for name in ('blobs', 'a/index.json', 'oci-layout/b'):
            self.entries = []
            images.write_layout(images.image('a'), self.tmp / 'source' / 'a', '1')
            self.entries.append({'name': name, 'path': 'source/a', 'versions': ['1']})
            done = self.artmirror('mirror', '--config', self.write_config(), status=2)
            self.assertIn('a layout uses the names blobs', done.stdout + done.stderr)

    def test_links_and_damage_in_a_source_fail_its_job_only(self):
        for name in ('link', 'cut', 'changed', 'good'):
            self.source(name, images.image(name), '1')

        def layer(name):
            return self.tmp / 'source' / name / 'blobs' / 'sha256' / self.images[name].layers[0][7:]

        outside = self.tmp / 'outside'
        layer('link').rename(outside)
        layer('link').symlink_to(outside)
        os.truncate(layer('cut'), 10)
        data = bytearray(layer('changed').read_bytes())
        data[-1] ^= 1
        layer('changed').write_bytes(data)
        report = self.mirror(self.write_config(), status=1)
        self.assertEqual(sorted(report.statuses()), ['created', 'failed', 'failed', 'failed'])
        self.assertEqual(layout_tags(self.target / 'good'), {'1': self.images['good'].digest})
        for name in ('link', 'cut', 'changed'):
            digest = self.images[name].layers[0][7:]
            self.assertEqual(list(self.target.rglob(digest)), [])
            index = self.target / name / 'index.json'
            self.assertEqual(layout_tags(index.parent) if index.exists() else {}, {})

    def test_what_is_missing_is_named(self):
        self.source('a', images.image('a'), '1', '2')
        self.entries[0]['versions'] = ['3']
        self.entries.append({'name': 'b', 'path': 'nowhere', 'versions': ['1']})
        report = self.mirror(self.write_config(), status=4)
        text = report.done.stdout + report.done.stderr
        self.assertIn('index.json has 1, 2', text)
        self.assertIn('no file oci-layout', text)

    def test_sample_is_accepted_by_skopeo(self):
        maker = os.environ.get('MAKE_SAMPLE')
        if not maker:
            self.skipTest('MAKE_SAMPLE does not name the built make-sample')
        layout = self.tmp / 'hello'
        subprocess.run([maker, 'image', harness.SRCDIR / 'tools' / 'sample', layout], check=True)
        check_layout(layout)
        self.assertEqual(set(layout_tags(layout)), {'1.0.0', '1.1.0'})
        for tag in ('1.0.0', '1.1.0'):
            self.skopeo('copy', '--all', f'oci:{layout}:{tag}', f'dir:{self.tmp}/{tag}')


if __name__ == '__main__':
    harness.main()

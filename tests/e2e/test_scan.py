#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is scanned, how often, and by which flags; 'artmirror scan'. The scanner is a scripted
one."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from fake_scanner import FakeTrivy  # noqa: E402
from scenario import Report, Scenario  # noqa: E402


class Scan(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.trivy = FakeTrivy(self.tmp / 'bin')
        self.trivy.rules(scan={'findings': ['CRITICAL', 'HIGH', 'LOW']})

    def seed(self, name, *versions):
        for version in versions:
            self.source.seed(images.image(f'{name}-{version}'), name, version)
        return self.entry(self.source, name, *versions)

    def run_with(self, entries, *args, status=0, **more):
        path = self.config(entries, self.target.address, **more)
        return self.mirror(path, *args, status=status, env=self.trivy.env)

    def test_tags_that_share_manifests(self):
        """100 tags of 20 images: 20 scans; in the next run none, and no request for manifests."""
        pictures = [images.index([images.image(f'{i}', platform='linux/amd64')])
                    for i in range(20)]
        for i in range(100):
            self.source.seed(pictures[i % 20], f'app{i % 5}', f'{i}')
        entries = [self.entry(self.source, f'app{n}', *[f'{i}' for i in range(100) if i % 5 == n])
                   for n in range(5)]
        found = self.run_with(entries)
        self.assertEqual(found.statuses(), ['created'] * 100)
        self.assertEqual(len(self.trivy.scans()), 20)
        self.assertEqual(len({scan['name'].split('@')[1] for scan in self.trivy.scans()}), 20)
        self.assertTrue(all(job['scans'][0]['counts']['total'] == 2 for job in found.jobs))
        self.target.clear()
        found = self.run_with(entries)
        self.assertEqual(found.statuses(), ['unchanged'] * 100)
        self.assertEqual(len(self.trivy.scans()), 20)
        self.assertTrue(all(job['scans'][0]['cached'] for job in found.jobs))
        self.assertEqual(len(self.target.requests('.')), 100, 'more than one request a tag')

    def test_each_platform_of_an_index(self):
        """Attestations are left out; nested indexes and single manifests are not."""
        children = [images.image('a', platform='linux/amd64'),
                    images.image('b', platform='linux/arm64/v8')]
        nested = images.index([images.index(children[:1]), children[1]])
        attested = images.index_with_attestations(
            children + [images.attestation(child) for child in children])
        single = images.image('c', platform='linux/s390x')
        for name, image in (('nested', nested), ('attested', attested), ('single', single)):
            self.source.seed(image, name, '1')
        entries = [self.entry(self.source, name, '1') for name in ('nested', 'attested', 'single')]
        found = self.run_with(entries)
        platforms = [[scan['target']['platform'] for scan in job['scans']] for job in found.jobs]
        self.assertEqual(platforms[1:], [['linux/amd64', 'linux/arm64/v8'], ['linux/s390x']])
        self.assertEqual(len(platforms[0]), 2)
        self.assertEqual(len(self.trivy.scans()), 3)
        again = self.run_with(entries)
        self.assertEqual([[scan['target']['platform'] for scan in job['scans']]
                          for job in again.jobs], platforms)

    def test_several_targets_scan_once(self):
        entry = self.seed('app', '1')
        second = self.mock()
        path = self.config([entry], [self.target.address, second.address])
        found = self.mirror(path, env=self.trivy.env)
        self.assertEqual(found.statuses(), ['created'] * 2)
        self.assertEqual(len(self.trivy.scans()), 1)
        self.assertEqual([job['scans'][0]['target']['repository'] for job in found.jobs],
                         [f'{self.target.address}/app', f'{second.address}/app'])

    def test_what_is_no_image_is_left_alone(self):
        """An artifact of another type has no scan, and no gate stops it."""
        config = images.encode({'name': 'thing', 'version': '1'})
        document = {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
                    'config': images.descriptor('application/vnd.example.thing+json', config),
                    'layers': []}
        self.source.seed(images.from_document(document, {images.digest_of(config): config}),
                         'thing', '1')
        found = self.run_with([self.entry(self.source, 'thing', '1')],
                              gate={'fail_on': 'LOW', 'mode': 'block'})
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(found.jobs[0]['scans'], [])
        self.assertEqual(self.trivy.scans(), [])

    def test_nothing_to_scan_starts_nothing(self):
        """No database is fetched for what no scanner takes, and nobody misses a scanner."""
        config = images.encode({'name': 'thing'})
        document = {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
                    'config': images.descriptor('application/vnd.example.thing+json', config),
                    'layers': []}
        self.source.seed(images.from_document(document, {images.digest_of(config): config}),
                         'thing', '1')
        entries = [self.entry(self.source, 'thing', '1')]
        self.run_with(entries)
        self.run_with(entries)
        self.assertEqual(self.trivy.calls(), [])
        path = self.tmp / 'artmirror.yaml'
        found = self.mirror(path, env={'PATH': '/usr/bin:/bin'})
        self.assertNotIn('trivy', found.said)

    def test_a_signal_after_the_tag(self):
        """What is at the target is not cancelled; its scan was not made."""
        entry = self.seed('app', '1')
        self.trivy.rules(scan={'findings': [], 'seconds': 60})
        path = self.config([entry], self.target.address)
        report = self.tmp / 'stopped.json'
        process = harness.start('mirror', '--config', path, '--report', report, env=self.trivy.env)
        until = time.monotonic() + 60
        while not self.trivy.scans():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        self.assertEqual(harness.finish(process).returncode, 130)
        job = json.loads(report.read_text(encoding='utf-8'))['jobs'][0]
        self.assertEqual((job['status'], job['scans'][0]['status']), ('created', 'skipped'))

    def test_flags(self):
        entry = self.seed('app', '1')
        self.assertEqual(self.run_with([entry], '--no-scan').jobs[0]['scans'], [])
        off = {**entry, 'scan': False}
        self.assertEqual(self.run_with([off]).jobs[0]['scans'], [])
        self.assertEqual(len(self.run_with([off], '--scan').jobs[0]['scans']), 1)
        disabled = {'trivy': {'enabled': False}}
        self.assertEqual(self.run_with([entry], scanners=disabled).jobs[0]['scans'], [])
        found = self.run_with([entry], '--scanner', 'trivy', scanners=disabled)
        self.assertEqual(len(found.jobs[0]['scans']), 1)
        path = self.tmp / 'artmirror.yaml'
        for args, word in ((['--scanner', 'trivvy'], "did you mean '--scanner trivy'"),
                           (['--scan', '--no-scan'], 'contradict'),
                           (['--keep-reports', '30d'], '--report-dir'),
                           (['--report-dir', 'r', '--keep-reports', 'soon'], 'not a time')):
            done = self.artmirror('mirror', '--config', path, *args, status=2, env=self.trivy.env)
            self.assertIn(word, done.stderr)

    def test_no_scanner_installed(self):
        """One notice, and the status skipped; nothing fails, and the target is not asked more."""
        entries = [self.seed('app', '1', '2')]
        path = self.config(entries, self.target.address)
        env = {'PATH': '/usr/bin:/bin'}
        found = self.mirror(path, env=env)
        self.assertEqual([job['scans'][0]['status'] for job in found.jobs], ['skipped'] * 2)
        self.assertIsNone(found.jobs[0]['scans'][0]['counts'])
        self.assertEqual(found.said.count('trivy is not installed, so it scanned nothing'), 1)
        self.target.clear()
        found = self.mirror(path, env={**env, 'XDG_CACHE_HOME': str(self.tmp / 'empty')})
        self.assertEqual([job['scans'][0]['status'] for job in found.jobs], ['skipped'] * 2)
        self.assertEqual(len(self.target.requests('.')), 2)

    def test_the_command(self):
        """By the config: what is mirrored is scanned, what is not fails, sources are not asked."""
        entry = self.seed('app', '1', '2')
        self.run_with([{**entry, 'versions': ['1']}], '--no-scan')
        path = self.config([entry], self.target.address)
        self.source.clear(), self.target.clear()
        found = self.scan(path, status=4)
        self.assertEqual(found.statuses(), ['unchanged', 'failed'])
        self.assertEqual(found.document['command'], 'scan')
        self.assertEqual(found.jobs[0]['scans'][0]['counts']['total'], 2)
        self.assertIn('artmirror mirror', found.jobs[1]['error']['hint'])
        self.assertEqual(self.source.requests('.'), [])
        self.assertEqual(self.target.writes(), [])

    def scan(self, config, *args, status=0):
        path = self.tmp / 'scan.json'
        done = self.artmirror('scan', '--config', config, '--report', path, *args, status=status,
                              env=self.trivy.env)
        return self.report_of(path, done)

    @staticmethod
    def report_of(path, done):
        return Report(json.loads(path.read_text(encoding='utf-8')), done)

    def test_the_command_by_reference(self):
        """host/repository:tag, by digest, below --target, in a folder of layouts."""
        entry = self.seed('some/app', '1')
        layout = self.tmp / 'layout'
        self.run_with([entry], '--no-scan')
        self.mirror(self.tmp / 'artmirror.yaml', '--no-scan', '--target', layout)
        digest = self.target.state.tag('some/app', '1')
        for reference, args in ((f'{self.target.address}/some/app:1', []),
                                (f'{self.target.address}/some/app@{digest}', []),
                                ('some/app:1', ['--target', self.target.address]),
                                (f'{layout}/some/app:1', []),
                                ('some/app:1', ['--target', layout])):
            report = self.tmp / 'scan.json'
            done = self.artmirror('scan', reference, *args, '--report', report, '--scanner',
                                  'trivy', env=self.trivy.env)
            found = self.report_of(report, done)
            self.assertEqual(found.jobs[0]['scans'][0]['counts']['total'], 2, reference)
            self.assertEqual(found.jobs[0]['scans'][0]['target']['manifest_digest'], digest)
        for wrong in (f'{self.target.address}', 'app', 'app:', f'{self.target.address}/app@sha256:1',
                      '', '/'):
            done = self.artmirror('scan', wrong, status=2, env=self.trivy.env)
            self.assertIn('TARGET/REPOSITORY', done.stderr, wrong)
        self.artmirror('scan', f'{self.target.address}/app:none', status=4, env=self.trivy.env)
        config = self.write('exec.yaml', json.dumps({'scanners': {'exec': True}}))
        done = self.artmirror('scan', '--config', config, f'{self.target.address}/some/app:1',
                              status=2, env=self.trivy.env)
        self.assertIn("lacks 'command'", done.stderr)

    def test_not_more_than_processors_at_a_time(self):
        entries = [self.seed('app', *[f'{i}' for i in range(12)])]
        self.trivy.rules(scan={'findings': [], 'seconds': 0.1})
        self.run_with(entries)
        self.assertLessEqual(max(scan['running'] for scan in self.trivy.scans()),
                             os.cpu_count())


if __name__ == '__main__':
    harness.main()

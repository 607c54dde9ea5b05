#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real Trivy, offline: its own counts and ours, one scan for each manifest, none in a second
run."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import trivy  # noqa: E402
from trivy_case import TrivyCase  # noqa: E402

FILES = {'alpine': trivy.ALPINE, 'debian': trivy.DEBIAN, 'node': trivy.NODE, 'empty': trivy.EMPTY}
DEFAULT = ('CRITICAL', 'HIGH', 'MEDIUM')
FILTERS = [  # severities, ignore_unfixed, pkg_types
    (DEFAULT, True, ('os', 'library')),
    (DEFAULT, False, ('os', 'library')),
    (('LOW', 'UNKNOWN'), False, ('os', 'library')),
    (trivy.SEVERITIES, False, ('os', 'library')),
    (trivy.SEVERITIES, True, ('library',)),
]


def by_severity(scan) -> dict:
    found = {name: number for name, number in scan['counts']['by_severity'].items() if number}
    assert sum(found.values()) == scan['counts']['total']
    return found


class Counts(TrivyCase):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.registry()
        self.images = {name: self.source.seed(trivy.two_platforms(files, attestations=True),
                                              name, '1')
                       for name, files in FILES.items()}
        self.entries = [self.entry(self.source, name, '1') for name in FILES]

    def own(self, name, digest, severities, ignore_unfixed, pkg_types):
        """What Trivy itself counts: in its JSON, and in its table."""
        types = ','.join(pkg_types)
        how = ['--pkg-types', types, f'{self.target.address}/m/{name}@{digest}']
        if (name, types) not in self.documents:
            self.documents[name, types] = json.loads(
                trivy.run(self.cache, '--format', 'json', *how))
        counted = trivy.count(self.documents[name, types], severities, ignore_unfixed)
        table = trivy.run(self.cache, '--severity', ','.join(severities),
                          *(['--ignore-unfixed'] if ignore_unfixed else []), *how)
        self.assertEqual(trivy.table_counts(table), counted)
        return counted

    def test_counts_are_trivys(self):
        seen = set()
        self.documents = {}
        for severities, ignore_unfixed, pkg_types in FILTERS:
            found = self.run_config(self.entries, f'{self.target.address}/m',
                                    severity=list(severities), ignore_unfixed=ignore_unfixed,
                                    pkg_types=list(pkg_types))
            cases = {}
            for job, (name, image) in zip(found.jobs, self.images.items()):
                scan = job['scans'][0]
                self.assertEqual(scan['target']['manifest_digest'], image.children[0])
                if name != 'empty':
                    cases[name] = (image.children[0], by_severity(scan))
                seen.add((name, tuple(sorted(by_severity(scan).items()))))

            def same(name, case):
                self.assertEqual(
                    case[1], self.own(name, case[0], severities, ignore_unfixed, pkg_types),
                    f'{name} {severities} {ignore_unfixed} {pkg_types}')
            self.each(cases, same, workers=2)
        self.assertGreater(len(seen), 10, 'the filters made no difference')
        self.assertEqual(len(self.journal.scans()), 8, 'a filter is no reason to scan again')

    def test_what_is_said_of_each(self):
        found = self.run_config(self.entries, f'{self.target.address}/m')
        systems = {}
        for job, (name, image) in zip(found.jobs, self.images.items()):
            self.assertEqual([scan['target']['platform'] for scan in job['scans']],
                             ['linux/amd64', 'linux/arm64'])
            self.assertEqual([scan['target']['manifest_digest'] for scan in job['scans']],
                             image.children[:2])
            systems[name] = job['scans'][0]['os']
        self.scans_of(found)
        self.assertEqual(len(self.journal.scans()), 8)
        self.assertEqual((systems['alpine']['family'], systems['alpine']['version']),
                         ('alpine', '3.19.1'))
        self.assertTrue(systems['alpine']['eol'])
        self.assertTrue(systems['debian']['known'])
        self.assertFalse(systems['debian']['eol'])
        self.assertFalse(systems['empty']['known'])
        scan = found.jobs[0]['scans'][0]
        self.assertEqual({row['id'] for row in scan['findings']},
                         {'CVE-2024-0001', 'CVE-2024-0002', 'CVE-2023-9999'})
        worst = scan['findings'][0]
        self.assertEqual((worst['id'], worst['severity'], worst['pkg']['name'],
                          worst['pkg']['class'], worst['fix']['versions']),
                         ('CVE-2023-9999', 'CRITICAL', 'busybox', 'os', ['1.36.1-r20']))
        self.assertTrue(scan['scanner']['db']['updated_at'].startswith('2026-11-23T00:00:00'))
        library = [row for row in found.jobs[2]['scans'][0]['findings']
                   if row['pkg']['class'] == 'lang']
        self.assertEqual([row['id'] for row in library], ['CVE-2021-23337'])

    def test_a_second_run_starts_nothing(self):
        self.run_config(self.entries, f'{self.target.address}/m')
        self.journal.clear()
        found = self.run_config(self.entries, f'{self.target.address}/m')
        self.assertEqual(set(found.statuses()), {'unchanged'})
        self.assertTrue(all(scan['cached'] for scan in self.scans_of(found)))
        self.assertEqual(self.journal.calls(), [])
        trivy.write_database(self.cache, updated='2026-11-24T00:00:00Z')
        found = self.run_config(self.entries, f'{self.target.address}/m')
        self.assertFalse(any(scan['cached'] for scan in self.scans_of(found)))
        self.assertEqual(len(self.journal.scans()), 8, 'the database is another one')

    def test_layout(self):
        self.source.seed(trivy.image(trivy.ALPINE, docker=True), 'docker', '1')
        self.entries.append(self.entry(self.source, 'docker', '1'))
        found = self.run_config(self.entries, str(self.tmp / 'mirror'))
        first = [by_severity(scan) for scan in self.scans_of(found)]
        self.assertEqual(len(first), 9)
        self.assertEqual(first[8], first[0])
        shutil.rmtree(self.tmp / 'home')  # with what the first run remembers
        found = self.run_config(self.entries, f'{self.target.address}/m')
        self.assertEqual([by_severity(scan) for scan in self.scans_of(found)], first)
        self.assertEqual(os.listdir(self.tmp / 'tmpdir'), [], 'something is left behind')


class Missing(TrivyCase):
    """Neither is "no findings"."""

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.source.seed(trivy.image(trivy.ALPINE), 'app', '1')
        self.entries = [self.entry(self.source, 'app', '1')]

    def test_no_database(self):
        (self.tmp / 'nothing').mkdir()
        for status, required in ((0, False), (7, True)):
            found = self.run_config(self.entries, f'{self.target.address}/m', status=status,
                                    cache_dir=str(self.tmp / 'nothing'), required=required)
            scan = found.jobs[0]['scans'][0]
            self.assertEqual((scan['status'], scan['counts']), ('failed', None))
            self.assertIn('database', f"{scan['error']}")
            self.assertEqual(os.listdir(self.tmp / 'nothing'), [])

    def test_no_trivy(self):
        found = self.run_config(self.entries, f'{self.target.address}/m',
                                env={'PATH': str(self.tmp / 'nothing')})
        scan = found.jobs[0]['scans'][0]
        self.assertEqual((scan['status'], scan['counts']), ('skipped', None))
        self.assertIn('trivy is not installed', found.said)
        self.assertEqual(self.journal.calls(), [])

    def test_time_is_up(self):
        slow = self.tmp / 'bin' / 'trivy'
        slow.write_text('#!/bin/sh\n[ "$1" = --version ] || { sleep 60 & sleep 60; }\n'
                        f'exec {self.program} "$@"\n', encoding='ascii')
        found = self.run_config(self.entries, f'{self.target.address}/m', timeout='1s')
        scan = found.jobs[0]['scans'][0]
        self.assertEqual((scan['status'], scan['counts']), ('timeout', None))


class Sharing(TrivyCase):

    def test_a_hundred_tags_of_twenty_manifests(self):
        source, target = self.mock(), self.registry()
        tags = []
        for number in range(20):
            image = trivy.image(trivy.ALPINE, docker=number % 2 == 1, seed=f'{number}')
            own = [f'{number}.{minor}' for minor in range(5)]
            source.seed(image, 'app', *own)
            tags += own
        entries = [self.entry(source, 'app', *tags)]
        found = self.run_config(entries, f'{target.address}/m')
        scans = self.scans_of(found)
        self.assertEqual(len(scans), 100)
        self.assertEqual({scan['counts']['total'] for scan in scans}, {3})
        named = [call.argv[-1].partition('@')[2] for call in self.journal.scans()]
        self.assertEqual(len(named), 20)
        self.assertEqual(len(set(named)), 20)
        self.journal.clear()
        found = self.run_config(entries, f'{target.address}/m')
        self.assertEqual(len(self.scans_of(found)), 100)
        self.assertEqual(self.journal.calls(), [])

    def test_two_repositories_share_a_scan(self):
        source, target = self.mock(), self.registry()
        image = trivy.image(trivy.DEBIAN)
        for name in ('one', 'two/deep'):
            source.seed(image, name, '1')
        found = self.run_config([self.entry(source, name, '1') for name in ('one', 'two/deep')],
                                f'{target.address}/m')
        self.assertEqual(len(self.scans_of(found)), 2)
        self.assertEqual(len(self.journal.scans()), 1)


if __name__ == '__main__':
    harness.main()

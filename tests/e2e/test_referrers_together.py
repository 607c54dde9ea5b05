#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Referrers while others write the same lists, and when the process dies."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from referrers import list_tag, listed, old_tag, referrer, seed_list, signature  # noqa: E402
from scenario import Scenario  # noqa: E402


class Together(Scenario):

    def digests(self, target, name, image):
        return sorted(each['digest'] for each in listed(target, name, image))

    def test_workers_of_one_run(self):
        """Tags and entries that lead to one digest in one repository."""
        source, target = self.mock('distribution'), self.mock('distribution')
        image = images.multi_platform('a')
        found = {}
        for name in ('one', 'two', 'three'):
            source.seed(image, name, '1', '2', '3')
            found[name] = [referrer(image, f'{name} {i}') for i in range(4)]
            seed_list(source, name, image, *found[name])
        target.fault('PUT .*/manifests/sha256-',
                     mock.faults.Action('wait', lambda _: time.sleep(0.05)), times=-1)
        config = self.config(
            [self.entry(source, name, '1', '2', '3', referrers=True,
                        destination='all:%s-{version}' % name) for name in found],
            target.address, run={'parallel': 8})
        report = self.mirror(config)
        self.assertEqual(set(report.statuses()), {'created'}, report)
        wanted = sorted(each.digest for some in found.values() for each in some)
        self.assertEqual(self.digests(target, 'all', image), wanted)
        target.state.check()
        totals = report.document['totals']['referrers']
        self.assertEqual(totals, {'copied': 12, 'present': 24})
        # Tags of one entry share what the first of them found.
        for name in found:
            self.assertEqual(
                len(source.requests(f'GET /v2/{name}/manifests/{list_tag(image.digest)}$')), 1)
        self.assertEqual(set(self.mirror(config).statuses()), {'unchanged'})

    def test_two_processes(self):
        for attempt in range(4):
            source, target = self.mock('distribution'), self.mock('distribution')
            image = images.image('a')
            found = {}
            for name in ('one', 'two', 'three'):
                source.seed(image, name, '1')
                found[name] = [referrer(image, f'{name} {i}') for i in range(2)]
                seed_list(source, name, image, *found[name])
            target.seed(image, 'all', *found)
            running = [harness.start('mirror', '--config', self.config(
                [self.entry(source, name, '1', referrers=True, destination=f'all:{name}')],
                target.address, name=f'{name}{attempt}.yaml')) for name in found]
            for process in running:
                done = harness.finish(process)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.digests(target, 'all', image),
                             sorted(each.digest for some in found.values() for each in some))

    def test_an_entry_that_another_writer_lost_is_added_again(self):
        """Somebody who had read the list before puts his own over ours."""
        source, target = self.mock(), self.mock('distribution')
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'ours'), 'app')
        other = referrer(image, 'theirs')
        times = []

        def overwrite(_request):
            if len(target.requests('PUT .*/manifests/sha256-')) > 0 and len(times) < 2:
                times.append(1)
                seed_list(target, 'app', image, other)
        target.fault('GET .*/manifests/sha256-', mock.faults.Action('overwrite', overwrite),
                     times=-1)
        report = self.mirror(self.config([self.entry(source, 'app', '1', referrers=True)],
                                         target.address))
        self.assertEqual(report.statuses(), ['created'], report)
        self.assertEqual(len(times), 2)
        self.assertEqual(self.digests(target, 'app', image), sorted([found.digest, other.digest]))

    def test_one_that_never_stays_fails(self):
        source, target = self.mock(), self.mock('distribution')
        image = source.seed(images.image('a'), 'app', '1')
        source.seed(referrer(image, 'ours'), 'app')
        target.fault('GET .*/manifests/sha256-', mock.faults.Action(
            'overwrite', lambda _: seed_list(target, 'app', image, referrer(image, 'theirs'))),
            times=-1)
        report = self.mirror(self.config([self.entry(source, 'app', '1', referrers=True)],
                                         target.address), status=7)
        self.assertEqual(report.jobs[0]['error']['code'], 'conflict')


class Kill(Scenario):

    def prepare(self, name):
        source, target = self.mock('distribution'), self.mock('distribution')
        image = source.seed(images.multi_platform('a'), 'app', '1')
        found = [referrer(image, i) for i in range(2)]
        deep = referrer(found[0], 'deep')
        seed_list(source, 'app', image, *found)
        seed_list(source, 'app', found[0], deep)
        source.seed(signature('old'), 'app', old_tag(image))
        path = self.config([self.entry(source, 'app', '1', referrers=True)], target.address,
                           run={'parallel': 2}, name=f'{name}.yaml')
        return source, target, path

    def test_at_each_request(self):
        """No tag, no list and no older tag ever names what is not whole."""
        source, target, path = self.prepare('count')
        self.mirror(path)
        requests = target.requests('^(PUT|POST|HEAD|GET) ')
        after_tag = next(i for i, each in enumerate(requests)
                         if each.method == 'PUT' and each.path.endswith('/manifests/1'))
        self.wanted = {name: set(each.tags) for name, each in target.state.repositories.items()}
        cases = {f't{k}': k for k in range(after_tag, len(target.journal) + 1)}
        self.assertGreater(len(cases), 20)
        self.each(cases, self.killed_at)

    def killed_at(self, name, ordinal):
        source, target, path = self.prepare(name)
        process = []

        def kill(_request):
            while not process:
                time.sleep(0.01)
            process[0].kill()
            process[0].wait()
        target.fault('', mock.faults.Action('kill', kill), ordinal=ordinal)
        process.append(harness.start('mirror', '--config', path))
        harness.finish(process[0])
        target.state.check()
        self.mirror(path)
        target.state.check()
        self.assertEqual({each: set(found.tags)
                          for each, found in target.state.repositories.items()}, self.wanted)
        target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
        self.assertEqual([str(each) for each in target.writes()], [])


if __name__ == '__main__':
    harness.main()

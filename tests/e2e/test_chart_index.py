#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""index.yaml: its forms, addresses in it, how often it is fetched, and what it costs."""
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
from chart_case import ChartCase  # noqa: E402
from mock import redirect  # noqa: E402


class IndexCase(ChartCase):

    def setUp(self):
        super().setUp()
        self.chart = charts.chart('demo', '1.0.0')

    def path(self, source, target, *versions, **more):
        return self.chart_config([self.chart_entry(source, 'demo', *versions or ['1.0.0'])],
                                 target.address, **more)

    def copied(self, source, *versions, status=0, chart=None, **more):
        target = self.mock()
        found = self.mirror(self.path(source, target, *versions, **more), status=status)
        if status == 0:
            self.assertEqual(target.state.tag('stable/demo', (versions or ['1.0.0'])[0]),
                             charts.as_pushed(chart or self.chart).digest)
            self.assertEqual(target.state.check(), len(versions or [1]))
        else:
            self.assertEqual(target.state.check(), 0)
        return found


class Forms(IndexCase):

    def with_index(self, data):
        source = self.repository(self.chart)
        source.put('index.yaml', data)
        return source

    def test_json(self):
        self.copied(self.with_index(charts.index([self.chart], as_json=True)))

    def test_what_helm_is_strict_about(self):
        """Numbers where text should be, unknown and repeated keys, null entries."""
        digest = self.chart.digest[7:]
        cases = {
            'unquoted numbers': 'appVersion: 1.10\n    icon: 5',
            'unknown key': 'whatever: {a: [1, 2]}',
            'anchors': 'annotations: &a {x: "1"}\n    keywords: *a',
            'folded text': 'description: >-\n      a\n      b',
            'comment': '# nothing'}
        for name, more in cases.items():
            with self.subTest(name=name):
                self.copied(self.with_index((
                    'apiVersion: v1\nwhatever: 1\nentries:\n  demo:\n  - name: demo\n'
                    f'    version: 1.0.0\n    digest: {digest}\n    urls: [demo-1.0.0.tgz]\n'
                    f'    {more}\n  -\n  other: []\n  third: null\n').encode()))

    def test_digest_spellings(self):
        for value in (self.chart.digest, self.chart.digest[7:].upper(), None, ''):
            with self.subTest(value=value):
                self.chart.listed['digest'] = value
                self.copied(self.repository(self.chart))

    def test_entries_that_helm_would_skip(self):
        bad = charts.chart('demo', '2.0.0')
        bad.listed['version'] = 'not a version'
        none = charts.chart('demo', '3.0.0')
        none.listed['urls'] = []
        source = self.repository(bad, none, self.chart)
        self.copied(source)
        found = self.copied(source, '3.0.0', status=None)
        self.assertEqual(found.statuses(), ['failed'])

    def test_the_same_version_twice(self):
        again = charts.chart('demo', '1.0.0', files=[('a', b'other')])
        again.listed['urls'] = ['second.tgz']
        source = self.repository(self.chart)
        source.put('second.tgz', again.data)
        source.put('index.yaml', charts.index([self.chart, again]))
        found = self.copied(source)
        self.assertIn('1.0.0', found.said)

    def test_broken(self):
        whole = charts.index([self.chart])
        cases = {'empty': b'', 'web page': b'<!DOCTYPE html><html><body>Sign in</body></html>',
                 'list': b'- a\n- b\n', 'no entries': b'apiVersion: v1\n', 'text': b'hello',
                 'entries is text': b'apiVersion: v1\nentries: hello\n',
                 'not YAML': whole[:-40] + b'\n\t{[', 'binary': bytes(range(256)) * 10,
                 'half of JSON': charts.index([self.chart], as_json=True)[:-30],
                 'deep': b'apiVersion: v1\nentries: ' + b'[' * 20000,
                 'deep JSON': b'{"apiVersion": "v1", "entries": ' + b'[' * 20000}
        for name, data in cases.items():
            with self.subTest(name=name):
                source = self.with_index(data)
                found = self.copied(source, status=None)
                self.assertIn(found.done.returncode, range(1, 9))
                self.assertIn(source.address, found.said)

    def test_many_anchors(self):
        """Aliases are not multiplied out."""
        lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
        lines += [f'a{i}: &a{i} [{", ".join([f"*a{i - 1}"] * 9)}]' for i in range(1, 12)]
        data = '\n'.join(lines).encode() + b'\n' + charts.index([self.chart])
        start = time.monotonic()
        self.mirror(self.path(self.with_index(data), self.mock()), status=tuple(range(9)))
        self.assertLess(time.monotonic() - start, 10 * harness.PATIENCE)


class Addresses(IndexCase):

    def test_relative_absolute_and_elsewhere(self):
        elsewhere = self.repository(self.chart)
        cases = {'relative': lambda s: self.chart.file_name,
                 'folder': lambda s: f'sub/{self.chart.file_name}',
                 'up': lambda s: f'../{self.chart.file_name}',
                 'from the root': lambda s: f'/root/{self.chart.file_name}',
                 'absolute': lambda s: f'{s.url}/charts/{self.chart.file_name}',
                 'other server': lambda s: f'{elsewhere.url}/charts/{self.chart.file_name}',
                 'with a query': lambda s: f'{self.chart.file_name}?v=1'}
        for name, url in cases.items():
            with self.subTest(name=name):
                source = self.repository(self.chart)
                for place in ('sub', '/', '/root'):
                    source.put(f'{place.rstrip("/")}/{self.chart.file_name}', self.chart.data)
                self.chart.listed['urls'] = [url(source)]
                source.put('index.yaml', charts.index([self.chart]))
                self.copied(source)

    def test_repo_url_with_and_without_a_slash(self):
        source, target = self.repository(self.chart), self.mock()
        entries = [self.chart_entry(source.repo_url, 'demo', '1.0.0', repo_name='a'),
                   self.chart_entry(source.repo_url + '/', 'demo', '1.0.0', repo_name='b')]
        self.mirror(self.chart_config(entries, target.address))
        self.assertEqual(target.state.check(), 2)
        self.assertEqual(source.fetched('index'), ['index.yaml'])

    def test_token_in_the_query(self):
        """It goes with every request, but not into what is printed, and not elsewhere."""
        self.chart = charts.chart('demo', '1.0.0', provenance=True)
        source = self.repository(self.chart, query='sig=do-not-show-this')
        self.assertNotIn('do-not-show-this', self.copied(source).said)
        source.put('index.yaml', b'nonsense')
        self.assertNotIn('do-not-show-this', self.copied(source, status=None).said)
        del source.journal[3:]
        self.assertEqual(source.fetched(), ['index.yaml', 'demo-1.0.0.tgz', 'demo-1.0.0.tgz.prov'])

    def test_several_urls(self):
        """The next one where the first fails."""
        self.chart.listed['urls'] = ['gone.tgz', self.chart.file_name]
        source = self.repository(self.chart)
        self.copied(source)
        self.assertEqual(source.fetched('tgz'), [self.chart.file_name])

    def test_redirects(self):
        elsewhere = self.repository(self.chart)
        source = self.repository(self.chart)
        source.fault('index.yaml', redirect(f'{elsewhere.url}{{target}}', 302), times=-1)
        source.fault('tgz$', redirect(f'{elsewhere.url}{{target}}', 307), times=-1)
        self.copied(source)

    def test_schemes_that_are_none(self):
        for url in ('ftp://charts.example/demo-1.0.0.tgz', 'file:///etc/passwd', 'gopher://x/y',
                    '//', 'http://'):
            with self.subTest(url=url):
                self.chart.listed['urls'] = [url]
                found = self.copied(self.repository(self.chart), status=None)
                self.assertIn(found.done.returncode, range(1, 9))

    def test_oci_url_in_an_index(self):
        """What is there is copied by digest."""
        registry, target = self.registry(), self.mock()
        pushed = charts.as_pushed(self.chart, created='2025-06-07T08:09:10Z')
        registry.push(pushed, 'charts/demo', '1.0.0')
        self.chart.listed.update(urls=[f'oci://{registry.address}/charts/demo:1.0.0'])
        source = self.repository(self.chart)
        path = self.path(source, target)
        self.assertEqual(self.mirror(path).statuses(), ['created'])
        self.assertEqual(target.state.tag('stable/demo', '1.0.0'), pushed.digest)
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])


class Cost(IndexCase):

    def test_fetched_once_for_50_charts_and_8_workers(self):
        found = [charts.chart(f'c{i}', '1.0.0') for i in range(50)]
        source, target = self.repository(*found), self.mock()
        path = self.chart_config([self.chart_entry(source, each.name, '1.0.0') for each in found],
                                 target.address, run={'parallel': 8})
        self.mirror(path)
        self.assertEqual(target.state.check(), 50)
        self.assertEqual(source.fetched('index'), ['index.yaml'])
        self.assertEqual(len(source.fetched('tgz$')), 50)
        source.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 50)
        self.assertEqual([str(each) for each in source.requests()],
                         ['GET /charts/index.yaml -> 304'])

    def test_not_modified(self):
        for validators in (('etag',), ('date',), ('etag', 'date'), ()):
            with self.subTest(validators=validators):
                source, target = self.repository(self.chart, validators=validators), self.mock()
                path = self.path(source, target)
                self.mirror(path)
                source.clear()
                self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
                self.assertEqual([each.status for each in source.requests()],
                                 [304 if validators else 200])
                source.add(charts.chart('demo', '2.0.0'))
                self.mirror(self.path(source, target, '1.0.0', '2.0.0'))
                self.assertEqual(target.state.check(), 2)

    def test_a_server_that_calls_an_old_copy_current(self):
        """What is missing in the copy is looked for in the index itself, once, before anybody is
        told that it is missing."""
        source, target = self.repository(self.chart, validators=('date',)), self.mock()
        self.mirror(self.path(source, target))
        later = [charts.chart('demo', f'2.0.{i}') for i in range(4)] + [charts.chart('late')]
        source.add(*later)
        source.clear()
        entries = [self.chart_entry(source, 'demo', *[each.version for each in later[:4]]),
                   self.chart_entry(source, 'late', '1.0.0')]
        self.mirror(self.chart_config(entries, target.address, run={'parallel': 8}))
        self.assertEqual(target.state.check(), 6)
        self.assertEqual(sorted(each.status for each in source.requests('index')), [200, 304])
        source.clear()
        self.mirror(self.path(source, target, '3.0.0'), status=4)
        self.assertEqual(sorted(each.status for each in source.requests('index')), [200, 304])

    def test_a_warning_of_the_index_is_said_once(self):
        """Also where the kept index lacks something, and so is fetched again."""
        bad = charts.chart('demo', '2.0.0')
        bad.listed['version'] = 'not a version'
        source, target = self.repository(bad, self.chart, validators=('etag',)), self.mock()
        self.mirror(self.path(source, target))
        found = self.mirror(self.path(source, target, '3.0.0'), status=4)
        self.assertEqual(found.done.stderr.count('left out'), 1, found.done.stderr)

    def test_a_chart_that_the_kept_index_was_not_asked_for(self):
        """The run before wanted another chart of the same index."""
        other = charts.chart('other', '1.0.0')
        source, target = self.repository(self.chart, other), self.mock()
        self.mirror(self.path(source, target))
        self.mirror(self.chart_config([self.chart_entry(source, 'other', '1.0.0')],
                                      target.address))
        self.assertEqual(target.state.check(), 2)

    def test_broken_state_costs_a_download_only(self):
        source, target = self.repository(self.chart), self.mock()
        state = self.tmp / 'state'
        path = self.path(source, target)
        self.mirror(path, '--state-dir', state)
        for file in state.rglob('*'):
            if file.is_file() and 'db' not in file.name:
                file.write_bytes(b'\0garbage' + file.read_bytes()[:50])
        self.assertEqual(self.mirror(path, '--state-dir', state).statuses(), ['unchanged'])

    def test_memory_of_a_large_index(self):
        if harness.SANITIZED:
            self.skipTest("a sanitizer's memory is not the program's")
        for form in ('yaml', 'json'):
            peaks = []
            for size in (10_000, 30 << 20):
                source = self.repository(self.chart)
                source.put('index.yaml', charts.big_index([self.chart], size, form == 'json'))
                path = self.path(source, self.mock())
                start = time.monotonic()
                process = harness.start('mirror', '--config', path)
                peaks.append(harness.peak_memory(process))
                took = time.monotonic() - start
                done = harness.finish(process)
                self.assertEqual(done.returncode, 0, done.stderr)
            print(f'# {form}: small index {peaks[0]} KiB, 30 MiB {peaks[1]} KiB, {took:.1f} s')
            self.assertLess(peaks[1] - peaks[0], 8 * 1024, form)

    def test_selectors_see_what_the_index_has(self):
        found = [charts.chart('demo', version) for version in
                 ('1.0.0', '1.1.0', '1.2.0-rc.1', '2.0.0')]
        source, target = self.repository(*found), self.mock()
        path = self.chart_config([self.chart_entry(source, 'demo', {'semver': '^1'})],
                                 target.address)
        self.mirror(path)
        self.assertEqual(set(target.state.repositories['stable/demo'].tags), {'1.0.0', '1.1.0'})
        said = json.loads(self.artmirror('versions', 'charts/demo', '--config', path, '--format',
                                         'json').stdout)
        self.assertIn('1.1.0', json.dumps(said))


if __name__ == '__main__':
    harness.main()

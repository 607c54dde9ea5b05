#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Charts of classic repositories: what arrives, what a second run costs, what counts as changed."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from chart_case import ChartCase  # noqa: E402

# What helm 3.12 pushes for Helm's own signed test chart with its provenance.
SIGNED = 'sha256:b57e8ffd938c43253f30afedb3c209136288e6b3af3b33473e95ea3b805888e6'


class Copies(ChartCase):

    def test_two_versions_and_a_second_run(self):
        found = [charts.chart('demo', '1.0.0', description='A first <chart> & more', home='h'),
                 charts.chart('demo', '1.1.0', size=200_000)]
        source, target = self.repository(*found), self.registry()
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0', '1.1.0')],
                                 f'{target.address}/m')
        self.assertEqual(self.mirror(path).statuses(), ['created'] * 2)
        self.assertEqual(target.walk(), 2)
        self.assertChart(target, found[1], 'm/stable/demo')
        source.clear()
        target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 2)
        self.assertEqual(target.writes(), [])
        self.assertEqual([(each.path, each.status) for each in source.requests()],
                         [('/charts/index.yaml', 304)])

    def test_a_signed_chart_has_the_digest_that_helm_gives_it(self):
        source, target = self.repository(charts.signed_chart()), self.registry()
        path = self.chart_config([self.chart_entry(source, 'signtest', '0.1.0')], target.address)
        self.mirror(path)
        self.assertEqual(target.tags(), {'stable/signtest:0.1.0': SIGNED})

    def test_the_same_digest_everywhere_and_each_time(self):
        found = charts.chart('demo', '1.0.0')
        digests = set()
        for i in range(2):
            source, target = self.repository(found), self.registry(f'registry {i}')
            self.mirror(self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                          target.address))
            digests.add(target.tags()['stable/demo:1.0.0'])
        folder = self.tmp / 'mirror'
        self.mirror(self.chart_config([self.chart_entry(source, 'demo', '1.0.0')], folder))
        digests.add(images.layout_tags(folder / 'stable/demo')['1.0.0'])
        self.assertEqual(digests, {charts.as_pushed(found).digest})

    def test_build_metadata(self):
        found = charts.chart('demo', '1.0.0+build.5')
        source, target = self.repository(found), self.registry()
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0+build.5')],
                                 target.address)
        self.mirror(path)
        self.assertEqual(list(target.tags()), ['stable/demo:1.0.0_build.5'])
        self.assertChart(target, found)
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])

    def test_destination(self):
        source, target = self.repository(charts.chart('demo', '1.0.0')), self.registry()
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0',
                                                   destination='c/{repo_name}-{name}:v{version}')],
                                 target.address)
        self.mirror(path)
        self.assertEqual(list(target.tags()), ['c/stable-demo:v1.0.0'])

    def test_several_targets_cost_one_download(self):
        source = self.repository(charts.chart('demo', '1.0.0'))
        registries = [self.registry('a'), self.registry('b')]
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                 [each.address for each in registries])
        self.assertEqual(self.mirror(path).statuses(), ['created'] * 2)
        self.assertEqual(registries[0].tags(), registries[1].tags())
        self.assertEqual(source.fetched('tgz'), ['demo-1.0.0.tgz'])

    def test_file_repositories(self):
        found = charts.chart('demo', '1.0.0', provenance=True)
        folder = self.tmp / 'a repo'
        folder.mkdir()
        (folder / found.file_name).write_bytes(found.data)
        (folder / f'{found.file_name}.prov').write_bytes(found.provenance)
        (folder / 'index.yaml').write_bytes(charts.index([found]))
        target = self.registry()
        for i, url in enumerate((f'file://{str(folder).replace(" ", "%20")}',
                                 'file://./a%20repo')):
            with self.subTest(url=url):
                path = self.chart_config([self.chart_entry(url, 'demo', '1.0.0')],
                                         f'{target.address}/{i}')
                self.assertEqual(self.mirror(path).statuses(), ['created'])
                self.assertChart(target, found, f'{i}/stable/demo')
                self.assertEqual(self.mirror(path).statuses(), ['unchanged'])

    def test_missing_versions_and_charts_are_named_with_what_is_near(self):
        source, target = self.repository(charts.chart('demo', '1.0.0')), self.registry()
        entries = [self.chart_entry(source, 'demo', '1.0.1', '1.0.0'),
                   self.chart_entry(source, 'dem', '1.0.0')]
        found = self.mirror(self.chart_config(entries, target.address), status=4)
        self.assertEqual(found.statuses(), ['failed', 'created', 'failed'])
        self.assertIn('1.0.0', str(found.jobs[0]['error']))
        self.assertIn('demo', str(found.jobs[2]['error']))
        self.assertEqual(target.walk(), 1)

    def test_a_repository_that_is_none(self):
        source, target = self.repository(), self.registry()
        source.files.clear()
        found = self.mirror(self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                              target.address), status=4)
        self.assertIn('index.yaml', found.said)
        self.assertEqual(target.writes(), [])

    def test_the_index_as_repo_url(self):
        source, target = self.repository(charts.chart('demo', '1.0.0')), self.registry()
        entry = self.chart_entry(f'{source.repo_url}/index.yaml', 'demo', '1.0.0')
        found = self.mirror(self.chart_config([entry], target.address), status=4)
        self.assertIn("without 'index.yaml'", found.jobs[0]['error']['hint'])

    def test_plan_downloads_no_chart(self):
        source, target = self.repository(charts.chart('demo', '1.0.0')), self.registry()
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')], target.address)
        self.mirror(path)
        source.clear()
        self.assertEqual(self.plan(path).statuses(), ['unchanged'])
        self.assertEqual(source.fetched('tgz'), [])

    def test_selection(self):
        source = self.repository(*[charts.chart(name, '1.0.0') for name in ('one', 'two')])
        target = self.registry()
        path = self.chart_config([self.chart_entry(source, name, '1.0.0')
                                  for name in ('one', 'two')], target.address)
        self.mirror(path, '--chart', 'two')
        self.assertEqual(list(target.tags()), ['stable/two:1.0.0'])
        self.mirror(path, env={'TARGET_CHART': 'one@1.0.0'})
        self.assertEqual(len(target.tags()), 2)


class Changed(ChartCase):
    """Another chart, or another form of it, under a version that is at the target already."""

    def setUp(self):
        super().setUp()
        self.target = self.registry()
        self.old = charts.chart('demo', '1.0.0', files=[('a', b'old')])
        self.new = charts.chart('demo', '1.0.0', files=[('a', b'new')])

    def path(self, source, **more):
        return self.chart_config([self.chart_entry(source, 'demo', '1.0.0', **more)],
                                 self.target.address)

    def test_kept_by_default_and_replaced_on_demand(self):
        source = self.repository(self.new)
        self.target.push(charts.as_pushed(self.old), 'stable/demo', '1.0.0')
        self.target.clear()
        found = self.mirror(self.path(source))
        self.assertEqual(found.statuses(), ['kept'])
        self.assertIn(charts.as_pushed(self.old).digest[7:19], found.said)
        self.assertEqual(self.target.writes(), [])
        self.mirror(self.path(source, on_change='fail'), status=7)
        found = self.mirror(self.path(source, on_change='update'))
        self.assertEqual(found.statuses(), ['updated'])
        self.assertChart(self.target, self.new)

    def test_what_a_later_helm_pushed_is_unchanged(self):
        source = self.repository(self.new)
        pushed = charts.as_pushed(self.new, created='2025-06-07T08:09:10Z')
        self.target.push(pushed, 'stable/demo', '1.0.0')
        self.target.clear()
        for mode in ('keep', 'update'):
            found = self.mirror(self.path(source, on_change=mode))
            self.assertEqual(found.statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])
        self.assertEqual(source.fetched('tgz'), [])

    def test_something_that_is_no_chart(self):
        source = self.repository(self.new)
        image = images.image('an image')
        self.target.push(image, 'stable/demo', '1.0.0')
        self.assertEqual(self.mirror(self.path(source)).statuses(), ['kept'])
        self.assertEqual(self.target.tags(), {'stable/demo:1.0.0': image.digest})

    def test_no_digest_in_the_index(self):
        """Then the archive is downloaded to compare, and nothing is written for the same."""
        self.new.listed['digest'] = None
        source = self.repository(self.new)
        self.assertEqual(self.mirror(self.path(source)).statuses(), ['created'])
        source.clear()
        self.target.clear()
        self.assertEqual(self.mirror(self.path(source)).statuses(), ['unchanged'])
        self.assertEqual(source.fetched('tgz'), ['demo-1.0.0.tgz'])
        self.assertEqual(self.target.writes(), [])
        source.put('demo-1.0.0.tgz', self.old.data)
        self.assertEqual(self.mirror(self.path(source)).statuses(), ['kept'])

    def test_the_index_has_another_digest_than_before(self):
        source = self.repository(self.old)
        self.mirror(self.path(source))
        source.charts.clear()
        source.add(self.new)
        self.assertEqual(self.mirror(self.path(source)).statuses(), ['kept'])
        self.assertChart(self.target, self.old)


class Provenance(ChartCase):

    def setUp(self):
        super().setUp()
        self.target = self.registry()
        self.signed = charts.chart('demo', '1.0.0', provenance=True)
        self.plain = charts.chart('demo', '1.0.0')

    def path(self, source, mode=None, **more):
        more.update({'provenance': mode} if mode else {})
        return self.chart_config([self.chart_entry(source, 'demo', '1.0.0', **more)],
                                 self.target.address)

    def mirrored(self, source, mode=None, status=0, **more):
        return self.mirror(self.path(source, mode, **more), status=status)

    def test_auto(self):
        self.mirrored(self.repository(self.signed))
        self.assertChart(self.target, self.signed)

    def test_auto_without_one(self):
        self.mirrored(self.repository(self.plain))
        self.assertChart(self.target, self.plain)

    def test_never(self):
        source = self.repository(self.signed)
        self.mirrored(source, 'never')
        self.assertChart(self.target, self.plain)
        self.assertEqual(source.requests('prov'), [])

    def test_require(self):
        self.mirrored(self.repository(self.signed), 'require')
        self.assertChart(self.target, self.signed)

    def test_require_without_one(self):
        found = self.mirrored(self.repository(self.plain), 'require', status=None)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertIn('.prov', found.said)
        self.assertEqual(self.target.tags(), {})

    def test_missing_at_the_target(self):
        """No change, unless it is required."""
        source = self.repository(self.signed)
        self.mirrored(source, 'never')
        source.clear()
        self.assertEqual(self.mirrored(source, on_change='update').statuses(), ['unchanged'])
        self.assertEqual(source.fetched('tgz'), [])
        found = self.mirrored(source, 'require')
        self.assertEqual(found.statuses(), ['kept'])
        self.assertIn('not its provenance file', found.said)
        found = self.mirrored(source, 'require', on_change='update')
        self.assertEqual(found.statuses(), ['updated'])
        self.assertChart(self.target, self.signed)
        source.clear()
        self.assertEqual(self.mirrored(source, 'require').statuses(), ['unchanged'])
        self.assertEqual(source.fetched('tgz'), [])

    def test_one_that_speaks_of_something_else(self):
        cases = {'other digest': charts.clear_signed(self.plain, digest='sha256:' + 'ab' * 32),
                 'other file': charts.clear_signed(self.plain, file_name='other-1.0.0.tgz'),
                 'no signature block': self.signed.provenance[:150],
                 'several files': charts.clear_signed(self.plain, files={
                     'a-1.0.0.tgz': self.plain.digest, 'demo-1.0.0.tgz': 'sha256:' + 'ab' * 32})}
        for name, data in cases.items():
            with self.subTest(name=name):
                source = self.repository(self.plain)
                source.put('demo-1.0.0.tgz.prov', data)
                found = self.mirrored(source, status=6)
                self.assertEqual(found.statuses(), ['failed'])
                self.assertIn('prov', json.dumps(found.jobs[0]['error']))
                self.assertEqual(self.target.tags(), {})

    def test_something_that_is_no_provenance(self):
        """Servers answer 200 with a page, or 403, for what they lack."""
        for name, action in {'web page': mock.status(200, b'<html>Sign in</html>'),
                             'empty': mock.status(200, b''), '403': mock.status(403)}.items():
            with self.subTest(name=name):
                self.target = self.registry(name)
                source = self.repository(self.plain)
                source.fault('prov', action, times=-1)
                self.mirrored(source)
                self.assertChart(self.target, self.plain)
                self.mirrored(source, 'require', status=7, on_change='update')


if __name__ == '__main__':
    harness.main()

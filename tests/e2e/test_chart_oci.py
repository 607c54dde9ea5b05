#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Charts in OCI registries as a source, layouts as a target, charts named on the command line."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
from chart_case import ChartCase  # noqa: E402
from local_case import LocalCase  # noqa: E402


class FromRegistries(ChartCase):

    def setUp(self):
        super().setUp()
        self.chart = charts.chart('demo', '1.0.0+x', provenance=True)
        self.pushed = charts.as_pushed(self.chart, created='2025-06-07T08:09:10+02:00')
        self.source, self.target = self.registry('source'), self.registry('target')
        self.source.push(self.pushed, 'team/charts/demo', '1.0.0_x')
        self.url = f'oci://{self.source.address}/team/charts'

    def path(self, *versions, **more):
        return self.chart_config([self.chart_entry(self.url, 'demo', *versions or ['1.0.0+x'],
                                                   **more)], self.target.address)

    def test_verbatim_with_provenance(self):
        path = self.path()
        self.assertEqual(self.mirror(path).statuses(), ['created'])
        self.assertEqual(self.target.tags(), {'stable/demo:1.0.0_x': self.pushed.digest})
        self.assertEqual(self.target.walk(), 1)
        self.source.clear()
        self.target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])
        self.assertEqual([each.method for each in self.source.requests('manifests|blobs')],
                         ['HEAD'])

    def test_trailing_slash(self):
        self.url += '/'
        self.assertEqual(self.mirror(self.path()).statuses(), ['created'])

    def test_a_version_or_a_query_in_repo_url(self):
        for end, said in {':1.0.0': "under 'versions'", '@sha256:' + 'a' * 64: "under 'versions'",
                          '?sig=do-not-show-this': 'query', '#demo': 'query'}.items():
            with self.subTest(end=end):
                self.url = f'oci://{self.source.address}/team/charts{end}'
                found = self.mirror(self.path(), status=2)
                self.assertIn(said, found.jobs[0]['error']['message'])
                self.assertNotIn('do-not-show-this', found.said)

    def test_an_image_is_no_chart(self):
        self.source.push(images.image('x'), 'team/charts/image', '1.0.0')
        path = self.chart_config([self.chart_entry(self.url, 'image', '1.0.0')],
                                 self.target.address)
        found = self.mirror(path, status=1)
        self.assertIn('no chart', found.jobs[0]['error']['message'])
        self.assertEqual(self.target.tags(), {})

    def test_another_one_is_kept(self):
        other = charts.as_pushed(charts.chart('demo', '1.0.0+x'))
        self.target.push(other, 'stable/demo', '1.0.0_x')
        self.assertEqual(self.mirror(self.path()).statuses(), ['kept'])
        self.assertEqual(self.mirror(self.path(on_change='update')).statuses(), ['updated'])

    def test_literal_versions_list_no_tags(self):
        self.mirror(self.path())
        self.assertEqual(self.source.requests('tags/list'), [])

    def test_selectors(self):
        for version in ('1.1.0', '1.2.0', '2.0.0'):
            self.source.push(charts.as_pushed(charts.chart('demo', version)), 'team/charts/demo',
                             version)
        self.mirror(self.path({'semver': '^1', 'latest': 2}))
        self.assertEqual(set(self.target.tags()), {'stable/demo:1.1.0', 'stable/demo:1.2.0'})

    def test_what_is_missing(self):
        found = self.mirror(self.path('9.9.9'), status=4)
        self.assertIn('9.9.9', found.said)


class Layouts(ChartCase, LocalCase):

    def test_target(self):
        found = [charts.chart('demo', '1.0.0+x', provenance=True), charts.chart('demo', '1.1.0')]
        folder = self.tmp / 'mirror'
        source = self.repository(*found)
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0+x', '1.1.0')], folder)
        self.assertEqual(self.mirror(path).statuses(), ['created'] * 2)
        self.assertEqual(self.check_layouts(folder), {
            f'stable/demo:{tag}': charts.as_pushed(chart).digest
            for tag, chart in zip(('1.0.0_x', '1.1.0'), found)})
        source.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 2)
        self.assertEqual(source.fetched('tgz'), [])
        self.assertNoLeftovers(folder)

    def test_from_a_layout_to_a_registry(self):
        """The mirror of a mirror has the same digests."""
        chart, target = charts.chart('demo', '1.0.0'), self.registry()
        self.mirror(self.chart_config([self.chart_entry(self.repository(chart), 'demo', '1.0.0')],
                                      self.tmp / 'mirror'))
        self.artmirror('mirror', f'oci-layout:{self.tmp}/mirror/stable/demo:1.0.0', '--target',
                       target.address)
        self.assertEqual(list(target.tags().values()), [charts.as_pushed(chart).digest])

    def test_inspect(self):
        chart = charts.chart('demo', '1.0.0')
        self.mirror(self.chart_config([self.chart_entry(self.repository(chart), 'demo', '1.0.0')],
                                      self.tmp / 'mirror'))
        said = self.artmirror('inspect', f'oci-layout:{self.tmp}/mirror/stable/demo:1.0.0').stdout
        self.assertIn(charts.as_pushed(chart).digest, said)


class References(ChartCase):
    """mirror REF --target T, without a config."""

    def setUp(self):
        super().setUp()
        self.target = self.registry()
        self.chart = charts.chart('demo', '1.2.3', provenance=True)

    def mirrored(self, reference, status=0, **how):
        return self.artmirror('mirror', reference, '--target', f'{self.target.address}/m',
                              status=status, **how)

    def only(self):
        """The one tag and its digest."""
        self.assertEqual(self.target.walk(), 1)
        return next(iter(self.target.tags().items()))

    def test_oci(self):
        source = self.registry('source')
        source.push(charts.as_pushed(self.chart, created='2025-06-07T08:09:10Z'), 'c/demo', '1.2.3')
        self.mirrored(f'oci://{source.address}/c/demo:1.2.3')
        name, digest = self.only()
        self.assertRegex(name, r'^m/.*demo:1\.2\.3$')
        self.assertEqual(digest, source.tags()['c/demo:1.2.3'])

    def test_classic(self):
        source = self.repository(self.chart)
        self.mirrored(f'{source.repo_url}#demo@1.2.3')
        name, digest = self.only()
        self.assertRegex(name, r'^m/.*demo:1\.2\.3$')
        self.assertEqual(digest, charts.as_pushed(self.chart).digest)
        self.assertIn('unchanged', self.mirrored(f'{source.repo_url}#demo@1.2.3',
                                                 env={'ARTMIRROR_VERBOSE': '1'}).stderr +
                      self.mirrored(f'{source.repo_url}#demo@1.2.3').stdout)

    def test_folder(self):
        folder = self.tmp / 'repo'
        folder.mkdir()
        (folder / self.chart.file_name).write_bytes(self.chart.data)
        (folder / 'index.yaml').write_bytes(charts.index([self.chart]))
        self.mirrored(f'file://{folder}#demo@1.2.3')
        self.assertEqual(self.only()[1], charts.as_pushed(charts.Chart(
            self.chart.metadata, self.chart.data)).digest)

    def test_what_is_wrong_is_said(self):
        source = self.repository(self.chart)
        for reference in (f'{source.repo_url}#demo', source.repo_url, f'{source.repo_url}#@1.2.3',
                          f'{source.repo_url}#demo@', 'oci://', 'oci://host/', 'file://#a@1'):
            with self.subTest(reference=reference):
                done = self.mirrored(reference, status=2)
                self.assertTrue(done.stderr.strip())
        self.mirrored(f'{source.repo_url}#demo@9.9.9', status=4)
        self.assertEqual(self.target.tags(), {})


if __name__ == '__main__':
    harness.main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The original system's own two files, unchanged, from the public names in them: a proxy leads
those to scripted servers with certificates of the test's CA."""
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

ORIGINAL = harness.SRCDIR / 'tests/data/original'


class Original(ChartCase):

    def setUp(self):
        super().setUp()
        ca = self.authority()
        self.tokens = self.token_server(tls=ca.issue('auth', ('auth.docker.io',)),
                                        realm='https://auth.docker.io/token')
        self.hub = self.mock('dockerhub', token=self.tokens,
                             tls=ca.issue('hub', ('registry-1.docker.io',)))
        self.hub.seen_as = 'https://registry-1.docker.io'
        self.rows = {section: json.loads((ORIGINAL / f'{section}.matrix.json').read_text())
                     for section in ('images', 'charts')}
        for row in self.rows['images']:
            name = row['name'] if '/' in row['name'] else f'library/{row["name"]}'
            self.hub.seed(images.multi_platform(row), name, row['version'])
        self.charts = [charts.chart(row['name'], row['version'], size=50_000)
                       for row in self.rows['charts']]
        self.helm_releases = self.repository(
            *self.charts, base='', tls=ca.issue('charts', ('helm.releases.hashicorp.com',)))
        self.proxy = self.running(mock.Proxy({
            'registry-1.docker.io:443': self.hub, 'auth.docker.io:443': self.tokens,
            'helm.releases.hashicorp.com:443': self.helm_releases}))
        self.env = {'SSL_CERT_FILE': ca.certificate, **self.proxy.environment()}
        self.target = self.registry()
        self.both = ('--config', ORIGINAL / 'images.yaml', '--config', ORIGINAL / 'charts.yaml')

    def run_both(self, command, *args, **how):
        return self.artmirror(command, *self.both, *args, env=self.env, **how)

    def test_without_the_network(self):
        self.run_both('validate')
        for section in self.rows:
            self.assertEqual(self.run_both('matrix', section).stdout,
                             (ORIGINAL / f'{section}.matrix.json').read_text())
        self.assertEqual(json.loads(self.run_both('matrix').stdout), self.rows)
        self.assertEqual(self.proxy.asked, [])

    def mirrored(self):
        report = self.tmp / 'report.json'
        done = self.run_both('mirror', '--target', f'{self.target.address}/m', '--report', report)
        report = json.loads(report.read_text())
        return [job['status'] for job in report['jobs']], done

    def test_plan_mirror_and_again(self):
        count = sum(map(len, self.rows.values()))
        plan = self.run_both('plan', '--target', f'{self.target.address}/m')
        self.assertEqual(self.target.writes(), [])
        self.assertIn('vault:0.30.0', plan.stdout)
        self.assertEqual(self.mirrored()[0], ['created'] * count)
        self.assertEqual(self.target.walk(), count)
        for chart in self.charts:
            self.assertChart(self.target, chart, f'm/hashicorp/{chart.name}')
        for server in (self.target, self.helm_releases, self.hub):
            server.clear()
        self.assertEqual(self.mirrored()[0], ['unchanged'] * count)
        self.assertEqual(self.target.writes(), [])
        self.assertEqual([each.status for each in self.helm_releases.requests()], [304])
        self.assertEqual(self.hub.requests('^GET .*/(manifests|blobs)/'), [])

    def test_the_section_of_one_file_alone(self):
        self.artmirror('mirror', '--config', ORIGINAL / 'charts.yaml', '--target',
                       f'{self.target.address}/m', env=self.env)
        self.assertEqual(set(self.target.tags()), {
            f'm/hashicorp/vault:{chart.version}' for chart in self.charts})
        self.assertEqual(set(self.proxy.asked), {'helm.releases.hashicorp.com:443'})

    def test_one_row_at_a_time(self):
        """As a CI system's matrix runs it."""
        for row in self.rows['charts']:
            self.artmirror('mirror', '--config', ORIGINAL / 'charts.yaml', '--target',
                           f'{self.target.address}/m', '--chart',
                           f'{row["name"]}@{row["version"]}', env=self.env)
        self.assertEqual(self.target.walk(), len(self.charts))


if __name__ == '__main__':
    harness.main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Chart archives that nobody should accept are refused by name, and the others are still mirrored;
what helm accepts is accepted."""
import gzip
import json
import os
import sys
import tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
from chart_case import ChartCase  # noqa: E402
from charts import Member, pack  # noqa: E402

MIB = 1 << 20


class Bad(ChartCase):

    def test_each_is_refused_with_its_reason(self):
        """All in one run beside a good chart: exit status 6."""
        cases = charts.bad_archives()
        names = [f'bad-{i}' for i in range(len(cases))]
        found = [charts.raw_chart(name, '1.0.0', charts.bad_archives(name)[what])
                 for name, what in zip(names, cases)]
        good = charts.chart('good', '1.0.0')
        source, target = self.repository(*found, good), self.mock()
        path = self.chart_config([self.chart_entry(source, name, '1.0.0')
                                  for name in [*names, 'good']], target.address)
        report = self.mirror(path, status=6)
        for name, what, job in zip(names, cases, report.jobs):
            with self.subTest(what=what):
                self.assertEqual(job['status'], 'failed')
                self.assertEqual(job['error']['code'], 'digest', job['error'])
                self.assertIn(name, json.dumps(job['error']))
        self.assertEqual(report.jobs[-1]['status'], 'created')
        self.assertEqual(target.state.check(), 1)
        self.assertEqual(set(target.state.repositories), {'stable/good'},
                         'something of a bad chart was sent')

    def test_the_file_at_fault_is_named(self):
        cases = {'traversal': 'etc/evil', 'symbolic link': 'values.yaml', 'hard link':
                 'values.yaml', 'fifo': 'fifo', 'too large a file': 'bomb', 'no name': 'name',
                 'no version': 'version', 'other version': '9.9.9', 'no Chart.yaml': 'Chart.yaml',
                 'other name': 'demo-other'}
        archives = charts.bad_archives()
        for what, named in cases.items():
            with self.subTest(what=what):
                source = self.repository(charts.raw_chart('demo', '1.0.0', archives[what]))
                path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                         self.tmp / 'mirror')
                report = self.mirror(path, status=6)
                self.assertIn(named, json.dumps(report.jobs[0]['error']))

    def test_wrong_digest(self):
        chart = charts.chart('demo', '1.0.0')
        for what, value in {'another': 'ab' * 32, 'with prefix': 'sha256:' + 'ab' * 32}.items():
            with self.subTest(what=what):
                chart.listed['digest'] = value
                source, target = self.repository(chart), self.mock()
                path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                         target.address)
                report = self.mirror(path, status=6)
                self.assertIn('abababab', report.said)
                self.assertIn(chart.digest[7:15], report.said)
                self.assertEqual(target.state.check(), 0)

    def test_a_web_page_in_its_place(self):
        """A login page comes with status 200: nobody changed the archive."""
        chart = charts.chart('demo', '1.0.0')
        source = self.repository(chart)
        source.put(chart.file_name, charts.bad_archives()['web page'])
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')], self.tmp / 'mirror')
        error = self.mirror(path, status=6).jobs[0]['error']
        self.assertIn('web page', error['message'] + error['hint'])

    def test_control_characters_in_names(self):
        """The harness looks at what is printed."""
        members = [('demo/Chart.yaml', charts.chart_yaml(
            {'apiVersion': 'v2', 'name': 'demo', 'version': '1.0.0'})),
            Member('demo/\x1b]0;evil\x07\n::warning::x', b'', tarfile.SYMTYPE, 'x')]
        source = self.repository(charts.raw_chart('demo', '1.0.0', pack(members)))
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')], self.tmp / 'mirror')
        self.mirror(path, status=6)

    def test_memory_of_a_bomb(self):
        if harness.SANITIZED:
            self.skipTest("a sanitizer's memory is not the program's")
        cases = charts.bad_archives()
        peaks = {}
        for what in ('no Chart.yaml', 'too large in all', 'too many files'):
            source = self.repository(charts.raw_chart('demo', '1.0.0', cases[what]))
            path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')],
                                     self.tmp / 'mirror')
            process = harness.start('mirror', '--config', path)
            peaks[what] = harness.peak_memory(process)
            self.assertEqual(harness.finish(process).returncode, 6)
        print(f'# KiB: {peaks}')
        self.assertLess(max(peaks.values()) - peaks['no Chart.yaml'], 16 * 1024)


class Accepted(ChartCase):
    """What helm takes, too."""

    def one(self, name, case):
        data, metadata = case
        chart = charts.Chart(metadata, data)
        source, target = self.repository(chart), self.mock()
        path = self.chart_config([self.chart_entry(source, 'demo', chart.version)],
                                 target.address, name=f'{name.replace(" ", "-")}.yaml')
        self.assertEqual(self.mirror(path).statuses(), ['created'])
        pushed = charts.as_pushed(chart)
        self.assertEqual(target.state.tag('stable/demo', chart.version), pushed.digest)
        self.assertEqual(target.state.check(), 1)

    def test_forms(self):
        metadata = {'apiVersion': 'v2', 'name': 'demo', 'version': '1.0.0'}
        text = charts.chart_yaml(metadata)
        long = f'demo/{"folder/" * 12}{"x" * 60}.yaml'
        self.each({
            'another folder': (pack([('somewhere/Chart.yaml', text)]), metadata),
            'several folders': (pack([('a/Chart.yaml', text), ('b/values.yaml', b'')]), metadata),
            'folders': (pack([Member('demo', b'', tarfile.DIRTYPE), ('demo/Chart.yaml', text),
                              Member('demo/charts/', b'', tarfile.DIRTYPE)]), metadata),
            'global header': (pack([Member('pax_global_header', b'52 comment=' + b'a' * 40 + b'\n',
                                           tarfile.XGLTYPE), ('demo/Chart.yaml', text)]), metadata),
            'long names': (pack([('demo/Chart.yaml', text), (long, b'x')]), metadata),
            'long names of gnu': (pack([('demo/Chart.yaml', text), (long + 'y' * 80, b'x')],
                                       form=tarfile.GNU_FORMAT), metadata),
            'no apiVersion': (pack([('demo/Chart.yaml', text.replace(b'apiVersion: "v2"\n', b''))]),
                              {**metadata, 'apiVersion': 'v1'}),
            'byte order mark': (pack([('demo/Chart.yaml', b'\xef\xbb\xbf' + text)]), metadata),
            'large file': (pack([('demo/Chart.yaml', text), ('demo/big', bytes(5 * MIB))]),
                           metadata),
            'two gzip members': (gzip.compress(gzip.decompress(pack(
                [('demo/Chart.yaml', text)]))[:700], mtime=0) + gzip.compress(gzip.decompress(pack(
                    [('demo/Chart.yaml', text)]))[700:], mtime=0), metadata),
            'not compressed much': (pack([('demo/Chart.yaml', text)], level=0), metadata),
        }, self.one)

    def test_a_version_spelled_otherwise_in_the_index(self):
        """Helm sees 1.2 and v1.2.0 as the same version; the tag is the chart's own."""
        chart = charts.chart('demo', '1.2.0')
        chart.listed['version'] = 'v1.2.0'
        source, target = self.repository(chart), self.mock()
        path = self.chart_config([self.chart_entry(source, 'demo', 'v1.2.0')], target.address)
        self.assertEqual(self.mirror(path).statuses(), ['created'])
        self.assertEqual(target.state.tag('stable/demo', 'v1.2.0'), charts.as_pushed(chart).digest)

    def test_requirements_of_old_charts(self):
        requirements = (b'dependencies:\n- name: db\n  version: 1.x\n'
                        b'  repository: https://r.example\n')
        metadata = {'apiVersion': 'v1', 'name': 'demo', 'version': '1.0.0'}
        data = pack([('demo/Chart.yaml', charts.chart_yaml(metadata)),
                     ('demo/requirements.yaml', requirements)])
        metadata = {**metadata, 'dependencies': [
            {'name': 'db', 'version': '1.x', 'repository': 'https://r.example'}]}
        source, target = self.repository(charts.Chart(metadata, data)), self.mock()
        path = self.chart_config([self.chart_entry(source, 'demo', '1.0.0')], target.address)
        self.mirror(path)
        self.assertEqual(target.state.tag('stable/demo', '1.0.0'),
                         charts.as_pushed(charts.Chart(metadata, data)).digest)


if __name__ == '__main__':
    harness.main()
